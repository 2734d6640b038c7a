//! What every part of the stack needs to move packets: the interface, its frames, what is to be done, and the time.

use core::net::IpAddr;

use smoltcp::iface::{Config, Interface, PollResult, SocketSet};
use smoltcp::time::{Duration, Instant};
use smoltcp::wire::IpCidr;
use unik::net::Nic;
use unik::random::Random;

use crate::Error;
use crate::agenda::{Agenda, Item};
use crate::port::{Outbox, Port};
use crate::questions;
use crate::slot::Slot;

/// How long smoltcp waits before it asks again for a neighbour's address.
const ASKS_AGAIN: Duration = Duration::from_millis(1000);
/// Should smoltcp say that a socket is due although it has nothing to send, it is not asked again before this has passed.
const PAUSE: Duration = Duration::from_millis(10);

/// The moving parts, borrowed for one step.
pub(crate) struct Net<'a, N> {
    pub(crate) iface: &'a mut Interface,
    pub(crate) nic: &'a N,
    pub(crate) outbox: &'a mut Outbox,
    pub(crate) agenda: &'a mut Agenda,
    pub(crate) random: &'a dyn Random,
    pub(crate) now: Instant,
    /// Whether the program was asked to stop.
    pub(crate) stopping: bool,
}

/// Whom a socket talks to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Towards {
    /// One host, if it is one.
    pub(crate) address: Option<IpAddr>,
    /// Whether it may be this host itself.
    pub(crate) inside: bool,
}

impl<N: Nic> Net<'_, N> {
    /// Brings a frame to some sockets. `inside` says whether the answer may be for this host itself.
    pub(crate) fn deliver(&mut self, frame: &[u8], sockets: &mut SocketSet<'static>, inside: bool) {
        let mut port = Port { nic: self.nic, outbox: self.outbox, arrived: Some(frame), inside };
        self.iface.poll_ingress_single(self.now, &mut port, sockets);
    }

    /// Lets a socket send what it can to somebody, and gives when it wants to be asked again.
    pub(crate) fn send(&mut self, item: Item, slot: &mut Slot, to: Towards) -> Option<Instant> {
        let before = self.outbox.written();
        let mut sent = false;
        let inside = to.inside;
        let mut port = Port { nic: self.nic, outbox: self.outbox, arrived: None, inside };
        while let PollResult::SocketStateChanged =
            self.iface.poll_egress(self.now, &mut port, &mut slot.sockets)
        {
            sent = true;
        }
        let has_room = port.has_room();
        if sent {
            self.agenda.found(item);
        }
        let next = self.iface.poll_at(self.now, &slot.sockets)?;
        // smoltcp asks for one neighbour in a second, whoever else is wanted, and goes on waiting when an answer was forgotten
        // because our addresses have changed: then we ask.
        if (next == self.now + ASKS_AGAIN || self.agenda.is_asking(item))
            && !sent
            && self.agenda.ask(item, self.now, ASKS_AGAIN)
            && self.outbox.written() == before
        {
            self.ask_for(to.address);
        }
        if next > self.now {
            return Some(next);
        }
        if has_room {
            return Some(self.now + PAUSE);
        }
        self.agenda.mark(item, &mut slot.plan);
        None
    }

    /// Asks for the neighbour by whom an address is reached.
    fn ask_for(&mut self, to: Option<IpAddr>) {
        let Some(to) = to else { return };
        let mac = self.nic.mac();
        match if self.is_near(to) { Some(to) } else { self.gateway(to) } {
            Some(IpAddr::V4(hop)) => {
                if let Some(own) = self.iface.get_source_address_ipv4(&hop) {
                    self.outbox.send(self.nic, questions::who_has(mac, own, hop));
                }
            }
            Some(IpAddr::V6(hop)) => {
                let own = self.iface.get_source_address_ipv6(&hop);
                self.outbox.send(self.nic, questions::who_has_v6(mac, own, hop));
            }
            None => {}
        }
    }

    /// Another interface with our addresses, whose next random numbers nobody can know: smoltcp's own generator starts from 64
    /// bits and can be guessed from some of its numbers, among them the initial sequence numbers of connections (RFC 6528).
    pub(crate) fn unguessable(&mut self) -> Interface {
        let mut config = Config::new(self.iface.hardware_addr());
        config.random_seed = self.random.next_u64();
        let mut port = Port { nic: self.nic, outbox: self.outbox, arrived: None, inside: false };
        let mut iface = Interface::new(config, &mut port, self.now);
        iface.update_ip_addrs(|addresses| addresses.extend(self.iface.ip_addrs().iter().copied()));
        iface
    }

    /// Brings a frame to some sockets of ours that draw random numbers for it and answer later.
    #[cfg(feature = "tcp")]
    pub(crate) fn deliver_unguessably(&mut self, frame: &[u8], sockets: &mut SocketSet<'static>) {
        let mut iface = self.unguessable();
        let mut port = Port { nic: self.nic, outbox: self.outbox, arrived: Some(frame), inside: false };
        iface.poll_ingress_single(self.now, &mut port, sockets);
    }

    /// Whether the interface is there, or why it has gone for good: what is asked of the stack fails then.
    pub(crate) fn attached(&self) -> Result<(), Error> {
        self.nic.detached().map_or(Ok(()), |cause| Err(cause.into()))
    }

    /// Whether an address is this host's.
    pub(crate) fn is_ours(&self, address: IpAddr) -> bool {
        self.iface.has_ip_addr(address)
    }

    /// Whether a packet for one host can be sent there.
    pub(crate) fn route(&self, to: IpAddr) -> Result<(), Error> {
        if to.is_unspecified() || to.is_multicast() || is_broadcast(to) {
            return Err(Error::Unreachable(to));
        }
        if !self.speaks(to) {
            return Err(Error::NoRoute(to));
        }
        if self.is_near(to) || self.gateway(to).is_some() { Ok(()) } else { Err(Error::NoRoute(to)) }
    }

    /// Whether an address is in a network of ours.
    fn is_near(&self, to: IpAddr) -> bool {
        self.iface.ip_addrs().iter().any(|network| network.contains_addr(&to.into()))
    }

    /// The way to other networks.
    fn gateway(&self, to: IpAddr) -> Option<IpAddr> {
        let routes = self.iface.routes();
        let route = match to {
            IpAddr::V4(_) => routes.get_default_ipv4_route(),
            IpAddr::V6(_) => routes.get_default_ipv6_route(),
        };
        route.map(|route| route.via_router.into())
    }

    /// Whether a datagram can be sent there: to one host or to many.
    #[cfg(feature = "udp")]
    pub(crate) fn route_datagram(&self, to: IpAddr) -> Result<(), Error> {
        if (to.is_multicast() || is_broadcast(to)) && self.speaks(to) { Ok(()) } else { self.route(to) }
    }

    /// Whether we have an address of the family.
    fn speaks(&self, of: IpAddr) -> bool {
        self.iface.ip_addrs().iter().any(|own| matches!(own, IpCidr::Ipv4(_)) == of.is_ipv4())
    }
}

fn is_broadcast(address: IpAddr) -> bool {
    matches!(address, IpAddr::V4(address) if address.is_broadcast())
}
