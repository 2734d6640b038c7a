//! The ports of a stack that datagrams are received at, and what waits at each.
//!
//! smoltcp's socket only sends, one datagram at a time: it finds the neighbour, and writes the headers. A neighbour that does not answer holds up
//! the datagrams behind for [`PATIENCE`], then the one for it is lost.

use alloc::collections::{BTreeMap, VecDeque};
use alloc::vec;
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};
use core::task::{Context, Poll, Waker};

use smoltcp::socket::udp::{PacketBuffer, PacketMetadata, Socket};
use smoltcp::time::{Duration, Instant};
use unik::net::Nic;

use crate::Error;
use crate::agenda::{Item, Plan};
use crate::net::{Net, Towards};
use crate::ports;
use crate::slot::Slot;

/// How many datagrams wait at a port to be fetched; what comes then is lost.
const INCOMING: usize = 64;
/// How many bytes they have at most.
const INCOMING_BYTES: usize = 64 << 10;
/// How many datagrams of a port wait to be sent.
const OUTGOING: usize = 16;
/// How long a neighbour has to tell its address.
const PATIENCE: Duration = Duration::from_secs(3);

/// All ports.
#[derive(Debug, Default)]
pub(crate) struct Table {
    ports: BTreeMap<u16, Port>,
}

/// A port.
#[derive(Debug)]
struct Port {
    slot: Slot,
    incoming: VecDeque<(Vec<u8>, SocketAddr)>,
    bytes: usize,
    outgoing: VecDeque<(Vec<u8>, SocketAddr)>,
    reader: Option<Waker>,
    writer: Option<Waker>,
    /// Whom the datagram that smoltcp has is for, if it is for one.
    sending: Option<IpAddr>,
    /// Since when the datagram that smoltcp has cannot be sent.
    held: Option<Instant>,
    /// Whether it has sent to this host itself.
    inside: bool,
    /// Whether its socket is gone: what was sent goes out, then it is free.
    abandoned: bool,
}

impl Port {
    fn new(port: u16, longest: usize) -> Self {
        let receive = PacketBuffer::new(Vec::new(), Vec::new());
        let send = PacketBuffer::new(vec![PacketMetadata::EMPTY], vec![0; longest]);
        let mut socket = Socket::new(receive, send);
        socket.bind(port).expect("a new socket takes any port but 0");
        Self {
            slot: Slot::new(socket),
            incoming: VecDeque::new(),
            bytes: 0,
            outgoing: VecDeque::new(),
            reader: None,
            writer: None,
            sending: None,
            held: None,
            inside: false,
            abandoned: false,
        }
    }

    fn socket(&mut self) -> &mut Socket<'static> {
        self.slot.get_mut()
    }

    /// Whether smoltcp has a datagram, an empty one perhaps.
    fn is_loaded(&mut self) -> bool {
        !self.socket().can_send()
    }

    /// Gives smoltcp the next datagram; whether it has one.
    fn load(&mut self) -> bool {
        while !self.is_loaded() {
            let Some((bytes, to)) = self.outgoing.pop_front() else { return false };
            self.writer.take().into_iter().for_each(Waker::wake);
            self.sending = Some(to.ip()).filter(|to| !to.is_multicast());
            // What smoltcp does not take it never will: no such address, no such port.
            let _ = self.socket().send_slice(&bytes, to);
        }
        true
    }

    /// Drops the datagram that smoltcp has.
    fn unload(&mut self, port: u16) {
        self.socket().close();
        self.socket().bind(port).expect("a closed socket takes any port but 0");
    }
}

impl Table {
    /// Whether nothing is left to be sent.
    pub(crate) fn is_idle(&self) -> bool {
        !self.ports.values().any(|port| port.abandoned)
    }

    /// Whether somebody has a port.
    pub(crate) fn has(&self, port: u16) -> bool {
        self.ports.get(&port).is_some_and(|port| !port.abandoned)
    }

    pub(crate) fn plan(&mut self, port: u16) -> Option<&mut Plan> {
        Some(&mut self.ports.get_mut(&port)?.slot.plan)
    }

    /// A datagram has arrived.
    pub(crate) fn arrive(&mut self, port: u16, bytes: &[u8], from: SocketAddr) {
        let Some(port) = self.ports.get_mut(&port) else { return };
        if port.incoming.len() < INCOMING && port.bytes + bytes.len() <= INCOMING_BYTES {
            port.bytes += bytes.len();
            port.incoming.push_back((bytes.to_vec(), from));
            port.reader.take().into_iter().for_each(Waker::wake);
        }
    }

    /// Takes a port; 0 takes a free one. Gives the port.
    pub(crate) fn bind<N: Nic>(&mut self, net: &mut Net<'_, N>, port: u16) -> Result<u16, Error> {
        net.attached()?;
        let is_free = |port: &u16| !self.ports.contains_key(port);
        let port = match port {
            0 => ports::any(net.random).find(is_free).ok_or(Error::NoPort)?,
            port if self.has(port) => return Err(Error::InUse(port)),
            port => port,
        };
        let longest = net.nic.capabilities().mtu;
        let socket = self.ports.entry(port).or_insert_with(|| Port::new(port, longest));
        // What somebody has sent from the port before still goes out; what has come was not for us.
        socket.abandoned = false;
        socket.incoming.clear();
        socket.bytes = 0;
        Ok(port)
    }

    /// The next datagram of a port.
    pub(crate) fn poll_receive<N: Nic>(
        &mut self,
        net: &Net<'_, N>,
        cx: &mut Context<'_>,
        port: u16,
        buffer: &mut [u8],
    ) -> Poll<Result<(usize, SocketAddr), Error>> {
        let Some(port) = self.ports.get_mut(&port) else { return Poll::Ready(Err(Error::Closed)) };
        let Some((bytes, from)) = port.incoming.pop_front() else {
            net.attached()?;
            port.reader = Some(cx.waker().clone());
            return Poll::Pending;
        };
        port.bytes -= bytes.len();
        let length = bytes.len().min(buffer.len());
        buffer[..length].copy_from_slice(&bytes[..length]);
        Poll::Ready(Ok((length, from)))
    }

    /// Sends a datagram, when there is room for it.
    pub(crate) fn poll_send<N: Nic>(
        &mut self,
        net: &mut Net<'_, N>,
        cx: &mut Context<'_>,
        number: u16,
        bytes: &[u8],
        to: SocketAddr,
    ) -> Poll<Result<(), Error>> {
        let Some(port) = self.ports.get_mut(&number) else { return Poll::Ready(Err(Error::Closed)) };
        net.attached()?;
        let headers = if to.is_ipv4() { 28 } else { 48 };
        if bytes.len() + headers > net.nic.capabilities().mtu {
            return Poll::Ready(Err(Error::TooLarge(bytes.len())));
        }
        if let Err(error) = net.route_datagram(to.ip()) {
            return Poll::Ready(Err(error));
        }
        if port.outgoing.len() >= OUTGOING {
            port.writer = Some(cx.waker().clone());
            return Poll::Pending;
        }
        port.inside |= net.is_ours(to.ip());
        port.outgoing.push_back((bytes.to_vec(), to));
        net.agenda.mark(Item::Udp(number), &mut port.slot.plan);
        Poll::Ready(Ok(()))
    }

    /// Lets a port send what it can.
    pub(crate) fn work<N: Nic>(&mut self, net: &mut Net<'_, N>, number: u16) {
        let Some(port) = self.ports.get_mut(&number) else { return };
        let mut next = None;
        while port.load() {
            let to = Towards { address: port.sending, inside: port.inside };
            next = net.send(Item::Udp(number), &mut port.slot, to);
            if !port.is_loaded() {
                port.held = None;
                continue;
            }
            // Nothing can be sent while the interface has no room, and that is no neighbour's fault.
            if net.outbox.is_stuck() {
                break;
            }
            if *port.held.get_or_insert(net.now) + PATIENCE > net.now {
                break;
            }
            port.held = None;
            port.unload(number);
        }
        net.agenda.plan(Item::Udp(number), &mut port.slot.plan, next);
        if port.abandoned && !port.is_loaded() {
            self.remove(net, number);
        }
    }

    /// The interface has gone for good: what nobody has any more is forgotten, and who waits is told.
    pub(crate) fn detach<N: Nic>(&mut self, net: &mut Net<'_, N>) {
        let abandoned: Vec<u16> =
            self.ports.iter().filter(|(_, port)| port.abandoned).map(|(number, _)| *number).collect();
        abandoned.into_iter().for_each(|number| self.remove(net, number));
        for port in self.ports.values_mut() {
            port.outgoing.clear();
            [port.reader.take(), port.writer.take()].into_iter().flatten().for_each(Waker::wake);
        }
    }

    /// The socket of a port is gone.
    pub(crate) fn abandon<N: Nic>(&mut self, net: &mut Net<'_, N>, number: u16) {
        // Nothing goes out any more.
        if net.attached().is_err() {
            return self.remove(net, number);
        }
        let Some(port) = self.ports.get_mut(&number) else { return };
        port.abandoned = true;
        net.agenda.mark(Item::Udp(number), &mut port.slot.plan);
    }

    fn remove<N: Nic>(&mut self, net: &mut Net<'_, N>, number: u16) {
        if let Some(mut port) = self.ports.remove(&number) {
            net.agenda.forget(Item::Udp(number), &mut port.slot.plan);
        }
    }
}
