//! The one object behind all parts of a stack: smoltcp's interface, the tables of sockets, and our addresses.
//!
//! It decides whom a frame is brought to and who sends next; it waits for nothing and knows no task. A part of the stack that is not
//! in the graph is switched off here: its frames are dropped.

mod addresses;
mod arp;
#[cfg(feature = "dhcp")]
mod dhcp;
mod messages;
mod routers;

use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, SocketAddr};

use smoltcp::iface::{Config, Interface, SocketSet};
use smoltcp::time::Instant;
use smoltcp::wire::EthernetAddress;
use unik::net::{Nic, Received};
use unik::random::Random;

use addresses::Addresses;
use arp::Arp;
#[cfg(feature = "dhcp")]
use dhcp::{Change, Client};
use routers::Routers;

use crate::Error;
use crate::agenda::{Agenda, Item, Plan};
use crate::frame::{self, Content, Frame, Packet};
use crate::net::Net;
use crate::port::{Outbox, Port};

/// How many frames are looked at before their answers are sent.
const BATCH: usize = 256;

/// The world around the state, for one step.
pub(crate) struct Around<'a, N> {
    pub(crate) nic: &'a N,
    pub(crate) random: &'a dyn Random,
    pub(crate) now: Instant,
    /// Whether the program was asked to stop.
    pub(crate) stopping: bool,
}

impl<N> Copy for Around<'_, N> {}

impl<N> Clone for Around<'_, N> {
    fn clone(&self) -> Self {
        *self
    }
}

/// Everything that a stack knows.
pub(crate) struct State {
    own: EthernetAddress,
    iface: Interface,
    outbox: Outbox,
    agenda: Agenda,
    addresses: Addresses,
    parts: Parts,
}

/// The parts of a stack.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    pub(crate) arp: Arp,
    pub(crate) routers: Routers,
    #[cfg(feature = "dhcp")]
    dhcp: Option<Client>,
    #[cfg(feature = "tcp")]
    pub(crate) tcp: Option<crate::tcp::table::Table>,
    #[cfg(feature = "udp")]
    pub(crate) udp: Option<crate::udp::table::Table>,
    #[cfg(feature = "icmp")]
    pub(crate) icmp: Option<crate::icmp::table::Table>,
    /// The way out that a lease has named.
    leased_gateway: Option<Ipv4Addr>,
    /// Whether packets of IPv4 are looked at.
    v4: bool,
    /// Whether packets of IPv6 are looked at.
    v6: bool,
}

impl State {
    /// A stack of which nothing is switched on.
    pub(crate) fn new<N: Nic>(around: Around<'_, N>) -> Self {
        let own = EthernetAddress(around.nic.mac().0);
        let mut outbox = Outbox::new(own, around.nic.capabilities().checksum);
        let mut config = Config::new(own.into());
        config.random_seed = around.random.next_u64();
        let mut port = Port { nic: around.nic, outbox: &mut outbox, arrived: None, inside: false };
        let iface = Interface::new(config, &mut port, around.now);
        Self {
            own,
            iface,
            outbox,
            agenda: Agenda::default(),
            addresses: Addresses::default(),
            parts: Parts::default(),
        }
    }

    /// The parts, and what they move packets with.
    pub(crate) fn split<'a, N: Nic>(&'a mut self, around: Around<'a, N>) -> (Net<'a, N>, &'a mut Parts) {
        let Self { iface, outbox, agenda, parts, .. } = self;
        let Around { nic, random, now, stopping } = around;
        (Net { iface, nic, outbox, agenda, random, now, stopping }, parts)
    }

    pub(crate) fn agenda(&mut self) -> &mut Agenda {
        &mut self.agenda
    }

    pub(crate) fn parts(&self) -> &Parts {
        &self.parts
    }

    /// Looks at the frames that have arrived, some at once.
    pub(crate) fn ingress<N: Nic>(&mut self, around: Around<'_, N>) {
        for _ in 0..BATCH {
            if let Some(frame) = self.outbox.take() {
                self.arrive(around, &frame, true, true);
                continue;
            }
            let take = |frame: &[u8], known: Received| self.arrive(around, frame, known.verified, false);
            if around.nic.receive(take).is_none() {
                return;
            }
        }
    }

    /// Sends what there is to send, as far as the interface has room.
    pub(crate) fn egress<N: Nic>(&mut self, around: Around<'_, N>) {
        self.outbox.drain(around.nic);
        while let Some(item) = self.agenda.take_due(around.now) {
            if let Some(plan) = self.parts.plan(item) {
                plan.is_due();
                self.agenda.mark(item, plan);
            }
        }
        while self.outbox.has_room()
            && let Some(item) = self.agenda.take()
        {
            self.work(around, item);
        }
    }

    /// Whether a step would do something now.
    pub(crate) fn has_work(&self, nic: &impl Nic) -> bool {
        self.outbox.has_some() || nic.has_received() || (self.agenda.has_ready() && !self.outbox.is_stuck())
    }

    /// When a step will do something, if nothing happens before.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.agenda.next()
    }

    /// Whether everything that was begun is done: nothing waits to be sent, and no connection is open.
    pub(crate) fn is_idle(&self) -> bool {
        !self.outbox.is_stuck() && !self.outbox.has_some() && self.parts.is_idle()
    }

    /// The interface has gone for good: all connections have ended for that reason, and everybody who waits is woken to be told.
    pub(crate) fn detach<N: Nic>(&mut self, around: Around<'_, N>, cause: &Error) {
        self.outbox.clear();
        let (mut net, parts) = self.split(around);
        parts.detach(&mut net, cause);
        self.addresses.wake();
    }

    fn arrive<N: Nic>(&mut self, around: Around<'_, N>, bytes: &[u8], verified: bool, inside: bool) {
        let Some(frame) = frame::parse(bytes, self.own) else { return };
        let (mut net, parts) = self.split(around);
        match frame {
            Frame::Arp(arp) => {
                if !parts.arp.enabled || (!inside && parts.arp.arrive(&mut net, &arp)) {
                    return;
                }
                net.deliver(bytes, &mut SocketSet::new(Vec::new()), inside);
                parts.wake_asking(&mut net);
            }
            Frame::Ip(packet) => {
                let wanted = if packet.target.is_ipv4() { parts.v4 } else { parts.v6 };
                let true_source = inside || (packet.is_of_the_wire() && !net.is_ours(packet.source));
                if wanted && true_source && (verified || packet.is_intact()) {
                    parts.packet(&mut net, bytes, &packet);
                }
            }
        }
    }

    fn work<N: Nic>(&mut self, around: Around<'_, N>, item: Item) {
        let (mut net, parts) = self.split(around);
        match parts.plan(item) {
            Some(plan) => plan.begin(),
            None => return,
        }
        match item {
            #[cfg(feature = "tcp")]
            Item::Tcp(place) => {
                if let Some(tcp) = &mut parts.tcp {
                    tcp.work(&mut net, place);
                }
            }
            #[cfg(feature = "udp")]
            Item::Udp(port) => {
                if let Some(udp) = &mut parts.udp {
                    udp.work(&mut net, port);
                }
            }
            #[cfg(feature = "icmp")]
            Item::Ping(identifier) => {
                if let Some(icmp) = &mut parts.icmp {
                    icmp.work(&mut net, identifier);
                }
            }
            #[cfg(feature = "dhcp")]
            Item::Dhcp => {
                let change = parts.dhcp.as_mut().map_or(Change::None, |dhcp| dhcp.work(&mut net));
                match change {
                    Change::None => {}
                    Change::Got(lease) => self.lease(around, Some(lease)),
                    Change::Lost => self.lease(around, None),
                }
            }
            Item::Announce => parts.arp.work(&mut net),
            Item::Routers => {
                parts.routers.work(&mut net);
                self.readdress(around);
            }
        }
    }
}

impl Parts {
    fn plan(&mut self, item: Item) -> Option<&mut Plan> {
        match item {
            #[cfg(feature = "tcp")]
            Item::Tcp(place) => Some(&mut self.tcp.as_mut()?.get_mut(place)?.slot.plan),
            #[cfg(feature = "udp")]
            Item::Udp(port) => self.udp.as_mut()?.plan(port),
            #[cfg(feature = "icmp")]
            Item::Ping(identifier) => self.icmp.as_mut()?.plan(identifier),
            #[cfg(feature = "dhcp")]
            Item::Dhcp => Some(self.dhcp.as_mut()?.plan()),
            Item::Announce => Some(self.arp.plan()),
            Item::Routers => Some(self.routers.plan()),
        }
    }

    /// A neighbour has told its address: perhaps the one that somebody waits for.
    fn wake_asking<N: Nic>(&mut self, net: &mut Net<'_, N>) {
        for item in net.agenda.asking() {
            if let Some(plan) = self.plan(item) {
                net.agenda.mark(item, plan);
            }
        }
    }

    fn packet<N: Nic>(&mut self, net: &mut Net<'_, N>, bytes: &[u8], packet: &Packet<'_>) {
        match &packet.content {
            Content::Tcp(segment) =>
            {
                #[cfg(feature = "tcp")]
                if let Some(tcp) = &mut self.tcp {
                    tcp.arrive(net, bytes, packet, segment);
                }
            }
            Content::Udp(datagram) => {
                let (from, to) = (datagram.src_port(), datagram.dst_port());
                #[cfg(feature = "dhcp")]
                if let Some(dhcp) = &mut self.dhcp
                    && packet.target.is_ipv4()
                    && (from, to) == (smoltcp::wire::DHCP_SERVER_PORT, smoltcp::wire::DHCP_CLIENT_PORT)
                {
                    return dhcp.arrive(net, bytes);
                }
                self.datagram(net, bytes, packet, (from, to), datagram.payload());
            }
            Content::Icmp(message) => self.message(net, bytes, packet, message),
        }
    }

    fn datagram<N: Nic>(
        &mut self,
        net: &mut Net<'_, N>,
        bytes: &[u8],
        packet: &Packet<'_>,
        (from, to): (u16, u16),
        payload: &[u8],
    ) {
        #[cfg(feature = "udp")]
        if let Some(udp) = &mut self.udp
            && net.is_for_us(packet.target)
            && !packet.source.is_unspecified()
        {
            if udp.has(to) {
                return udp.arrive(to, payload, SocketAddr::new(packet.source, from));
            }
            // Nobody has the port: smoltcp says so, if it was meant for us alone (RFC 1122, 3.2.2).
            if self.has_icmp() && net.is_ours(packet.target) {
                let inside = net.is_ours(packet.source);
                net.deliver(bytes, &mut SocketSet::new(Vec::new()), inside);
            }
        }
    }

    /// Whether messages of ICMP are answered.
    fn has_icmp(&self) -> bool {
        #[cfg(feature = "icmp")]
        return self.icmp.is_some();
        #[cfg(not(feature = "icmp"))]
        false
    }

    fn is_idle(&self) -> bool {
        #[cfg(feature = "tcp")]
        if self.tcp.as_ref().is_some_and(|tcp| !tcp.is_idle()) {
            return false;
        }
        #[cfg(feature = "udp")]
        if self.udp.as_ref().is_some_and(|udp| !udp.is_idle()) {
            return false;
        }
        true
    }

    fn detach<N: Nic>(&mut self, net: &mut Net<'_, N>, cause: &Error) {
        #[cfg(feature = "tcp")]
        if let Some(tcp) = &mut self.tcp {
            tcp.detach(net, cause);
        }
        #[cfg(feature = "udp")]
        if let Some(udp) = &mut self.udp {
            udp.detach(net);
        }
        #[cfg(feature = "icmp")]
        if let Some(icmp) = &mut self.icmp {
            icmp.detach(cause);
        }
    }

    /// Our addresses have changed.
    fn readdressed<N: Nic>(&mut self, net: &mut Net<'_, N>) {
        #[cfg(feature = "tcp")]
        if let Some(tcp) = &mut self.tcp {
            tcp.readdressed(net);
        }
    }

    /// A router or a host says that what we have sent could not be delivered; `port` says whether just the port is not there.
    fn undeliverable<N: Nic>(&mut self, net: &mut Net<'_, N>, message: &[u8], port: bool) {
        let Some(quoted) = frame::quoted(message) else { return };
        match quoted.protocol {
            #[cfg(feature = "tcp")]
            smoltcp::wire::IpProtocol::Tcp => {
                if let Some(tcp) = &mut self.tcp {
                    tcp.undeliverable(net, &quoted, port);
                }
            }
            #[cfg(feature = "icmp")]
            smoltcp::wire::IpProtocol::Icmp | smoltcp::wire::IpProtocol::Icmpv6 => {
                if let Some(icmp) = &mut self.icmp {
                    let [high, low, ..] = quoted.next;
                    icmp.undeliverable(quoted.target, u16::from_be_bytes([high, low]));
                }
            }
            _ => {}
        }
    }
}

impl<N: Nic> Net<'_, N> {
    /// Whether a packet for this address is for us among others.
    #[cfg(feature = "udp")]
    fn is_for_us(&self, address: IpAddr) -> bool {
        let broadcast = match address {
            IpAddr::V4(address) => {
                address.is_broadcast()
                    || self.iface.ip_addrs().iter().any(|network| match network {
                        smoltcp::wire::IpCidr::Ipv4(network) => network.broadcast() == Some(address),
                        smoltcp::wire::IpCidr::Ipv6(_) => false,
                    })
            }
            IpAddr::V6(_) => false,
        };
        broadcast || address.is_multicast() || self.is_ours(address)
    }
}
