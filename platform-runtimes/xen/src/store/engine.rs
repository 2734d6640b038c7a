//! Which answer belongs to which question: the protocol as a state machine that waits for nothing.
//!
//! It decides what is sent next, and what becomes of what comes. Whoever asks polls for the answer. Nothing that comes is believed
//! to be right: what belongs to nobody is dropped; where it is no longer clear where a message starts, the connection is made anew, and if
//! the server cannot do that, it is broken.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use core::task::{Poll, Waker};

use crate::page::Page;
use crate::store::error::Error;
use crate::store::ring::Ring;
use crate::store::table::Table;
use crate::store::wire::{HEADER, Header, Kind, LONGEST, refusal, split, text, words};

/// Events that are kept for a watch; more are told as one of the watched node.
const EVENTS: usize = 32;

/// Why the connection is made anew, or broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The server's counts make no sense.
    Counts,
    /// The server sends a message longer than it may.
    Length(u32),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Counts => f.write_str("XenStore says that it has read or written what is not there"),
            Self::Length(length) => {
                write!(f, "XenStore sends a message of {length} bytes, which is too long")
            }
        }
    }
}

/// A request without an answer, or whose answer nobody has taken.
enum Open {
    Waiting {
        kind: Kind,
        waker: Waker,
    },
    Answered {
        kind: Kind,
        answer: Result<Vec<u8>, Error>,
    },
    /// Nobody waits for the answer any more.
    Abandoned {
        kind: Kind,
    },
}

struct Watched {
    path: String,
    events: VecDeque<String>,
    waker: Option<Waker>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Connected,
    Reconnecting,
    Broken,
}

pub(crate) struct Engine {
    ring: Ring,
    state: State,
    /// Which connection it is: transactions end with theirs.
    generation: u32,
    outgoing: VecDeque<u8>,
    incoming: Vec<u8>,
    next: u32,
    open: Table<Open>,
    watches: Table<Watched>,
    to_wake: Vec<Waker>,
}

impl Engine {
    pub(crate) fn new(page: Box<dyn Page>) -> Self {
        let ring = Ring::new(page);
        // Somebody before this program may have asked for a new start.
        let state = if ring.is_reconnecting() { State::Reconnecting } else { State::Connected };
        Self {
            ring,
            state,
            generation: 0,
            outgoing: VecDeque::new(),
            incoming: Vec::new(),
            next: 1,
            open: Table::new(),
            watches: Table::new(),
            to_wake: Vec::new(),
        }
    }

    pub(crate) fn generation(&self) -> u32 {
        self.generation
    }

    pub(crate) fn is_broken(&self) -> bool {
        self.state == State::Broken
    }

    fn name(&mut self) -> u32 {
        loop {
            let name = self.next;
            self.next = self.next.wrapping_add(1).max(1);
            if !self.open.contains(name) && !self.watches.contains(name) {
                return name;
            }
        }
    }

    fn send(&mut self, kind: Kind, transaction: u32, message: &[u8], open: Open) -> u32 {
        let request = self.name();
        let length = u32::try_from(message.len()).unwrap_or(u32::MAX);
        let header = Header { kind: kind as u32, request, transaction, length };
        self.outgoing.extend(header.to_bytes());
        self.outgoing.extend(message);
        self.open.insert(request, open);
        request
    }

    /// Sends a request of at most [`LONGEST`] bytes; its name.
    pub(crate) fn ask(&mut self, kind: Kind, transaction: u32, message: &[u8], waker: &Waker) -> u32 {
        self.send(kind, transaction, message, Open::Waiting { kind, waker: waker.clone() })
    }

    /// Sends a request whose answer nobody waits for.
    fn tell(&mut self, kind: Kind, transaction: u32, message: &[u8]) {
        if self.state != State::Broken {
            self.send(kind, transaction, message, Open::Abandoned { kind });
        }
    }

    /// The answer to a request.
    pub(crate) fn answer(&mut self, request: u32, waker: &Waker) -> Poll<Result<Vec<u8>, Error>> {
        match self.open.get_mut(request) {
            Some(Open::Waiting { waker: old, .. }) => {
                old.clone_from(waker);
                Poll::Pending
            }
            Some(Open::Answered { .. }) => match self.open.remove(request) {
                Some(Open::Answered { answer, .. }) => Poll::Ready(answer),
                _ => Poll::Ready(Err(Error::Lost)),
            },
            Some(Open::Abandoned { .. }) | None => Poll::Ready(Err(Error::Lost)),
        }
    }

    /// Nobody waits for the answer to a request any more.
    pub(crate) fn abandon(&mut self, request: u32) {
        match self.open.remove(request) {
            Some(Open::Waiting { kind, .. }) => {
                self.open.insert(request, Open::Abandoned { kind });
            }
            Some(Open::Answered { kind, answer: Ok(message) }) => self.undo(kind, &message),
            _ => {}
        }
    }

    /// Ends a transaction that nobody wants any more.
    pub(crate) fn end(&mut self, transaction: u32, generation: u32) {
        if generation == self.generation {
            self.tell(Kind::TransactionEnd, transaction, b"F\0");
        }
    }

    /// Takes back what the server has done for somebody who has gone: of all requests, only a transaction stays open.
    fn undo(&mut self, kind: Kind, answer: &[u8]) {
        if kind == Kind::TransactionStart
            && let Some(transaction) = number(answer)
        {
            self.tell(Kind::TransactionEnd, transaction, b"F\0");
        }
    }

    /// A watch that the server does not know yet; its token.
    pub(crate) fn add_watch(&mut self, path: &str) -> u32 {
        let token = self.name();
        let watched = Watched { path: path.to_string(), events: VecDeque::new(), waker: None };
        self.watches.insert(token, watched);
        token
    }

    pub(crate) fn remove_watch(&mut self, token: u32) {
        let Some(watched) = self.watches.remove(token) else { return };
        if let Ok(message) = words(&[&watched.path, &token.to_string()]) {
            self.tell(Kind::Unwatch, 0, &message);
        }
    }

    /// The next event of a watch: the path that has changed.
    pub(crate) fn event(&mut self, token: u32, waker: &Waker) -> Poll<Result<String, Error>> {
        let Some(watched) = self.watches.get_mut(token) else { return Poll::Ready(Err(Error::Lost)) };
        if let Some(path) = watched.events.pop_front() {
            return Poll::Ready(Ok(path));
        }
        if self.state == State::Broken {
            return Poll::Ready(Err(Error::Broken));
        }
        watched.waker = Some(waker.clone());
        Poll::Pending
    }

    /// Moves what can be moved through the ring; whether the other side must be told.
    pub(crate) fn work(&mut self) -> bool {
        match self.state {
            State::Broken => return false,
            State::Reconnecting if self.ring.is_reconnecting() => return false,
            State::Reconnecting => {
                self.ring.resume();
                self.state = State::Connected;
            }
            State::Connected => {}
        }
        self.exchange().unwrap_or_else(|fault| self.fail(fault))
    }

    fn exchange(&mut self) -> Result<bool, Fault> {
        let mut tell = false;
        let incoming = &mut self.incoming;
        let read = self.ring.read(|byte| incoming.push(byte));
        tell |= read.map_err(|_| Fault::Counts)? > 0;
        while let Some(header) = Header::read(&self.incoming) {
            let length = header.length as usize;
            if length > LONGEST {
                return Err(Fault::Length(header.length));
            }
            if self.incoming.len() < HEADER + length {
                break;
            }
            let rest = self.incoming.split_off(HEADER + length);
            let message = core::mem::replace(&mut self.incoming, rest).split_off(HEADER);
            self.take(header, message);
        }
        let written = self.ring.write(self.outgoing.iter().copied()).map_err(|_| Fault::Counts)?;
        self.outgoing.drain(..written);
        Ok(tell | (written > 0))
    }

    fn take(&mut self, header: Header, message: Vec<u8>) {
        if header.kind == Kind::WatchEvent as u32 {
            return self.take_event(&message);
        }
        let answer = |kind: Kind| match header.kind {
            given if given == kind as u32 => Ok(message),
            given if given == Kind::Error as u32 => Err(refusal(&message)),
            _ => Err(Error::Answer),
        };
        match self.open.remove(header.request) {
            Some(Open::Waiting { kind, waker }) => {
                self.open.insert(header.request, Open::Answered { kind, answer: answer(kind) });
                self.to_wake.push(waker);
            }
            Some(Open::Abandoned { kind }) => {
                if let Ok(message) = answer(kind) {
                    self.undo(kind, &message);
                }
            }
            Some(answered @ Open::Answered { .. }) => {
                // The first answer counts.
                self.open.insert(header.request, answered);
            }
            None => log::debug!("XenStore answers request {}, which it was not sent", header.request),
        }
    }

    fn take_event(&mut self, message: &[u8]) {
        let (path, rest) = split(message);
        let (Ok(path), Some(token)) = (text(path), number(rest)) else { return };
        let Some(watched) = self.watches.get_mut(token) else { return };
        if !watched.events.contains(&path) {
            if watched.events.len() == EVENTS {
                watched.events.clear();
                watched.events.push_back(watched.path.clone());
            } else {
                watched.events.push_back(path);
            }
        }
        self.to_wake.extend(watched.waker.take());
    }

    /// Makes the connection anew, or gives it up; whether the other side must be told.
    fn fail(&mut self, fault: Fault) -> bool {
        let can = self.ring.reconnect();
        log::warn!(
            "{fault}: {}",
            if can { "the connection is made anew" } else { "it is not used any more" }
        );
        self.state = if can { State::Reconnecting } else { State::Broken };
        self.generation = self.generation.wrapping_add(1);
        self.outgoing.clear();
        self.incoming.clear();
        let error = if can { Error::Lost } else { Error::Broken };
        for (request, open) in self.open.take() {
            match open {
                Open::Waiting { kind, waker } => {
                    self.open.insert(request, Open::Answered { kind, answer: Err(error.clone()) });
                    self.to_wake.push(waker);
                }
                answered @ Open::Answered { .. } => {
                    self.open.insert(request, answered);
                }
                Open::Abandoned { .. } => {}
            }
        }
        self.to_wake.extend(self.watches.values_mut().filter_map(|watched| watched.waker.take()));
        // The server has forgotten the watches. Setting one tells of its node at once, so that nothing is missed.
        let again: Vec<_> =
            self.watches.iter().map(|(token, watched)| (token, watched.path.clone())).collect();
        for (token, path) in again {
            if let Ok(message) = words(&[&path, &format!("{token}")]) {
                self.tell(Kind::Watch, 0, &message);
            }
        }
        can
    }

    /// Whom to wake; to be called when nobody has the engine.
    pub(crate) fn take_wakers(&mut self) -> Vec<Waker> {
        core::mem::take(&mut self.to_wake)
    }

    /// Whether [`Engine::work`] has something to do.
    pub(crate) fn has_work(&self) -> bool {
        match self.state {
            State::Broken => false,
            State::Reconnecting => !self.ring.is_reconnecting(),
            State::Connected => {
                let can_write = !self.outgoing.is_empty() && self.ring.room() != Ok(0);
                can_write || self.ring.there() != Ok(0)
            }
        }
    }
}

/// A number in decimal digits, which a zero byte may end.
pub(crate) fn number(message: &[u8]) -> Option<u32> {
    core::str::from_utf8(split(message).0).ok()?.parse().ok()
}
