//! A port for datagrams.

use core::fmt;
use core::future::poll_fn;
use core::net::{IpAddr, Ipv4Addr, SocketAddr};
use core::task::Poll;

use unik::net::UdpSocket;

use crate::Error;
use crate::link::{Link, World};

/// A port for datagrams of all our addresses.
pub struct Socket<W: World> {
    link: Link<W>,
    port: u16,
}

impl<W: World> Socket<W> {
    pub(super) fn bind(link: &Link<W>, port: u16) -> Result<Self, Error> {
        let port = link
            .parts(|net, parts| parts.udp.as_mut().expect("a part that was made is there").bind(net, port))?;
        Ok(Self { link: link.clone(), port })
    }
}

impl<W: World> UdpSocket for Socket<W> {
    type Error = Error;

    async fn receive(&mut self, buffer: &mut [u8]) -> Result<(usize, SocketAddr), Error> {
        poll_fn(|cx| {
            self.link.parts(|net, parts| match &mut parts.udp {
                Some(udp) => udp.poll_receive(net, cx, self.port, buffer),
                None => Poll::Ready(Err(Error::Closed)),
            })
        })
        .await
    }

    async fn send(&mut self, bytes: &[u8], to: SocketAddr) -> Result<(), Error> {
        poll_fn(|cx| {
            self.link.parts(|net, parts| match &mut parts.udp {
                Some(udp) => udp.poll_send(net, cx, self.port, bytes, to),
                None => Poll::Ready(Err(Error::Closed)),
            })
        })
        .await
    }

    fn local(&self) -> SocketAddr {
        let own = self.link.with(|state, _| state.addresses());
        SocketAddr::new(own.first().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |own| own.address()), self.port)
    }
}

impl<W: World> Drop for Socket<W> {
    fn drop(&mut self) {
        self.link.parts(|net, parts| {
            if let Some(udp) = &mut parts.udp {
                udp.abandon(net, self.port);
            }
        });
    }
}

impl<W: World> fmt::Debug for Socket<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Socket").field("port", &self.port).finish_non_exhaustive()
    }
}
