//! Our addresses, ways out and servers for names: what is configured, what a DHCP server has lent, what routers have told.

use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::task::Waker;

use smoltcp::iface::Route;
use smoltcp::wire::IpCidr;
use unik::net::{Cidr, Nic};

#[cfg(feature = "dhcp")]
use super::dhcp::{Client, Lease};
use super::routers::link_local;
use super::{Around, State};
use crate::Error;

/// Where our addresses come from.
#[derive(Debug, Default)]
pub(super) struct Addresses {
    v4: Option<Cidr>,
    v4_gateway: Option<Ipv4Addr>,
    link_local: Option<Cidr>,
    v6: Option<Cidr>,
    v6_gateway: Option<Ipv6Addr>,
    /// Servers that a lease has named.
    servers: Vec<IpAddr>,
    /// Who waits for a change.
    waiting: Vec<Waker>,
}

impl Addresses {
    /// Those of IPv4 first, as a name resolver and a log show them best.
    fn all(&self) -> impl Iterator<Item = Cidr> {
        [self.v4, self.v6, self.link_local].into_iter().flatten()
    }

    /// Wakes who waits for a change.
    pub(super) fn wake(&mut self) {
        self.waiting.drain(..).for_each(Waker::wake);
    }
}

impl State {
    /// Answers ARP from now on.
    pub(crate) fn start_arp(&mut self) {
        self.parts.arp.enabled = true;
    }

    /// Speaks IPv4 from now on, with this address.
    pub(crate) fn start_v4<N: Nic>(
        &mut self,
        around: Around<'_, N>,
        address: Option<Cidr>,
        gateway: Option<Ipv4Addr>,
    ) -> Result<(), Error> {
        if let Some(address) = address {
            check(address, 4)?;
            if let Some(gateway) = gateway
                && !is_gateway(address, gateway)
            {
                return Err(Error::GatewayOutside { gateway: gateway.into(), network: address });
            }
        }
        self.parts.v4 = address.is_some();
        self.addresses.v4 = address;
        self.addresses.v4_gateway = gateway;
        self.readdress(around);
        Ok(())
    }

    /// Asks a DHCP server for an address of IPv4.
    #[cfg(feature = "dhcp")]
    pub(crate) fn start_dhcp<N: Nic>(&mut self, around: Around<'_, N>, gateway: Option<Ipv4Addr>) {
        self.addresses.v4_gateway = gateway;
        let (mut net, parts) = self.split(around);
        parts.v4 = true;
        parts.dhcp = Some(Client::start(&mut net));
    }

    /// Ready once there is an address of IPv4, or there can be none.
    #[cfg(feature = "dhcp")]
    pub(crate) fn poll_v4<N: Nic>(
        &mut self,
        around: Around<'_, N>,
        cx: &mut core::task::Context<'_>,
    ) -> core::task::Poll<Result<Cidr, Error>> {
        if let Some(address) = self.addresses.v4 {
            return core::task::Poll::Ready(Ok(address));
        }
        if let Some(cause) = around.nic.detached() {
            return core::task::Poll::Ready(Err(cause.into()));
        }
        self.addresses.waiting.push(cx.waker().clone());
        core::task::Poll::Pending
    }

    /// A DHCP server has lent us an address, or its lease is over.
    #[cfg(feature = "dhcp")]
    pub(super) fn lease<N: Nic>(&mut self, around: Around<'_, N>, lease: Option<Lease>) {
        match (&lease, self.addresses.v4) {
            (Some(lease), _) => log::info!("leased {}", lease.address),
            (None, Some(address)) => log::warn!("the lease of {address} is over"),
            (None, None) => return,
        }
        let lease = lease.filter(|lease| match check(lease.address, 4) {
            Ok(()) => true,
            Err(error) => {
                log::warn!("a lease is not usable: {error}");
                false
            }
        });
        self.parts.leased_gateway = lease.as_ref().and_then(|lease| {
            let gateway = lease.gateway?;
            let usable = is_gateway(lease.address, gateway);
            if !usable {
                log::warn!("the router {gateway} of the lease is outside of {}", lease.address);
            }
            usable.then_some(gateway)
        });
        self.addresses.v4 = lease.as_ref().map(|lease| lease.address);
        self.addresses.servers = lease.map(|lease| lease.servers).unwrap_or_default();
        self.readdress(around);
        self.addresses.wake();
    }

    /// Speaks IPv6 from now on: on the link always, with this address, and with what routers tell if they are asked.
    pub(crate) fn start_v6<N: Nic>(
        &mut self,
        around: Around<'_, N>,
        address: Option<Cidr>,
        gateway: Option<Ipv6Addr>,
        routers: bool,
    ) -> Result<(), Error> {
        if let Some(address) = address {
            check(address, 6)?;
        }
        if let Some(gateway) = gateway
            && (gateway.is_multicast() || gateway.is_unspecified() || gateway.is_loopback())
        {
            return Err(Error::NotUnicast(gateway.into()));
        }
        self.addresses.v6 = address;
        self.addresses.v6_gateway = gateway;
        self.addresses.link_local = Cidr::new(link_local(around.nic.mac()).into(), 64);
        self.parts.v6 = true;
        if routers {
            let (mut net, parts) = self.split(around);
            parts.routers.start(&mut net);
        }
        self.readdress(around);
        Ok(())
    }

    /// Our addresses.
    pub(crate) fn addresses(&self) -> Vec<Cidr> {
        self.addresses.all().chain(self.parts.routers.addresses()).collect()
    }

    /// The routers that we use: of IPv4, then of IPv6.
    pub(crate) fn routers(&self) -> Vec<IpAddr> {
        let (v4, v6) = self.gateways();
        v4.map(IpAddr::from).into_iter().chain(v6.map(IpAddr::from)).collect()
    }

    /// The ways out: what is configured, else what we were told.
    fn gateways(&self) -> (Option<Ipv4Addr>, Option<Ipv6Addr>) {
        (
            self.addresses.v4_gateway.or(self.parts.leased_gateway),
            self.addresses.v6_gateway.or(self.parts.routers.gateway()),
        )
    }

    /// The servers for names that we were told.
    pub(crate) fn name_servers(&self) -> Vec<IpAddr> {
        self.addresses.servers.iter().copied().chain(self.parts.routers.servers()).collect()
    }

    /// Gives smoltcp the addresses and routes that hold now, and says so to those whom it concerns.
    pub(super) fn readdress<N: Nic>(&mut self, around: Around<'_, N>) {
        let addresses = self.addresses();
        let (v4_gateway, v6_gateway) = self.gateways();
        self.iface.routes_mut().update(|routes| {
            routes.clear();
            routes.extend(v4_gateway.map(Route::new_ipv4_gateway));
            routes.extend(v6_gateway.map(Route::new_ipv6_gateway));
        });
        let wanted: Vec<IpCidr> =
            addresses.iter().map(|own| IpCidr::new(own.address().into(), own.prefix())).collect();
        if self.iface.ip_addrs() == wanted {
            return;
        }
        let before: Vec<IpCidr> = self.iface.ip_addrs().to_vec();
        self.iface.update_ip_addrs(|own| {
            own.clear();
            own.extend(wanted.iter().copied());
        });
        let (mut net, parts) = self.split(around);
        for address in wanted.iter().filter(|address| !before.contains(address)) {
            log::info!("our address is {address}");
            if let IpCidr::Ipv4(address) = address {
                parts.arp.announce(&mut net, address.address());
            }
        }
        parts.readdressed(&mut net);
        // smoltcp has forgotten all neighbours.
        net.agenda.ask_anew();
        parts.wake_asking(&mut net);
    }
}

/// Whether an address can be one host's, and is of the version of IP that is wanted.
fn check(address: Cidr, wanted: u8) -> Result<(), Error> {
    let own = address.address();
    if own.is_ipv4() != (wanted == 4) {
        return Err(Error::WrongFamily { given: own, wanted });
    }
    let last = match own {
        IpAddr::V4(own) => own.is_broadcast() || (address.prefix() < 31 && is_edge(own, address.prefix())),
        IpAddr::V6(_) => false,
    };
    if last || own.is_unspecified() || own.is_loopback() || own.is_multicast() {
        return Err(Error::NotUnicast(own));
    }
    Ok(())
}

/// Whether all bits of the host are 0 or all are 1: the network itself, or all of its hosts (RFC 1122, 3.2.1.3).
fn is_edge(address: Ipv4Addr, prefix: u8) -> bool {
    let host = u32::MAX.checked_shr(u32::from(prefix)).unwrap_or(0);
    let bits = address.to_bits() & host;
    bits == 0 || bits == host
}

/// Whether a gateway is a host of the network.
fn is_gateway(network: Cidr, gateway: Ipv4Addr) -> bool {
    let own = Cidr::new(gateway.into(), network.prefix());
    network.contains(gateway.into()) && own.is_some_and(|own| check(own, 4).is_ok())
}
