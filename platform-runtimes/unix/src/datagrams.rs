//! Datagrams over the host's sockets.
//!
//! A port that is named is taken at the address that the sockets listen on. A free one is taken at every address of the
//! host, as `connect` does it: who takes one asks others, which from the address of this machine alone cannot be done.

use std::future::poll_fn;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::OwnedFd;

use rustix::io::Errno;
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketType, ipproto, sockopt};
use unik::net::{Udp, UdpSocket};

use crate::error::Error;
use crate::sockets::{FLAGS, Sockets};
use crate::source::Source;

/// A port for datagrams.
#[derive(Debug)]
pub struct Datagrams {
    source: Source,
    local: SocketAddr,
}

impl Udp for Sockets {
    type Socket = Datagrams;

    async fn bind(&self, port: u16) -> Result<Datagrams, Error> {
        let bound = if port == 0 {
            match bound(SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0))) {
                // A host may do without IPv6.
                Err(Errno::AFNOSUPPORT | Errno::ADDRNOTAVAIL) => {
                    bound(SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)))
                }
                result => result,
            }
        } else {
            bound(SocketAddr::new(self.address(), port))
        };
        let at = SocketAddr::new(self.address(), port);
        let (fd, local) = bound.map_err(|errno| Error::at(at, errno))?;
        Ok(Datagrams { source: Source::new(self.reactor(), fd, true)?, local })
    }
}

fn bound(address: SocketAddr) -> Result<(OwnedFd, SocketAddr), Errno> {
    let family = if address.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 };
    let fd = rustix::net::socket_with(family, SocketType::DGRAM, FLAGS, Some(ipproto::UDP))?;
    if address.is_ipv6() {
        sockopt::set_ipv6_v6only(&fd, false)?;
    }
    rustix::net::bind(&fd, &address)?;
    let local = SocketAddr::try_from(rustix::net::getsockname(&fd)?)?;
    Ok((fd, local))
}

impl Datagrams {
    /// The address in the family of the socket: an IPv6 one reaches IPv4 through mapped addresses (RFC 4291, 2.5.5.2).
    fn in_family(&self, to: SocketAddr) -> Result<SocketAddr, Errno> {
        match (self.local, to.ip()) {
            (SocketAddr::V4(_), IpAddr::V4(_)) | (SocketAddr::V6(_), IpAddr::V6(_)) => Ok(to),
            (SocketAddr::V6(_), IpAddr::V4(ip)) => Ok(SocketAddr::from((ip.to_ipv6_mapped(), to.port()))),
            (SocketAddr::V4(_), IpAddr::V6(_)) => Err(Errno::NETUNREACH),
        }
    }
}

impl UdpSocket for Datagrams {
    type Error = Error;

    async fn receive(&mut self, buffer: &mut [u8]) -> Result<(usize, SocketAddr), Error> {
        loop {
            let received = poll_fn(|cx| {
                self.source.poll_read(
                    cx,
                    |fd| rustix::net::recvfrom(fd, &mut *buffer, RecvFlags::empty()),
                    |_| false,
                )
            })
            .await;
            let (length, _, from) = received?;
            // Every datagram of these families has a sender.
            if let Some(Ok(from)) = from.map(SocketAddr::try_from) {
                return Ok((length, SocketAddr::new(from.ip().to_canonical(), from.port())));
            }
        }
    }

    async fn send(&mut self, bytes: &[u8], to: SocketAddr) -> Result<(), Error> {
        let address = self.in_family(to).map_err(|errno| Error::at(to, errno))?;
        let send = |cx: &mut std::task::Context<'_>| {
            self.source.poll_write(cx, |fd| rustix::net::sendto(fd, bytes, SendFlags::NOSIGNAL, &address))
        };
        poll_fn(send).await.map_err(|errno| Error::at(to, errno))?;
        Ok(())
    }

    fn local(&self) -> SocketAddr {
        self.local
    }
}
