//! What is known of a descriptor: whether a system call may succeed, and who is told when that changes.
//!
//! Epoll tells edges. `readable` is set by an edge and cleared when a call says that it would block, or has taken
//! less than it could: what comes later is another edge (epoll(7), question 9). After the end of the stream has been
//! announced, reading is always tried, for there will be no more edges.

use std::cell::{Cell, RefCell};
use std::os::fd::BorrowedFd;
use std::task::{Context, Poll, Waker};

use rustix::event::epoll::EventFlags;
use rustix::io::Errno;

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

/// Who waits. Mostly one, and the same again and again; several when clones of a listener accept.
#[derive(Debug, Default)]
struct Waiters {
    /// Stays when it has been woken, since the next wait is its own: to count it anew each time costs more than all the rest.
    first: Option<Waker>,
    /// Whether `first` waits.
    waiting: bool,
    others: Vec<Waker>,
}

impl Waiters {
    fn add(&mut self, waker: &Waker) {
        match &self.first {
            Some(first) if first.will_wake(waker) => self.waiting = true,
            _ if !self.waiting => {
                self.first = Some(waker.clone());
                self.waiting = true;
            }
            _ if self.others.iter().any(|other| other.will_wake(waker)) => {}
            _ => self.others.push(waker.clone()),
        }
    }
}

fn wake(waiters: &RefCell<Waiters>) {
    // A waker may run anything that a device does, so nothing is borrowed while it runs.
    let first = {
        let mut waiters = waiters.borrow_mut();
        if std::mem::take(&mut waiters.waiting) { waiters.first.take() } else { None }
    };
    if let Some(first) = first {
        first.wake_by_ref();
        loop {
            let mut waiters = waiters.borrow_mut();
            let Some(waker) = waiters.others.pop() else {
                waiters.first.get_or_insert(first);
                return;
            };
            drop(waiters);
            waker.wake();
        }
    }
}

impl Readiness {
    /// `ready` says whether the first call is tried at once or waits for an edge.
    pub(crate) fn new(ready: bool) -> Self {
        Self {
            readable: Cell::new(ready),
            writable: Cell::new(ready),
            ended: Cell::new(false),
            streak: Cell::new(0),
            readers: RefCell::default(),
            writers: RefCell::default(),
        }
    }

    /// Epoll has told an edge.
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

    /// Nothing will happen any more: whoever waits is woken.
    pub(crate) fn end(&self) {
        self.happened(EventFlags::ERR);
    }

    /// Makes a call that reads when it may succeed. `drained` says of its result that nothing is left to read.
    pub(crate) fn poll_read<T>(
        &self,
        fd: BorrowedFd<'_>,
        cx: &mut Context<'_>,
        call: impl FnMut(BorrowedFd<'_>) -> Result<T, Errno>,
        drained: impl FnOnce(&T) -> bool,
    ) -> Poll<Result<T, Errno>> {
        let Self { readable, readers, ended, streak, .. } = self;
        let result = attempt(fd, readable, streak, readers, cx, call);
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
        if self.readable.get() {
            return Poll::Ready(());
        }
        self.streak.set(0);
        self.readers.borrow_mut().add(cx.waker());
        Poll::Pending
    }

    /// Makes a call that writes when it may succeed.
    pub(crate) fn poll_write<T>(
        &self,
        fd: BorrowedFd<'_>,
        cx: &mut Context<'_>,
        call: impl FnMut(BorrowedFd<'_>) -> Result<T, Errno>,
    ) -> Poll<Result<T, Errno>> {
        let Self { writable, writers, streak, .. } = self;
        attempt(fd, writable, streak, writers, cx, call)
    }

    /// Waits until a call that writes may succeed.
    pub(crate) fn poll_writable(&self, cx: &Context<'_>) -> Poll<()> {
        if self.writable.get() {
            return Poll::Ready(());
        }
        self.streak.set(0);
        self.writers.borrow_mut().add(cx.waker());
        Poll::Pending
    }

    /// Makes a call that reads, unless it would block. Whoever makes many lets others run in between.
    pub(crate) fn try_read<T>(
        &self,
        fd: BorrowedFd<'_>,
        call: impl FnMut(BorrowedFd<'_>) -> Result<T, Errno>,
    ) -> Option<Result<T, Errno>> {
        now(fd, &self.readable, call)
    }

    /// Makes a call that writes, unless it would block.
    pub(crate) fn try_write<T>(
        &self,
        fd: BorrowedFd<'_>,
        call: impl FnMut(BorrowedFd<'_>) -> Result<T, Errno>,
    ) -> Option<Result<T, Errno>> {
        now(fd, &self.writable, call)
    }

    /// Whether reading may succeed, as far as is known.
    pub(crate) fn may_read(&self) -> bool {
        self.readable.get()
    }

    /// Lets the next read be tried, whatever is known.
    pub(crate) fn try_reading(&self) {
        self.readable.set(true);
    }
}

/// Makes a call while it may succeed: nothing once it would block.
fn now<T>(
    fd: BorrowedFd<'_>,
    ready: &Cell<bool>,
    mut call: impl FnMut(BorrowedFd<'_>) -> Result<T, Errno>,
) -> Option<Result<T, Errno>> {
    while ready.get() {
        match call(fd) {
            Err(Errno::AGAIN) => ready.set(false),
            Err(Errno::INTR) => {}
            result => return Some(result),
        }
    }
    None
}

fn attempt<T>(
    fd: BorrowedFd<'_>,
    ready: &Cell<bool>,
    streak: &Cell<u32>,
    waiters: &RefCell<Waiters>,
    cx: &mut Context<'_>,
    call: impl FnMut(BorrowedFd<'_>) -> Result<T, Errno>,
) -> Poll<Result<T, Errno>> {
    if streak.get() >= STREAK {
        streak.set(0);
        cx.waker().wake_by_ref();
        return Poll::Pending;
    }
    if let Some(result) = now(fd, ready, call) {
        streak.set(streak.get() + 1);
        return Poll::Ready(result);
    }
    streak.set(0);
    waiters.borrow_mut().add(cx.waker());
    Poll::Pending
}
