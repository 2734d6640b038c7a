//! TCP listeners over any stack: `std/net.tcp`.
//!
//! What a listener is for is decided by who takes it: a server of a protocol accepts connections; served as a network,
//! a connection carries one raw request line (`unik::net::lines`). Which stack there is, is up to the target.

#![no_std]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

use core::net::SocketAddr;

use unik::clock::Sleep;
use unik::http::Handler;
use unik::net::lines::serve_lines;
use unik::net::{Accept, Listener, Network, Stack};

/// TCP connections on a port of a stack.
#[derive(Clone, Debug)]
pub struct Tcp<A, S> {
    acceptor: A,
    sleep: S,
}

impl<A: Accept, S: Sleep> Tcp<A, S> {
    /// Listens on a port of a stack: `net.tcp(port)`. Slow clients of raw request lines are timed by `sleep`.
    pub async fn new<K>(port: u16, stack: K, sleep: S) -> Result<Self, K::Error>
    where
        K: Stack<Acceptor = A, Flow = A::Flow, Error = A::Error>,
    {
        let acceptor = stack.listen(port).await?;
        log::info!("listening on {}", acceptor.local());
        Ok(Self { acceptor, sleep })
    }
}

impl<A: Accept, S: Sleep> Network for Tcp<A, S> {
    type Error = A::Error;

    async fn serve<H: Handler>(&self, handler: H) -> Result<(), A::Error> {
        serve_lines(self, &self.sleep, handler).await
    }
}

impl<A: Accept, S: Sleep> Listener for Tcp<A, S> {
    type Flow = A::Flow;

    async fn accept(&self) -> Result<A::Flow, A::Error> {
        self.acceptor.accept().await
    }

    fn local(&self) -> SocketAddr {
        self.acceptor.local()
    }
}
