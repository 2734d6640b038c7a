//! `ip.ipv4` and `ip.dhcp`: packets of IPv4, with an address that is configured or lent (RFC 791, RFC 2131).

use core::net::Ipv4Addr;

use unik::net::Cidr;

use crate::Error;
use crate::layer::{self, Layer};
use crate::link::{Link, World};

/// How long servers have to lend an address, in seconds.
#[cfg(feature = "dhcp")]
const PATIENCE: u64 = 30;

/// Packets of IPv4.
#[derive(Debug)]
pub struct Ipv4<W: World>(Link<W>);

impl<W: World> Ipv4<W> {
    /// With an address that is configured; with none, IPv4 is not spoken.
    ///
    /// Fails if it is no address of IPv4 or not one host's, or if the gateway is outside of its network.
    pub async fn new(
        ethernet: impl layer::Ethernet<World = W>,
        arp: impl layer::Arp<World = W>,
        address: Option<Cidr>,
        gateway: Option<Ipv4Addr>,
    ) -> Result<Self, Error> {
        let link = ethernet.link();
        if !link.is(arp.link()) {
            return Err(Error::OtherInterface);
        }
        link.with(|state, around| state.start_v4(around, address, gateway))?;
        Ok(Self(link.clone()))
    }

    /// With an address that a server lends: waits for the first lease, and keeps asking for others later. An address that is given is
    /// used instead, and nobody is asked; a gateway that is given is used instead of the server's.
    ///
    /// Fails if no server has lent an address after 30 seconds, if the interface has gone for good before, and as [`Ipv4::new`].
    #[cfg(feature = "dhcp")]
    pub async fn dhcp(
        ethernet: impl layer::Ethernet<World = W>,
        arp: impl layer::Arp<World = W>,
        address: Option<Cidr>,
        gateway: Option<Ipv4Addr>,
    ) -> Result<Self, Error> {
        if address.is_some() {
            return Self::new(ethernet, arp, address, gateway).await;
        }
        let link = ethernet.link();
        if !link.is(arp.link()) {
            return Err(Error::OtherInterface);
        }
        link.with(|state, around| state.start_dhcp(around, gateway));
        let leased = core::future::poll_fn(|cx| link.with(|state, around| state.poll_v4(around, cx)));
        let mut deadline = unik::clock::Deadline::new(link.sleep());
        deadline.set(core::time::Duration::from_secs(PATIENCE));
        deadline.limit(leased).await.map_err(|_| Error::NoLease(PATIENCE))??;
        Ok(Self(link.clone()))
    }
}

impl<W: World> Clone for Ipv4<W> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<W: World> Layer for Ipv4<W> {
    type World = W;

    fn link(&self) -> &Link<W> {
        &self.0
    }
}

impl<W: World> layer::V4 for Ipv4<W> {}
