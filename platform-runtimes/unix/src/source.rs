//! A descriptor in the event loop, from the moment it is added until it is closed.
//!
//! It ties together what the reactor holds and what `readiness` knows; when a call is made is decided there.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::rc::Rc;
use std::task::{Context, Poll};

use rustix::io::Errno;

use crate::error::Error;
use crate::reactor::{Reactor, Token};
use crate::readiness::Readiness;

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
        let readiness = Rc::new(Readiness::new(ready));
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
        self.readiness.poll_read(self.fd.as_fd(), cx, call, drained)
    }

    /// Waits until a call that reads may succeed.
    pub(crate) fn poll_readable(&self, cx: &Context<'_>) -> Poll<()> {
        self.readiness.poll_readable(cx)
    }

    /// Makes a call that writes when it may succeed.
    pub(crate) fn poll_write<T>(
        &self,
        cx: &mut Context<'_>,
        call: impl FnMut(BorrowedFd<'_>) -> Result<T, Errno>,
    ) -> Poll<Result<T, Errno>> {
        self.readiness.poll_write(self.fd.as_fd(), cx, call)
    }

    /// Waits until a call that writes may succeed.
    pub(crate) fn poll_writable(&self, cx: &Context<'_>) -> Poll<()> {
        self.readiness.poll_writable(cx)
    }

    /// Makes a call that reads, unless it would block.
    pub(crate) fn try_read<T>(
        &self,
        call: impl FnMut(BorrowedFd<'_>) -> Result<T, Errno>,
    ) -> Option<Result<T, Errno>> {
        self.readiness.try_read(self.fd.as_fd(), call)
    }

    /// Makes a call that writes, unless it would block.
    pub(crate) fn try_write<T>(
        &self,
        call: impl FnMut(BorrowedFd<'_>) -> Result<T, Errno>,
    ) -> Option<Result<T, Errno>> {
        self.readiness.try_write(self.fd.as_fd(), call)
    }

    /// Nothing will happen any more: whoever waits is woken.
    pub(crate) fn end(&self) {
        self.readiness.end();
    }

    /// Whether reading may succeed, as far as is known.
    pub(crate) fn may_read(&self) -> bool {
        self.readiness.may_read()
    }

    /// Lets the next read be tried, whatever is known.
    pub(crate) fn try_reading(&self) {
        self.readiness.try_reading();
    }
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
