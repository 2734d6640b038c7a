//! The event loop's outside: epoll, and whom its events concern.
//!
//! A descriptor has a slot; the event carries the slot and its generation, so that an event that was fetched for a
//! descriptor which has been closed since reaches nobody. Closing a descriptor takes it out of epoll.

use std::cell::{OnceCell, RefCell};
use std::fmt;
use std::os::fd::{AsFd, OwnedFd};
use std::rc::Rc;
use std::time::{Duration, Instant};

use rustix::buffer::spare_capacity;
use rustix::event::{Timespec, epoll};
use rustix::io::Errno;
use unik_executor::Executor;
use unik_platform::Platform;

use crate::error::Error;
use crate::readiness::Readiness;

/// How many events are fetched at a time.
const BATCH: usize = 256;

thread_local! {
    /// The devices of a program share one event loop per thread; a generated program has one thread.
    static CURRENT: OnceCell<Executor<Rc<Reactor>>> = const { OnceCell::new() };
}

/// The event loop of this thread; made when first asked for.
pub(crate) fn current() -> Result<Executor<Rc<Reactor>>, Error> {
    CURRENT.with(|current| {
        if let Some(executor) = current.get() {
            return Ok(executor.clone());
        }
        let executor = Executor::new(Rc::new(Reactor::new()?));
        Ok(current.get_or_init(|| executor).clone())
    })
}

/// Epoll and the descriptors in it.
pub(crate) struct Reactor {
    start: Instant,
    epoll: OwnedFd,
    slots: RefCell<Vec<Slot>>,
    free: RefCell<Vec<u32>>,
    events: RefCell<Vec<epoll::Event>>,
}

impl fmt::Debug for Reactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reactor").field("epoll", &self.epoll).finish_non_exhaustive()
    }
}

#[derive(Debug, Default)]
struct Slot {
    generation: u32,
    readiness: Option<Rc<Readiness>>,
}

impl Reactor {
    fn new() -> Result<Self, Error> {
        Ok(Self {
            start: Instant::now(),
            epoll: epoll::create(epoll::CreateFlags::CLOEXEC)?,
            slots: RefCell::default(),
            free: RefCell::default(),
            events: RefCell::new(Vec::with_capacity(BATCH)),
        })
    }

    /// Puts a descriptor into epoll, for reading and writing, once and for all.
    pub(crate) fn add(&self, fd: impl AsFd, readiness: Rc<Readiness>) -> Result<Token, Error> {
        let mut slots = self.slots.borrow_mut();
        let index = match self.free.borrow_mut().pop() {
            Some(index) => index,
            None => {
                // The limit of open descriptors is far below 2³².
                let index = u32::try_from(slots.len()).map_err(|_| Errno::MFILE)?;
                slots.push(Slot::default());
                index
            }
        };
        let slot = &mut slots[index as usize];
        let token = Token { index, generation: slot.generation };
        let flags =
            epoll::EventFlags::IN | epoll::EventFlags::OUT | epoll::EventFlags::RDHUP | epoll::EventFlags::ET;
        match epoll::add(&self.epoll, fd, epoll::EventData::new_u64(token.pack()), flags) {
            Ok(()) => {
                slot.readiness = Some(readiness);
                Ok(token)
            }
            Err(errno) => {
                self.free.borrow_mut().push(index);
                Err(errno.into())
            }
        }
    }

    /// Forgets a descriptor, which its owner is about to close.
    pub(crate) fn remove(&self, token: Token) {
        let mut slots = self.slots.borrow_mut();
        let slot = &mut slots[token.index as usize];
        slot.generation = slot.generation.wrapping_add(1);
        slot.readiness = None;
        self.free.borrow_mut().push(token.index);
    }

    fn find(&self, token: Token) -> Option<Rc<Readiness>> {
        let slots = self.slots.borrow();
        let slot = slots.get(token.index as usize)?;
        if slot.generation == token.generation { slot.readiness.clone() } else { None }
    }
}

/// The platform of the executor.
impl Platform for Reactor {
    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    fn wait(&self, until: Option<Duration>) {
        let timeout = match until {
            None => None,
            Some(Duration::ZERO) => Some(Timespec { tv_sec: 0, tv_nsec: 0 }),
            // What is too far away for the host to count is as good as never.
            Some(until) => Timespec::try_from(until.saturating_sub(self.now())).ok(),
        };
        let mut events = self.events.take();
        events.clear();
        // An error is EINTR: a signal has come, and its pipe is readable at the next turn.
        let _ = epoll::wait(&self.epoll, spare_capacity(&mut events), timeout.as_ref());
        for event in &events {
            // The event is packed: its fields are copied out.
            let (data, flags) = (event.data, event.flags);
            if let Some(readiness) = self.find(Token::unpack(data.u64())) {
                readiness.happened(flags);
            }
        }
        self.events.replace(events);
    }
}

/// A descriptor's slot, at the time when it was added.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    index: u32,
    generation: u32,
}

impl Token {
    fn pack(self) -> u64 {
        u64::from(self.generation) << 32 | u64::from(self.index)
    }

    fn unpack(packed: u64) -> Self {
        let [a, b, c, d, e, f, g, h] = packed.to_be_bytes();
        Self { generation: u32::from_be_bytes([a, b, c, d]), index: u32::from_be_bytes([e, f, g, h]) }
    }
}
