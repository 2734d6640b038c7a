//! Networks, from frames to requests: `std/net.Nic`, `std/net.Stack`, `std/net.Listener`, `std/net.Network`.
//!
//! An interface carries frames; a stack is a host over it that exchanges datagrams, listens and connects; a listener
//! accepts connections, which are flows of bytes; a network brings requests to a handler. Every listener is a network
//! too: served as one, a connection carries one raw request line.
//!
//! **Stopping.** When the program is asked to stop, `accept` fails with kind `Closed`. A server then finishes what
//! it has accepted and its `serve` returns `Ok`.
//!
//! **When an interface goes for good**, everything that stands on it fails with kind `Detached`, what waits at once and what is asked for
//! later too; what had arrived before is still given. So `serve` returns the error, and the job that called it ends with it. A cable that
//! is out, or a host that may come back, is nothing of the kind: connections outlast it as long as their peers do.

mod address;
mod host;
pub mod lines;
mod nic;
mod resolve;
mod serve;

use core::net::SocketAddr;

use embedded_io_async::{Read, Write};

pub use address::{Cidr, Mac};
pub use host::{Host, Ping, Udp, UdpSocket};
pub use nic::{Capabilities, Checksum, Detached, Nic, Received, Segment, Transmit};
pub use resolve::Resolver;
pub use serve::serve_each;

use crate::Error;
use crate::http::Handler;

/// Where requests come from: what a server serves.
pub trait Network {
    /// What goes wrong with the network as a whole. What goes wrong with one connection ends that connection alone.
    type Error: Error;

    /// Answers requests with `handler`, many at a time, until the program is asked to stop.
    async fn serve<H: Handler>(&self, handler: H) -> Result<(), Self::Error>;
}

/// Where connections come from.
pub trait Listener: Network {
    /// A connection.
    type Flow: Flow;

    /// Waits for the next connection. Connections come in the order in which they were made; dropping the future
    /// loses none. Kind `Closed` once the program is asked to stop, `Detached` once the interface has gone for good; any error but
    /// `Closed` means that it will not recover.
    /// A passing shortage (descriptors, memory) is no error: the listener waits.
    async fn accept(&self) -> Result<Self::Flow, Self::Error>;

    /// Where it listens.
    fn local(&self) -> SocketAddr;
}

/// A network stack: a host that also listens and connects. What it gives outlives the handle.
pub trait Stack: Udp + Ping {
    /// A connection.
    type Flow: Flow + 'static;
    /// What waits for connections.
    type Acceptor: Accept<Flow = Self::Flow, Error = Self::Error> + 'static;

    /// Listens on a port of the addresses that the stack is configured with; 0 takes a free one.
    /// Kinds: `InUse`, `Denied`.
    async fn listen(&self, port: u16) -> Result<Self::Acceptor, Self::Error>;

    /// Connects. Kinds: `Unreachable`, `TimedOut`.
    async fn connect(&self, to: SocketAddr) -> Result<Self::Flow, Self::Error>;
}

/// A port that a stack listens on: connections and nothing else. `std/net.tcp` makes a [`Listener`] of it.
pub trait Accept: Clone {
    /// What goes wrong.
    type Error: Error;
    /// A connection.
    type Flow: Flow;

    /// As [`Listener::accept`].
    async fn accept(&self) -> Result<Self::Flow, Self::Error>;

    /// Where it listens.
    fn local(&self) -> SocketAddr;
}

/// A connection: bytes in order in both directions.
///
/// - `read` gives 0 once the peer has said that it sends no more and everything has been read. It may be dropped and
///   called again without loss.
/// - `write` waits until some of the bytes are taken. Dropped, it has taken none.
/// - `flush` means that what was written is on its way as far as the stack can do, never that the peer has it.
/// - Dropping a flow closes both directions. What was written is still delivered in the background, unless the peer
///   sent something that nobody has read: some stacks then reset the connection (RFC 9293, 3.6.1).
pub trait Flow: Read + Write {
    /// The other end, if the medium has addresses.
    fn peer(&self) -> Option<SocketAddr>;

    /// Waits until a `read` may have something to give, so that who waits needs no buffer meanwhile. A hint: it may end early, as it
    /// does at once where a flow cannot tell.
    async fn readable(&mut self) {}

    /// Says that no more will be written; what was written goes out first. Reading goes on.
    async fn close(&mut self) -> Result<(), Self::Error>;

    /// Writes from several slices as if they were one, and gives how many bytes were taken: a head and a body in one
    /// go, without copying. Gives 0 only if all slices are empty.
    async fn write_vectored(&mut self, parts: &[&[u8]]) -> Result<usize, Self::Error> {
        match parts.iter().find(|part| !part.is_empty()) {
            Some(part) => self.write(part).await,
            None => Ok(0),
        }
    }
}

impl<T: Flow> Flow for &mut T {
    fn peer(&self) -> Option<SocketAddr> {
        T::peer(self)
    }

    async fn readable(&mut self) {
        T::readable(self).await;
    }

    async fn close(&mut self) -> Result<(), Self::Error> {
        T::close(self).await
    }

    async fn write_vectored(&mut self, parts: &[&[u8]]) -> Result<usize, Self::Error> {
        T::write_vectored(self, parts).await
    }
}

impl<T: Network> Network for &T {
    type Error = T::Error;

    async fn serve<H: Handler>(&self, handler: H) -> Result<(), T::Error> {
        T::serve(self, handler).await
    }
}

impl<T: Listener> Listener for &T {
    type Flow = T::Flow;

    async fn accept(&self) -> Result<T::Flow, T::Error> {
        T::accept(self).await
    }

    fn local(&self) -> SocketAddr {
        T::local(self)
    }
}

impl<T: Stack> Stack for &T {
    type Flow = T::Flow;
    type Acceptor = T::Acceptor;

    async fn listen(&self, port: u16) -> Result<T::Acceptor, T::Error> {
        T::listen(self, port).await
    }

    async fn connect(&self, to: SocketAddr) -> Result<T::Flow, T::Error> {
        T::connect(self, to).await
    }
}
