//! A host on a network, and what it does besides connections: `std/net.Host`, `std/net.Udp`, `std/net.Ping`.

use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};
use core::time::Duration;

use super::Cidr;
use crate::Error;

/// A host on a network: what it is called there, who leads out of it, and whom it asks for names.
pub trait Host {
    /// What goes wrong with what it sends and receives.
    type Error: Error;

    /// The addresses that it has now. They may change: a lease ends, a router announces another prefix.
    fn addresses(&self) -> Vec<Cidr>;

    /// The routers that it gives what is for other networks (RFC 2132, 3.5; RFC 4861, 6.3.6): at most one of IPv4, then at most
    /// one of IPv6. They may change as the addresses do.
    fn routers(&self) -> Vec<IpAddr>;

    /// The servers that it was told to ask for names (RFC 2132, 3.8; RFC 8106), best first; may be empty.
    fn name_servers(&self) -> Vec<IpAddr>;
}

/// Datagrams (RFC 768).
pub trait Udp: Host {
    /// A port of ours.
    type Socket: UdpSocket<Error = Self::Error> + 'static;

    /// Takes a port of all our addresses; 0 takes a free one. Kinds: `InUse`, `Denied`.
    async fn bind(&self, port: u16) -> Result<Self::Socket, Self::Error>;
}

/// A port for datagrams. It is free again when this is dropped.
pub trait UdpSocket {
    /// What goes wrong.
    type Error: Error;

    /// Waits for the next datagram, writes it into `buffer`, and gives its length and who sent it. One that is longer than the
    /// buffer is cut. Datagrams that nobody fetches in time are lost.
    async fn receive(&mut self, buffer: &mut [u8]) -> Result<(usize, SocketAddr), Self::Error>;

    /// Sends a datagram, waiting until there is room for it. Kinds: `TooLarge`, `Unreachable`.
    async fn send(&mut self, bytes: &[u8], to: SocketAddr) -> Result<(), Self::Error>;

    /// Where it listens.
    fn local(&self) -> SocketAddr;
}

/// Asking a host whether it is there (ICMP echo: RFC 792, RFC 4443).
pub trait Ping: Host {
    /// Sends `payload` bytes, and gives the time until they came back. Kinds: `TimedOut` when they have not after `patience`,
    /// `Unreachable`, `Denied`.
    async fn ping(&self, to: IpAddr, payload: usize, patience: Duration) -> Result<Duration, Self::Error>;
}

impl<T: Host> Host for &T {
    type Error = T::Error;

    fn addresses(&self) -> Vec<Cidr> {
        T::addresses(self)
    }

    fn routers(&self) -> Vec<IpAddr> {
        T::routers(self)
    }

    fn name_servers(&self) -> Vec<IpAddr> {
        T::name_servers(self)
    }
}

impl<T: Udp> Udp for &T {
    type Socket = T::Socket;

    async fn bind(&self, port: u16) -> Result<T::Socket, T::Error> {
        T::bind(self, port).await
    }
}

impl<T: Ping> Ping for &T {
    async fn ping(&self, to: IpAddr, payload: usize, patience: Duration) -> Result<Duration, T::Error> {
        T::ping(self, to, payload, patience).await
    }
}
