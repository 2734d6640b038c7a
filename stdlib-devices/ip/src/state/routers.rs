//! What routers tell: prefixes to make addresses of, ways out, and servers for names (RFC 4861, 4862, 8106).
//!
//! It is ours and not smoltcp's because smoltcp 0.14.0 knows no servers, takes one prefix only, and asks to be called for ever
//! when no router answers.

use alloc::vec::Vec;
use core::net::{IpAddr, Ipv6Addr};

use smoltcp::time::{Duration, Instant};
use unik::net::{Cidr, Mac, Nic};

use crate::agenda::{Item, Plan};
use crate::net::Net;
use crate::questions;

/// How often routers are asked (MAX_RTR_SOLICITATIONS).
const QUESTIONS: u8 = 3;
/// The time between (RTR_SOLICITATION_INTERVAL).
const INTERVAL: Duration = Duration::from_secs(4);
/// How many prefixes are used.
const PREFIXES: usize = 4;
/// How many routers are remembered; the first is used.
const ROUTERS: usize = 4;
/// How many servers are remembered.
const SERVERS: usize = 4;
/// Nobody can shorten the life of a prefix below this (RFC 4862, 5.5.3, e).
const TWO_HOURS: Duration = Duration::from_secs(7200);
/// Bytes of an advertisement before its options (RFC 4861, 4.2).
const ADVERTISEMENT: usize = 16;

/// What routers have told, and until when it holds.
#[derive(Debug, Default)]
pub(crate) struct Routers {
    enabled: bool,
    questions: u8,
    asks: Option<Instant>,
    plan: Plan,
    addresses: Vec<(Cidr, Instant)>,
    routers: Vec<(Ipv6Addr, Instant)>,
    servers: Vec<(IpAddr, Instant)>,
}

impl Routers {
    /// Begins to ask.
    pub(crate) fn start<N: Nic>(&mut self, net: &mut Net<'_, N>) {
        self.enabled = true;
        self.questions = QUESTIONS;
        self.asks = Some(net.now);
        net.agenda.mark(Item::Routers, &mut self.plan);
    }

    pub(crate) fn plan(&mut self) -> &mut Plan {
        &mut self.plan
    }

    /// Our addresses.
    pub(crate) fn addresses(&self) -> impl Iterator<Item = Cidr> {
        self.addresses.iter().map(|(address, _)| *address)
    }

    /// The way out.
    pub(crate) fn gateway(&self) -> Option<Ipv6Addr> {
        self.routers.first().map(|(router, _)| *router)
    }

    /// The servers for names.
    pub(crate) fn servers(&self) -> impl Iterator<Item = IpAddr> {
        self.servers.iter().map(|(server, _)| *server)
    }

    /// Asks, if it is time, and forgets what does not hold any more.
    pub(crate) fn work<N: Nic>(&mut self, net: &mut Net<'_, N>) {
        if let Some(asks) = self.asks
            && asks <= net.now
        {
            net.outbox.send(net.nic, questions::routers(net.nic.mac(), link_local(net.nic.mac())));
            self.questions -= 1;
            self.asks = (self.questions > 0).then(|| net.now + INTERVAL);
        }
        self.addresses.retain(|(_, until)| *until > net.now);
        self.routers.retain(|(_, until)| *until > net.now);
        self.servers.retain(|(_, until)| *until > net.now);
        self.replan(net);
    }

    fn replan<N: Nic>(&mut self, net: &mut Net<'_, N>) {
        let addresses = self.addresses.iter().map(|(_, until)| *until);
        let routers = self.routers.iter().map(|(_, until)| *until);
        let servers = self.servers.iter().map(|(_, until)| *until);
        let next = addresses.chain(routers).chain(servers).chain(self.asks).min();
        net.agenda.plan(Item::Routers, &mut self.plan, next);
    }

    /// An advertisement has come, its checksum right.
    pub(crate) fn arrive<N: Nic>(&mut self, net: &mut Net<'_, N>, from: IpAddr, bytes: &[u8]) {
        let IpAddr::V6(from) = from else { return };
        // A router speaks for its link from its address on it (RFC 4861, 6.1.2).
        if !self.enabled || !from.is_unicast_link_local() || bytes.len() < ADVERTISEMENT || bytes[1] != 0 {
            return;
        }
        let Some(options) = options(&bytes[ADVERTISEMENT..]) else { return };
        self.asks = None;
        let lifetime = u64::from(u16::from_be_bytes([bytes[6], bytes[7]]));
        remember(&mut self.routers, from, net.now, lifetime, ROUTERS);
        for (kind, option) in options {
            match kind {
                3 => self.prefix(net, option),
                25 => self.names(net.now, option),
                _ => {}
            }
        }
        net.agenda.mark(Item::Routers, &mut self.plan);
    }

    /// A prefix (RFC 4861, 4.6.2; RFC 4862, 5.5.3).
    fn prefix<N: Nic>(&mut self, net: &mut Net<'_, N>, option: &[u8]) {
        let Some(prefix) = option.get(16..32).and_then(|bytes| <[u8; 16]>::try_from(bytes).ok()) else {
            return;
        };
        let (length, on_link, autonomous) = (option[2], option[3] & 0x80 != 0, option[3] & 0x40 != 0);
        let (valid, preferred) = (seconds(&option[4..8]), seconds(&option[8..12]));
        let first = Ipv6Addr::from(prefix);
        if !autonomous || length != 64 || preferred > valid {
            return;
        }
        if first.is_unicast_link_local()
            || first.is_multicast()
            || first.is_loopback()
            || first.octets()[..8] == [0; 8]
        {
            return;
        }
        let address = with_interface(prefix, net.nic.mac());
        let Some(address) = Cidr::new(address.into(), if on_link { 64 } else { 128 }) else { return };
        let until = net.now + Duration::from_secs(valid);
        let room = self.addresses.len() < PREFIXES;
        match self.addresses.iter_mut().find(|(known, _)| known.address() == address.address()) {
            Some((known, old)) => {
                *known = address;
                if until > net.now + TWO_HOURS || until > *old {
                    *old = until;
                } else if *old > net.now + TWO_HOURS {
                    *old = net.now + TWO_HOURS;
                }
            }
            None if valid > 0 && room => self.addresses.push((address, until)),
            None => {}
        }
    }

    /// Servers for names (RFC 8106, 5.1).
    fn names(&mut self, now: Instant, option: &[u8]) {
        let lifetime = seconds(&option[4..8]);
        for server in option[8..].as_chunks::<16>().0 {
            let server = Ipv6Addr::from(*server);
            if !server.is_multicast() && !server.is_unspecified() && !server.is_loopback() {
                remember(&mut self.servers, server.into(), now, lifetime, SERVERS);
            }
        }
    }
}

/// Remembers a thing for so many seconds, forgets it at 0.
fn remember<T: PartialEq>(known: &mut Vec<(T, Instant)>, thing: T, now: Instant, seconds: u64, most: usize) {
    let until = now + Duration::from_secs(seconds);
    let room = known.len() < most;
    match known.iter_mut().find(|(other, _)| *other == thing) {
        Some((_, old)) => *old = until,
        None if seconds > 0 && room => known.push((thing, until)),
        None => {}
    }
}

fn seconds(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

/// The options of a message with their kinds: whole, and as long as they say. Nothing if one is not (RFC 4861, 6.1.2).
fn options(mut bytes: &[u8]) -> Option<Vec<(u8, &[u8])>> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let length = usize::from(*bytes.get(1)?) * 8;
        if length == 0 {
            return None;
        }
        found.push((bytes[0], bytes.get(..length)?));
        bytes = &bytes[length..];
    }
    Some(found)
}

/// The address of an interface in a network of 64 bits: its Ethernet address in the form of EUI-64 (RFC 4291, appendix A).
pub(crate) fn with_interface(prefix: [u8; 16], Mac(mac): Mac) -> Ipv6Addr {
    let mut bytes = prefix;
    bytes[8..].copy_from_slice(&[mac[0] ^ 2, mac[1], mac[2], 0xff, 0xfe, mac[3], mac[4], mac[5]]);
    Ipv6Addr::from(bytes)
}

/// The address of an interface on its link (RFC 4862, 5.3).
pub(crate) fn link_local(mac: Mac) -> Ipv6Addr {
    with_interface(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0).octets(), mac)
}
