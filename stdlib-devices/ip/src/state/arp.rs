//! Telling the neighbours of our IPv4 addresses, and noticing when somebody else uses one (RFC 5227).
//!
//! Questions are asked and answered by smoltcp (RFC 826).

use alloc::vec::Vec;
use core::net::Ipv4Addr;

use smoltcp::time::{Duration, Instant};
use smoltcp::wire::ArpRepr;
use unik::net::Nic;

use crate::agenda::{Item, Plan};
use crate::net::Net;
use crate::questions;

/// How often an address is announced (ANNOUNCE_NUM).
const ANNOUNCEMENTS: u8 = 2;
/// The time between (ANNOUNCE_INTERVAL).
const INTERVAL: Duration = Duration::from_secs(2);
/// An address is defended once in this time, and conflicts are told once (DEFEND_INTERVAL).
const DEFEND: Duration = Duration::from_secs(10);

/// What is still to be announced, and what conflicts there were.
#[derive(Debug, Default)]
pub(crate) struct Arp {
    /// Whether frames of ARP are looked at at all.
    pub(crate) enabled: bool,
    announcing: Vec<(Ipv4Addr, u8)>,
    plan: Plan,
    told: Option<Instant>,
    /// How often somebody else has claimed an address of ours.
    pub(crate) conflicts: u64,
}

impl Arp {
    /// We have a new address.
    pub(crate) fn announce<N: Nic>(&mut self, net: &mut Net<'_, N>, address: Ipv4Addr) {
        self.announcing.retain(|(other, _)| *other != address);
        self.announcing.push((address, ANNOUNCEMENTS));
        net.agenda.mark(Item::Announce, &mut self.plan);
    }

    /// Announces what is due.
    pub(crate) fn work<N: Nic>(&mut self, net: &mut Net<'_, N>) {
        self.announcing.retain(|(address, _)| net.iface.has_ip_addr(*address));
        for (address, left) in &mut self.announcing {
            net.outbox.send(net.nic, questions::who_has(net.nic.mac(), *address, *address));
            *left -= 1;
        }
        self.announcing.retain(|(_, left)| *left > 0);
        let next = (!self.announcing.is_empty()).then(|| net.now + INTERVAL);
        net.agenda.plan(Item::Announce, &mut self.plan, next);
    }

    pub(crate) fn plan(&mut self) -> &mut Plan {
        &mut self.plan
    }

    /// Somebody says who has an address. Whether it is one of ours, and somebody else claims it (RFC 5227, 2.4).
    pub(crate) fn arrive<N: Nic>(&mut self, net: &mut Net<'_, N>, arp: &ArpRepr) -> bool {
        let ArpRepr::EthernetIpv4 { source_hardware_addr: who, source_protocol_addr: address, .. } = *arp
        else {
            return false;
        };
        if !net.iface.has_ip_addr(address) || who.0 == net.nic.mac().0 {
            return false;
        }
        self.conflicts += 1;
        if self.told.is_none_or(|told| net.now >= told + DEFEND) {
            self.told = Some(net.now);
            log::warn!("{address} is ours, but {who} claims it too");
            net.outbox.send(net.nic, questions::who_has(net.nic.mac(), address, address));
        }
        true
    }
}
