//! `ip.ipv6`: packets of IPv6, with addresses that are configured or made of what routers tell (RFC 8200, RFC 4862).

use core::net::Ipv6Addr;

use unik::net::Cidr;

use crate::Error;
use crate::layer::{self, Layer};
use crate::link::{Link, World};

/// Packets of IPv6.
#[derive(Debug)]
pub struct Ipv6<W: World>(Link<W>);

impl<W: World> Ipv6<W> {
    /// With the address of the link, one that is configured, and, if `slaac`, those of the prefixes that routers announce.
    /// A gateway that is given is used instead of the routers.
    ///
    /// That nobody else has an address is not tried out before it is used: it is made of the interface's own.
    ///
    /// Fails if the address is none of IPv6, or not one host's.
    pub async fn new(
        ethernet: impl layer::Ethernet<World = W>,
        address: Option<Cidr>,
        gateway: Option<Ipv6Addr>,
        slaac: bool,
    ) -> Result<Self, Error> {
        let link = ethernet.link();
        link.with(|state, around| state.start_v6(around, address, gateway, slaac))?;
        Ok(Self(link.clone()))
    }
}

impl<W: World> Clone for Ipv6<W> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<W: World> Layer for Ipv6<W> {
    type World = W;

    fn link(&self) -> &Link<W> {
        &self.0
    }
}

impl<W: World> layer::V6 for Ipv6<W> {}
