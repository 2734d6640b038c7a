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

impl<N: Nic> Net<'_, N> {
    /// Brings a frame to some sockets. `inside` says whether the answer may be for this host itself.
    pub(crate) fn deliver(&mut self, frame: &[u8], sockets: &mut SocketSet<'static>, inside: bool) {
        let mut port = Port { nic: self.nic, outbox: self.outbox, arrived: Some(frame), inside };
        self.iface.poll_ingress_single(self.now, &mut port, sockets);
    }

    /// Lets a socket send what it can, and gives when it wants to be asked again. `inside` says whether it may talk to this host
    /// itself.
    pub(crate) fn send(&mut self, item: Item, slot: &mut Slot, inside: bool) -> Option<Instant> {
        let mut sent = false;
        let mut port = Port { nic: self.nic, outbox: self.outbox, arrived: None, inside };
        while let PollResult::SocketStateChanged =
            self.iface.poll_egress(self.now, &mut port, &mut slot.sockets)
        {
            sent = true;
        }
        if sent {
            self.agenda.found(item);
        }
        let next = self.iface.poll_at(self.now, &slot.sockets)?;
        if next == self.now + ASKS_AGAIN && !sent {
            self.agenda.ask(item);
        }
        if next > self.now {
            return Some(next);
        }
        if port.has_room() {
            return Some(self.now + PAUSE);
        }
        self.agenda.mark(item, &mut slot.plan);
        None
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
        let near = self.iface.ip_addrs().iter().any(|network| network.contains_addr(&to.into()));
        let far = match to {
            IpAddr::V4(_) => self.iface.routes().get_default_ipv4_route().is_some(),
            IpAddr::V6(_) => self.iface.routes().get_default_ipv6_route().is_some(),
        };
        if near || far { Ok(()) } else { Err(Error::NoRoute(to)) }
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
