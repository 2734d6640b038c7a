//! `ip.tcp`: connections (RFC 9293).

mod acceptor;
mod buffers;
mod connection;
mod flow;
pub(crate) mod table;

use core::future::poll_fn;
use core::net::SocketAddr;
use core::task::Poll;

pub use acceptor::Acceptor;
pub use flow::Flow;
use smoltcp::socket::tcp::State;
use table::Table;

use crate::Error;
use crate::layer::{self, Layer};
use crate::link::{Link, World};

/// Connections of both versions of IP.
#[derive(Debug)]
pub struct Tcp<W: World>(Link<W>);

impl<W: World> Tcp<W> {
    /// Connections whose buffers take `buffers` bytes together at most. The more connections there are, the smaller are the buffers of
    /// the next; what does not fit is not answered.
    pub async fn new(
        v4: impl layer::V4<World = W>,
        v6: impl layer::V6<World = W>,
        buffers: u64,
    ) -> Result<Self, Error> {
        let link = v4.link();
        if !link.is(v6.link()) {
            return Err(Error::OtherInterface);
        }
        let buffers = usize::try_from(buffers).unwrap_or(usize::MAX);
        link.parts(|_, parts| parts.tcp.get_or_insert_with(|| Table::new(buffers)).len());
        Ok(Self(link.clone()))
    }

    /// How many connections there are, in whatever state, those that are ending included.
    pub fn connections(&self) -> usize {
        self.0.with(|state, _| state.parts().tcp.as_ref().map_or(0, Table::len))
    }

    /// How many bytes the buffers of all connections take.
    pub fn memory(&self) -> usize {
        self.0.with(|state, _| state.parts().tcp.as_ref().map_or(0, Table::memory))
    }

    /// As [`unik::net::Stack::listen`].
    pub async fn listen(&self, port: u16) -> Result<Acceptor<W>, Error> {
        Acceptor::new(&self.0, port)
    }

    /// As [`unik::net::Stack::connect`]; gives up after 30 seconds.
    pub async fn connect(&self, to: SocketAddr) -> Result<Flow<W>, Error> {
        let flow = Flow::connect(&self.0, to)?;
        poll_fn(|cx| {
            flow.with(|_, connection| match connection.state() {
                State::SynSent | State::SynReceived => {
                    connection.socket_mut().register_send_waker(cx.waker());
                    Poll::Pending
                }
                State::Closed => Poll::Ready(Err(match connection.failure() {
                    Error::Reset => Error::Refused(to),
                    Error::Silent => Error::TimedOut(to.ip()),
                    other => other,
                })),
                _ => {
                    connection.watch();
                    Poll::Ready(Ok(()))
                }
            })
        })
        .await?;
        Ok(flow)
    }
}

impl<W: World> Clone for Tcp<W> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<W: World> Layer for Tcp<W> {
    type World = W;

    fn link(&self) -> &Link<W> {
        &self.0
    }
}

impl<W: World> layer::Tcp for Tcp<W> {}
