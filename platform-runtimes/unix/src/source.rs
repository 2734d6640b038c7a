//! A descriptor in the event loop: whether a system call may succeed, and who is told when that changes.
//!
//! Epoll tells edges. `readable` is set by an edge and cleared when a call says that it would block, or has taken
//! less than it could: what comes later is another edge (epoll(7), question 9). After the end of the stream has been
//! announced, reading is always tried, for there will be no more edges.

use std::cell::{Cell, RefCell};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use rustix::event::epoll::EventFlags;
use rustix::io::Errno;

use crate::error::Error;
use crate::reactor::{Reactor, Token};

/// How many calls in a row may succeed before the task that makes them lets others run: a peer that is faster than we
/// are would keep it busy for ever.
const STREAK: u32 = 64;

/// What is known of a descriptor.
#[derive(Debug)]
pub(crate) struct Readiness {
    readable: Cell<bool>,
    writable: Cell<bool>,
    ended: Cell<bool>,
    /// How many calls have succeeded without a wait.
    streak: Cell<u32>,
    readers: RefCell<Waiters>,
    writers: RefCell<Waiters>,
}

/// Who waits. Mostly one; several when clones of a listener accept.
#[derive(Debug, Default)]
struct Waiters {
    first: Option<Waker>,
    others: Vec<Waker>,
}

impl Waiters {
    fn add(&mut self, waker: &Waker) {
        match &self.first {
            None => self.first = Some(waker.clone()),
            Some(first) if first.will_wake(waker) => {}
            Some(_) if self.others.iter().any(|other| other.will_wake(waker)) => {}
            Some(_) => self.others.push(waker.clone()),
        }
    }
}

fn wake(waiters: &RefCell<Waiters>) {
    // A waker may run anything that a device does, so nothing is borrowed while it runs.
    let first = waiters.borrow_mut().first.take();
    if let Some(waker) = first {
        waker.wake();
        while let Some(waker) = { waiters.borrow_mut().others.pop() } {
            waker.wake();
        }
    }
}

impl Readiness {
    pub(crate) fn happened(&self, flags: EventFlags) {
        let ended = flags.intersects(EventFlags::RDHUP | EventFlags::HUP | EventFlags::ERR);
        if ended {
            self.ended.set(true);
        }
        if ended || flags.contains(EventFlags::IN) {
            self.readable.set(true);
            wake(&self.readers);
        }
        if ended || flags.contains(EventFlags::OUT) {
            self.writable.set(true);
            wake(&self.writers);
        }
    }

    pub(crate) fn wake_readers(&self) {
        wake(&self.readers);
    }
}

/// A descriptor in the event loop; closed when dropped.
#[derive(Debug)]
pub(crate) struct Source {
    fd: OwnedFd,
    reactor: Rc<Reactor>,
    token: Token,
    readiness: Rc<Readiness>,
}

impl Source {
    /// Adds a non-blocking descriptor. `ready` says whether the first call is tried at once or waits for an edge.
    pub(crate) fn new(reactor: &Rc<Reactor>, fd: OwnedFd, ready: bool) -> Result<Self, Error> {
        let readiness = Rc::new(Readiness {
            readable: Cell::new(ready),
            writable: Cell::new(ready),
            ended: Cell::new(false),
            streak: Cell::new(0),
            readers: RefCell::default(),
            writers: RefCell::default(),
        });
        let token = reactor.add(&fd, readiness.clone())?;
        Ok(Self { fd, reactor: reactor.clone(), token, readiness })
    }

    pub(crate) fn reactor(&self) -> &Rc<Reactor> {
        &self.reactor
    }

    /// Makes a call that reads when it may succeed. `drained` says of its result that nothing is left to read.
    pub(crate) fn poll_read<T>(
        &self,
        cx: &mut Context<'_>,
        call: impl FnMut(BorrowedFd<'_>) -> Result<T, Errno>,
        drained: impl FnOnce(&T) -> bool,
    ) -> Poll<Result<T, Errno>> {
        let Readiness { readable, readers, ended, streak, .. } = &*self.readiness;
        let result = attempt(self.fd.as_fd(), readable, streak, readers, cx, call);
        if let Poll::Ready(Ok(value)) = &result
            && !ended.get()
            && drained(value)
        {
            readable.set(false);
        }
        result
    }

    /// Waits until a call that reads may succeed.
    pub(crate) fn poll_readable(&self, cx: &Context<'_>) -> Poll<()> {
        if self.readiness.readable.get() {
            return Poll::Ready(());
        }
        self.readiness.readers.borrow_mut().add(cx.waker());
        Poll::Pending
    }

    /// Makes a call that writes when it may succeed.
    pub(crate) fn poll_write<T>(
        &self,
        cx: &mut Context<'_>,
        call: impl FnMut(BorrowedFd<'_>) -> Result<T, Errno>,
    ) -> Poll<Result<T, Errno>> {
        let Readiness { writable, writers, streak, .. } = &*self.readiness;
        attempt(self.fd.as_fd(), writable, streak, writers, cx, call)
    }

    /// Whether reading may succeed, as far as is known.
    pub(crate) fn may_read(&self) -> bool {
        self.readiness.readable.get()
    }

    /// Lets the next read be tried, whatever is known.
    pub(crate) fn try_reading(&self) {
        self.readiness.readable.set(true);
    }
}

fn attempt<T>(
    fd: BorrowedFd<'_>,
    ready: &Cell<bool>,
    streak: &Cell<u32>,
    waiters: &RefCell<Waiters>,
    cx: &mut Context<'_>,
    mut call: impl FnMut(BorrowedFd<'_>) -> Result<T, Errno>,
) -> Poll<Result<T, Errno>> {
    if streak.get() >= STREAK {
        streak.set(0);
        cx.waker().wake_by_ref();
        return Poll::Pending;
    }
    while ready.get() {
        match call(fd) {
            Err(Errno::AGAIN) => ready.set(false),
            Err(Errno::INTR) => {}
            result => {
                streak.set(streak.get() + 1);
                return Poll::Ready(result);
            }
        }
    }
    streak.set(0);
    waiters.borrow_mut().add(cx.waker());
    Poll::Pending
}

impl AsFd for Source {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        self.reactor.remove(self.token);
    }
}
