//! A listener that a test connects to.

use core::net::SocketAddr;

use unik::clock::Sleep;
use unik::http::Handler;
use unik::net::lines::serve_lines;
use unik::net::{Accept, Network};

use super::error::Error;
use super::stack::Acceptor;
use super::{Faults, Flow};

/// A listener; clones are the same one.
#[derive(Clone, Debug)]
pub struct Listener<S> {
    sleep: S,
    acceptor: Acceptor,
}

impl<S> Listener<S> {
    /// One that nobody has connected to.
    pub fn new(sleep: S) -> Self {
        Self { sleep, acceptor: Acceptor::at(0) }
    }

    /// Connects: the client's end.
    pub fn connect(&self) -> Flow {
        self.connect_with(Faults::default())
    }

    /// Connects: the client's end; the server's has the faults.
    pub fn connect_with(&self, faults: Faults) -> Flow {
        self.acceptor.connect_with(faults)
    }

    /// What happens when the program is asked to stop: who is in the queue is accepted, then `accept` says `Closed`.
    pub fn stop(&self) {
        self.acceptor.stop();
    }
}

impl<S: Sleep> Network for Listener<S> {
    type Error = Error;

    async fn serve<H: Handler>(&self, handler: H) -> Result<(), Error> {
        serve_lines(self, &self.sleep, handler).await
    }
}

impl<S: Sleep> unik::net::Listener for Listener<S> {
    type Flow = Flow;

    async fn accept(&self) -> Result<Flow, Error> {
        self.acceptor.accept().await
    }

    fn local(&self) -> SocketAddr {
        self.acceptor.local()
    }
}
