//! One connection: its socket, who has it, and what became of it.

use core::net::SocketAddr;

use smoltcp::socket::tcp::{CongestionControl, Socket, State};
use smoltcp::time::{Duration, Instant};

use super::buffers::Buffers;
use crate::Error;
use crate::agenda::Item;
use crate::net::Net;
use crate::slot::Slot;

/// How long a connection may be idle before its peer is asked whether it is still there (RFC 9293, 3.8.4). Shorter than the two hours
/// of RFC 1122: who is gone must not hold memory for long.
const KEEP_ALIVE: Duration = Duration::from_secs(60);
/// How long a peer may be silent although it should answer: four unanswered questions, or nine times the same segment, and longer
/// than R2 of RFC 9293, 3.8.3.
const SILENCE: Duration = Duration::from_secs(300);
/// How long a peer may take to connect to us, once it has begun: its SYN answered four times.
const HANDSHAKE: Duration = Duration::from_secs(15);
/// How long we try to connect.
const CONNECT: Duration = Duration::from_secs(30);
/// How long a connection that nobody has any more may go on without getting anything through.
const LINGER: Duration = Duration::from_secs(60);

/// Both ends of a connection; ours second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ends {
    pub(crate) peer: SocketAddr,
    pub(crate) own: SocketAddr,
}

/// Who has a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// A listener, while the peer has not confirmed its SYN; since when.
    Handshake(u16, Instant),
    /// The queue of a listener.
    Queue(u16),
    /// A flow, or who waits for one.
    Flow,
    /// Nobody: it ends in the background, at this time at the latest unless the peer takes more of what was written.
    Nobody(Instant),
}

/// A connection.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) slot: Slot,
    pub(crate) ends: Ends,
    pub(crate) owner: Owner,
    /// What its buffers take of the budget.
    pub(crate) size: usize,
    /// Whether the peer has said that it sends no more.
    peer_closed: bool,
    /// Why it has ended early.
    failure: Option<Error>,
    /// How much was still to be sent when somebody looked last.
    unsent: usize,
    /// Whether both ends are ours.
    pub(crate) inside: bool,
}

impl Connection {
    /// One whose socket is closed yet.
    pub(crate) fn new(buffers: Buffers, ends: Ends, owner: Owner) -> Self {
        let mut socket = Socket::new(buffers.receive, buffers.send);
        socket.set_nagle_enabled(false);
        socket.set_congestion_control(CongestionControl::Reno);
        // Set later, it would ask at once.
        socket.set_keep_alive(Some(KEEP_ALIVE));
        socket.set_timeout(Some(if owner == Owner::Flow { CONNECT } else { HANDSHAKE }));
        Self {
            slot: Slot::new(socket),
            ends,
            owner,
            size: buffers.size,
            peer_closed: false,
            failure: None,
            unsent: 0,
            inside: false,
        }
    }

    pub(crate) fn socket(&self) -> &Socket<'static> {
        self.slot.get()
    }

    pub(crate) fn socket_mut(&mut self) -> &mut Socket<'static> {
        self.slot.get_mut()
    }

    pub(crate) fn state(&self) -> State {
        self.socket().state()
    }

    /// Whether the handshake is over, and the connection has not failed in it.
    pub(crate) fn is_established(&self) -> bool {
        !matches!(self.state(), State::Closed | State::Listen | State::SynSent | State::SynReceived)
    }

    /// It is looked at before the program waits again.
    pub(crate) fn touch<N>(&mut self, net: &mut Net<'_, N>, place: usize) {
        net.agenda.mark(Item::Tcp(place), &mut self.slot.plan);
    }

    /// From now on the peer is watched as one that is connected.
    pub(crate) fn watch(&mut self) {
        self.socket_mut().set_timeout(Some(SILENCE));
    }

    /// Remembers what smoltcp forgets: that the peer has closed, and why the connection has ended.
    pub(crate) fn note(&mut self, cause: Error) {
        match self.state() {
            State::CloseWait | State::Closing | State::LastAck | State::TimeWait => self.peer_closed = true,
            State::Closed if !self.peer_closed => self.fail(cause),
            _ => {}
        }
    }

    /// Says why the connection has ended, unless something else has ended it before.
    pub(crate) fn fail(&mut self, cause: Error) {
        self.failure.get_or_insert(cause);
    }

    /// Why nothing can be read or written any more.
    pub(crate) fn failure(&self) -> Error {
        self.failure.clone().unwrap_or(Error::Closed)
    }

    /// Whether the peer has said that it sends no more, and everything was read.
    pub(crate) fn has_ended(&self) -> bool {
        self.peer_closed
    }

    /// Whether nothing of it is left to do: closed, and the peer knows.
    pub(crate) fn is_over(&self) -> bool {
        self.state() == State::Closed && self.socket().local_endpoint().is_none()
    }

    /// Its flow is gone: says goodbye in the background. What was not read resets the connection (RFC 9293, 3.6.1).
    pub(crate) fn abandon(&mut self, now: Instant) {
        self.owner = Owner::Nobody(now + LINGER);
        self.unsent = self.socket().send_queue();
        if self.socket().recv_queue() > 0 { self.socket_mut().abort() } else { self.socket_mut().close() }
    }

    /// Looks after a connection that nobody has. Until when it may go on; nothing if it must end now.
    pub(crate) fn linger(&mut self, now: Instant) -> Option<Instant> {
        let Owner::Nobody(mut until) = self.owner else { return Some(now + LINGER) };
        let unsent = self.socket().send_queue();
        if unsent < self.unsent {
            until = now + LINGER;
            self.owner = Owner::Nobody(until);
        }
        self.unsent = unsent;
        // Nobody will read what comes now: the peer is told so.
        if self.socket().recv_queue() > 0 {
            self.socket_mut().abort();
        }
        (now < until).then_some(until)
    }
}
