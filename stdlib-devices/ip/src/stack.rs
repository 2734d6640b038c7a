//! `ip.stack`: a host with connections, datagrams and control messages, as `std/net.Stack`.

use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};
use core::time::Duration;

use unik::net::{Cidr, Host, Ping, Udp as Datagrams};

use crate::Error;
use crate::icmp::Icmp;
use crate::layer::Layer;
use crate::link::World;
use crate::tcp::{Acceptor, Flow, Tcp};
use crate::udp::{Socket, Udp};

/// A network stack over one interface.
#[derive(Debug)]
pub struct Stack<W: World> {
    tcp: Tcp<W>,
    udp: Udp<W>,
    icmp: Icmp<W>,
}

impl<W: World> Stack<W> {
    /// The parts of one stack together.
    pub async fn new(tcp: Tcp<W>, udp: Udp<W>, icmp: Icmp<W>) -> Result<Self, Error> {
        if !tcp.link().is(udp.link()) || !tcp.link().is(icmp.link()) {
            return Err(Error::OtherInterface);
        }
        Ok(Self { tcp, udp, icmp })
    }
}

impl<W: World> Host for Stack<W> {
    type Error = Error;

    fn addresses(&self) -> Vec<Cidr> {
        self.udp.addresses()
    }

    fn routers(&self) -> Vec<IpAddr> {
        self.udp.routers()
    }

    fn name_servers(&self) -> Vec<IpAddr> {
        self.udp.name_servers()
    }
}

impl<W: World> Datagrams for Stack<W> {
    type Socket = Socket<W>;

    async fn bind(&self, port: u16) -> Result<Socket<W>, Error> {
        self.udp.bind(port).await
    }
}

impl<W: World> Ping for Stack<W> {
    async fn ping(&self, to: IpAddr, payload: usize, patience: Duration) -> Result<Duration, Error> {
        self.icmp.ping(to, payload, patience).await
    }
}

impl<W: World> unik::net::Stack for Stack<W> {
    type Flow = Flow<W>;
    type Acceptor = Acceptor<W>;

    async fn listen(&self, port: u16) -> Result<Acceptor<W>, Error> {
        self.tcp.listen(port).await
    }

    async fn connect(&self, to: SocketAddr) -> Result<Flow<W>, Error> {
        self.tcp.connect(to).await
    }
}

impl<W: World> Clone for Stack<W> {
    fn clone(&self) -> Self {
        Self { tcp: self.tcp.clone(), udp: self.udp.clone(), icmp: self.icmp.clone() }
    }
}
