//! `ip.udp`: datagrams (RFC 768).

mod socket;
pub(crate) mod table;

use alloc::vec::Vec;
use core::net::IpAddr;

pub use socket::Socket;
use table::Table;
use unik::net::{Cidr, Host};

use crate::Error;
use crate::layer::{self, Layer};
use crate::link::{Link, World};

/// Datagrams of both versions of IP. One that does not fit into a packet is not sent.
#[derive(Debug)]
pub struct Udp<W: World>(Link<W>);

impl<W: World> Udp<W> {
    /// Datagrams over both.
    pub async fn new(v4: impl layer::V4<World = W>, v6: impl layer::V6<World = W>) -> Result<Self, Error> {
        let link = v4.link();
        if !link.is(v6.link()) {
            return Err(Error::OtherInterface);
        }
        link.parts(|_, parts| {
            parts.udp.get_or_insert_with(Table::default);
        });
        Ok(Self(link.clone()))
    }
}

impl<W: World> Host for Udp<W> {
    type Error = Error;

    fn addresses(&self) -> Vec<Cidr> {
        self.0.with(|state, _| state.addresses())
    }

    fn routers(&self) -> Vec<IpAddr> {
        self.0.with(|state, _| state.routers())
    }

    fn name_servers(&self) -> Vec<IpAddr> {
        self.0.with(|state, _| state.name_servers())
    }
}

impl<W: World> unik::net::Udp for Udp<W> {
    type Socket = Socket<W>;

    async fn bind(&self, port: u16) -> Result<Socket<W>, Error> {
        Socket::bind(&self.0, port)
    }
}

impl<W: World> Clone for Udp<W> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<W: World> Layer for Udp<W> {
    type World = W;

    fn link(&self) -> &Link<W> {
        &self.0
    }
}

impl<W: World> layer::Udp for Udp<W> {}
