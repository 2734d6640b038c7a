//! A listener that a test connects to.

use alloc::collections::VecDeque;
use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::RefCell;
use core::fmt;
use core::future::poll_fn;
use core::net::{Ipv4Addr, SocketAddr};
use core::task::{Poll, Waker};

use unik::ErrorKind;
use unik::clock::Sleep;
use unik::http::Handler;
use unik::net::Network;
use unik::net::lines::serve_lines;

use super::{Faults, Flow, pair_with};

/// A listener; clones are the same one.
#[derive(Clone, Debug)]
pub struct Listener<S> {
    sleep: S,
    state: Rc<RefCell<State>>,
}

#[derive(Debug, Default)]
struct State {
    queue: VecDeque<Flow>,
    stopped: bool,
    waiting: Vec<Waker>,
}

/// The listener was stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped;

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the listener was stopped")
    }
}

impl core::error::Error for Stopped {}

impl unik::Error for Stopped {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Closed
    }
}

impl<S> Listener<S> {
    /// One that nobody has connected to.
    pub fn new(sleep: S) -> Self {
        Self { sleep, state: Rc::default() }
    }

    /// Connects: the client's end.
    pub fn connect(&self) -> Flow {
        self.connect_with(Faults::default())
    }

    /// Connects: the client's end; the server's has the faults.
    pub fn connect_with(&self, faults: Faults) -> Flow {
        let (client, server) = pair_with(Faults::default(), faults);
        let mut state = self.state.borrow_mut();
        state.queue.push_back(server);
        state.wake();
        client
    }

    /// What happens when the program is asked to stop: who is in the queue is accepted, then `accept` says `Closed`.
    pub fn stop(&self) {
        let mut state = self.state.borrow_mut();
        state.stopped = true;
        state.wake();
    }
}

impl State {
    fn wake(&mut self) {
        for waker in self.waiting.drain(..) {
            waker.wake();
        }
    }
}

impl<S: Sleep> Network for Listener<S> {
    type Error = Stopped;

    async fn serve<H: Handler>(&self, handler: H) -> Result<(), Stopped> {
        serve_lines(self, &self.sleep, handler).await
    }
}

impl<S: Sleep> unik::net::Listener for Listener<S> {
    type Flow = Flow;

    async fn accept(&self) -> Result<Flow, Stopped> {
        poll_fn(|cx| {
            let mut state = self.state.borrow_mut();
            if let Some(flow) = state.queue.pop_front() {
                return Poll::Ready(Ok(flow));
            }
            if state.stopped {
                return Poll::Ready(Err(Stopped));
            }
            state.waiting.push(cx.waker().clone());
            Poll::Pending
        })
        .await
    }

    fn local(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, 0))
    }
}
