//! The DHCP client (RFC 2131): smoltcp's, and what its lease says.

use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr};

use smoltcp::socket::dhcpv4::{Event, RetryConfig, Socket};
use smoltcp::time::{Duration, Instant};
use unik::net::{Cidr, Nic};

use crate::agenda::{Item, Plan};
use crate::net::{Net, Towards};
use crate::slot::Slot;

/// How long a server may take to answer before it is asked again (RFC 2131, 4.1), at first.
const RETRY: Duration = Duration::from_secs(4);

/// A server that refuses everything at once must not make us flood the link: so many turns to speak in so much time.
const TURNS: u32 = 16;
const TURNS_IN: Duration = Duration::from_secs(4);

/// A client.
#[derive(Debug)]
pub(crate) struct Client {
    slot: Slot,
    /// When the turns that are counted began, and how many there were.
    turns: (Instant, u32),
}

/// What a server has lent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lease {
    pub(crate) address: Cidr,
    pub(crate) gateway: Option<Ipv4Addr>,
    pub(crate) servers: Vec<IpAddr>,
}

/// What has become of a lease.
#[derive(Debug)]
pub(crate) enum Change {
    None,
    Got(Lease),
    Lost,
}

impl Client {
    /// One that asks at once.
    pub(crate) fn start<N: Nic>(net: &mut Net<'_, N>) -> Self {
        let mut socket = Socket::new();
        let mut retry = RetryConfig::default();
        retry.discover_timeout = RETRY;
        retry.initial_request_timeout = RETRY;
        socket.set_retry_config(retry);
        let mut client = Self { slot: Slot::new(socket), turns: (net.now, 0) };
        net.agenda.mark(Item::Dhcp, &mut client.slot.plan);
        client
    }

    pub(crate) fn plan(&mut self) -> &mut Plan {
        &mut self.slot.plan
    }

    /// A datagram for a client has arrived.
    pub(crate) fn arrive<N: Nic>(&mut self, net: &mut Net<'_, N>, frame: &[u8]) {
        net.deliver(frame, &mut self.slot.sockets, false);
        net.agenda.mark(Item::Dhcp, &mut self.slot.plan);
    }

    /// Asks, if it is time, and looks at what was answered.
    pub(crate) fn work<N: Nic>(&mut self, net: &mut Net<'_, N>) -> Change {
        let change = match self.slot.get_mut::<Socket<'static>>().poll() {
            None => Change::None,
            Some(Event::Deconfigured) => Change::Lost,
            Some(Event::Configured(config)) => {
                let address = Cidr::new(config.address.address().into(), config.address.prefix_len());
                let servers = config.dns_servers.iter().copied().map(IpAddr::V4).collect();
                address.map_or(Change::None, |address| {
                    Change::Got(Lease { address, gateway: config.router, servers })
                })
            }
        };
        let (since, turns) = &mut self.turns;
        if net.now >= *since + TURNS_IN {
            (*since, *turns) = (net.now, 0);
        }
        *turns += 1;
        let next = if *turns > TURNS {
            Some(*since + TURNS_IN)
        } else {
            net.send(Item::Dhcp, &mut self.slot, Towards { address: None, inside: false })
        };
        net.agenda.plan(Item::Dhcp, &mut self.slot.plan, next);
        change
    }
}
