//! All connections of a stack, and the ports that are listened on.
//!
//! A segment is brought to its connection by both its ends. One that begins a connection to a port that is listened on gets a socket,
//! and with it memory, only now: so there is no pool of sockets that wait, and a listener's backlog is a number. Segments of no
//! connection are answered as the standard wants (RFC 9293, 3.10.7.1), by smoltcp.

use alloc::collections::{BTreeMap, BTreeSet, VecDeque};
use alloc::vec::Vec;
use core::net::SocketAddr;
use core::task::{Context, Poll, Waker};

use smoltcp::iface::SocketSet;
use smoltcp::socket::tcp::State;
use smoltcp::time::{Duration, Instant};
use smoltcp::wire::TcpPacket;
use unik::net::Nic;

use super::buffers::{Budget, Buffers};
use super::connection::{Connection, Ends, Owner};
use crate::Error;
use crate::agenda::Item;
use crate::frame::{Packet, Quoted};
use crate::net::{Net, Towards};
use crate::ports;

/// How many connections of a listener may wait to be accepted; who comes then is not answered, and tries again.
const BACKLOG: usize = 1024;
/// How many connections may be in their handshake. They have three quarters of the budget at most.
const HALF_OPEN: usize = 512;
/// A handshake that takes longer gives way when there are too many: a flood of forged ones must not keep out others.
const SLOW: Duration = Duration::from_millis(200);
/// How many connections may wait for stray segments (TIME-WAIT of RFC 9293, 3.6) after both ends are gone.
const WAITING: usize = 32;
/// How long the last word of a connection that nobody had may take.
const LAST_WORD: Duration = Duration::from_secs(2);

/// Connections and listeners.
#[derive(Debug)]
pub(crate) struct Table {
    connections: Vec<Option<Connection>>,
    free: Vec<usize>,
    places: BTreeMap<Ends, usize>,
    listeners: BTreeMap<u16, Listener>,
    half_open: BTreeSet<(Instant, usize)>,
    half_open_bytes: usize,
    waiting: VecDeque<usize>,
    budget: Budget,
}

/// A port that is listened on.
#[derive(Debug, Default)]
struct Listener {
    queue: VecDeque<usize>,
    accepting: Vec<Waker>,
}

impl Table {
    /// No connections yet; together they get so many bytes of buffers.
    pub(crate) fn new(budget: usize) -> Self {
        Self {
            connections: Vec::new(),
            free: Vec::new(),
            places: BTreeMap::new(),
            listeners: BTreeMap::new(),
            half_open: BTreeSet::new(),
            half_open_bytes: 0,
            waiting: VecDeque::new(),
            budget: Budget::new(budget),
        }
    }

    /// How many connections there are, in whatever state.
    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether something is still to be done when nobody uses the stack any more: all but waiting for stray segments.
    pub(crate) fn is_idle(&self) -> bool {
        self.places.len() == self.waiting.len()
    }

    /// The bytes that all buffers take.
    pub(crate) fn memory(&self) -> usize {
        self.budget.taken()
    }

    pub(crate) fn get(&self, place: usize) -> Option<&Connection> {
        self.connections.get(place)?.as_ref()
    }

    pub(crate) fn get_mut(&mut self, place: usize) -> Option<&mut Connection> {
        self.connections.get_mut(place)?.as_mut()
    }

    /// A segment has arrived, its checksum right.
    pub(crate) fn arrive<N: Nic>(
        &mut self,
        net: &mut Net<'_, N>,
        frame: &[u8],
        packet: &Packet<'_>,
        segment: &TcpPacket<&[u8]>,
    ) {
        // A connection has one host at each end (RFC 1122, 4.2.3.10).
        if !net.is_ours(packet.target) {
            return;
        }
        let ends = Ends {
            peer: SocketAddr::new(packet.source, segment.src_port()),
            own: SocketAddr::new(packet.target, segment.dst_port()),
        };
        let begins = segment.syn() && !segment.ack() && !segment.rst() && !segment.fin();
        if let Some(&place) = self.places.get(&ends) {
            let waits = self.get(place).is_some_and(|connection| connection.state() == State::TimeWait);
            if !(begins && waits) {
                return self.bring(net, frame, place);
            }
            // The peer uses its port again: the connection before is over for it (RFC 9293, 3.6.1).
            self.remove(net, place);
        }
        let inside = net.is_ours(packet.source);
        if begins && ends.peer.port() != 0 && !net.stopping && self.listeners.contains_key(&ends.own.port()) {
            self.open(net, frame, ends, inside);
        } else {
            net.deliver(frame, &mut SocketSet::new(Vec::new()), inside);
        }
    }

    fn bring<N: Nic>(&mut self, net: &mut Net<'_, N>, frame: &[u8], place: usize) {
        let Some(connection) = self.get_mut(place) else { return };
        let inside = connection.inside;
        net.deliver(frame, &mut connection.slot.sockets, inside);
        connection.touch(net, place);
        self.settle(net, place, Error::Reset);
    }

    /// Somebody wants to connect.
    fn open<N: Nic>(&mut self, net: &mut Net<'_, N>, frame: &[u8], ends: Ends, inside: bool) {
        let queue = self.listeners.get(&ends.own.port()).map_or(0, |listener| listener.queue.len());
        if queue >= BACKLOG || !self.has_room_for_handshake(net) {
            return;
        }
        let Some(buffers) = self.buffers(net) else { return };
        self.half_open_bytes += buffers.size;
        let mut connection = Connection::new(buffers, ends, Owner::Handshake(ends.own.port(), net.now));
        connection.inside = inside;
        connection.socket_mut().listen(ends.own.port()).expect("a new socket listens on any port but 0");
        net.deliver_unguessably(frame, &mut connection.slot.sockets);
        let place = self.put(connection);
        self.half_open.insert((net.now, place));
        let Some(connection) = self.get_mut(place) else { return };
        connection.touch(net, place);
        self.settle(net, place, Error::Reset);
    }

    fn has_room_for_handshake<N: Nic>(&mut self, net: &mut Net<'_, N>) -> bool {
        if self.half_open.len() < HALF_OPEN && self.half_open_bytes < self.budget.whole() / 4 * 3 {
            return true;
        }
        match self.half_open.first().copied() {
            Some((since, place)) if since + SLOW < net.now => {
                self.remove(net, place);
                true
            }
            _ => false,
        }
    }

    /// Buffers for another connection, those of one that only waits for stray segments if need be.
    fn buffers<N: Nic>(&mut self, net: &mut Net<'_, N>) -> Option<Buffers> {
        loop {
            if let Some(buffers) = self.budget.take() {
                return Some(buffers);
            }
            let oldest = self.waiting.front().copied()?;
            self.remove(net, oldest);
        }
    }

    fn put(&mut self, connection: Connection) -> usize {
        let ends = connection.ends;
        let place = match self.free.pop() {
            Some(place) => {
                self.connections[place] = Some(connection);
                place
            }
            None => {
                self.connections.push(Some(connection));
                self.connections.len() - 1
            }
        };
        self.places.insert(ends, place);
        place
    }

    fn remove<N: Nic>(&mut self, net: &mut Net<'_, N>, place: usize) {
        let Some(mut connection) = self.connections.get_mut(place).and_then(Option::take) else { return };
        net.agenda.forget(Item::Tcp(place), &mut connection.slot.plan);
        self.places.remove(&connection.ends);
        self.budget.release(connection.size);
        self.waiting.retain(|other| *other != place);
        match connection.owner {
            Owner::Handshake(_, since) => {
                self.half_open.remove(&(since, place));
                self.half_open_bytes -= connection.size;
            }
            Owner::Queue(port) => {
                if let Some(listener) = self.listeners.get_mut(&port) {
                    listener.queue.retain(|other| *other != place);
                }
            }
            Owner::Flow | Owner::Nobody(_) => {}
        }
        self.free.push(place);
    }

    /// Lets a connection send what it can.
    pub(crate) fn work<N: Nic>(&mut self, net: &mut Net<'_, N>, place: usize) {
        let Some(connection) = self.get_mut(place) else { return };
        let until = connection.linger(net.now);
        if until.is_none() {
            connection.socket_mut().abort();
        }
        let to = Towards { address: Some(connection.ends.peer.ip()), inside: connection.inside };
        let next = net.send(Item::Tcp(place), &mut connection.slot, to);
        if until.is_none() {
            return self.remove(net, place);
        }
        let bound = if matches!(connection.owner, Owner::Nobody(_)) { until } else { None };
        let next = next.into_iter().chain(bound).min();
        net.agenda.plan(Item::Tcp(place), &mut connection.slot.plan, next);
        self.settle(net, place, Error::Silent);
    }

    /// Something has happened to a connection: passes it on, or forgets it. `cause` is why it has ended, should it have.
    fn settle<N: Nic>(&mut self, net: &mut Net<'_, N>, place: usize, cause: Error) {
        let Some(connection) = self.connections.get_mut(place).and_then(Option::as_mut) else { return };
        connection.note(cause);
        let state = connection.state();
        match connection.owner {
            Owner::Handshake(port, since) if connection.is_established() => {
                connection.watch();
                connection.owner = Owner::Queue(port);
                self.half_open.remove(&(since, place));
                self.half_open_bytes -= connection.size;
                if let Some(listener) = self.listeners.get_mut(&port) {
                    listener.queue.push_back(place);
                    listener.accepting.drain(..).for_each(Waker::wake);
                }
            }
            Owner::Handshake(..) | Owner::Queue(_) if matches!(state, State::Closed | State::Listen) => {
                self.remove(net, place);
            }
            Owner::Nobody(_) if connection.is_over() => self.remove(net, place),
            Owner::Nobody(_) if state == State::TimeWait && !self.waiting.contains(&place) => {
                self.waiting.push_back(place);
                if self.waiting.len() > WAITING {
                    let oldest = self.waiting[0];
                    self.remove(net, oldest);
                }
            }
            Owner::Handshake(..) | Owner::Queue(_) | Owner::Flow | Owner::Nobody(_) => {}
        }
    }

    /// Listens on a port; 0 takes a free one. Gives the port.
    pub(crate) fn listen<N: Nic>(&mut self, net: &mut Net<'_, N>, port: u16) -> Result<u16, Error> {
        net.attached()?;
        let port = match port {
            0 => {
                ports::any(net.random).find(|port| !self.listeners.contains_key(port)).ok_or(Error::NoPort)?
            }
            port if self.listeners.contains_key(&port) => return Err(Error::InUse(port)),
            port => port,
        };
        self.listeners.insert(port, Listener::default());
        Ok(port)
    }

    /// Listens no more; who was not accepted is refused.
    pub(crate) fn unlisten<N: Nic>(&mut self, net: &mut Net<'_, N>, port: u16) {
        let Some(listener) = self.listeners.remove(&port) else { return };
        let handshakes = self.half_open.iter().map(|(_, place)| *place);
        let refused: Vec<usize> = handshakes.chain(listener.queue).collect();
        for place in refused {
            let Some(connection) = self.connections.get_mut(place).and_then(Option::as_mut) else { continue };
            match connection.owner {
                Owner::Handshake(of, since) if of == port => {
                    self.half_open.remove(&(since, place));
                    self.half_open_bytes -= connection.size;
                }
                Owner::Queue(of) if of == port => {}
                _ => continue,
            }
            connection.owner = Owner::Nobody(net.now + LAST_WORD);
            connection.socket_mut().abort();
            connection.touch(net, place);
        }
        listener.accepting.into_iter().for_each(Waker::wake);
    }

    /// The next connection of a listener, which is the caller's from now on.
    pub(crate) fn poll_accept<N: Nic>(
        &mut self,
        net: &Net<'_, N>,
        cx: &mut Context<'_>,
        port: u16,
    ) -> Poll<Result<usize, Error>> {
        let Some(listener) = self.listeners.get_mut(&port) else { return Poll::Pending };
        let Some(place) = listener.queue.pop_front() else {
            net.attached()?;
            // Whoever has been dropped while it waited is woken for nothing, once.
            listener.accepting.retain(|other| !other.will_wake(cx.waker()));
            listener.accepting.push(cx.waker().clone());
            return Poll::Pending;
        };
        if let Some(connection) = self.get_mut(place) {
            connection.owner = Owner::Flow;
        }
        Poll::Ready(Ok(place))
    }

    /// Begins to connect.
    pub(crate) fn connect<N: Nic>(&mut self, net: &mut Net<'_, N>, to: SocketAddr) -> Result<usize, Error> {
        net.attached()?;
        net.route(to.ip())?;
        let peer = SocketAddr::new(to.ip(), to.port());
        let source = net.iface.get_source_address(&to.ip().into()).ok_or(Error::NoRoute(to.ip()))?;
        let ends = |port: u16| Ends { peer, own: SocketAddr::new(source.into(), port) };
        let is_free =
            |port: &u16| !self.listeners.contains_key(port) && !self.places.contains_key(&ends(*port));
        let port = ports::any(net.random).find(is_free).ok_or(Error::NoPort)?;
        let ends = ends(port);
        let buffers = self.buffers(net).ok_or(Error::Exhausted)?;
        let mut connection = Connection::new(buffers, ends, Owner::Flow);
        connection.inside = net.is_ours(to.ip());
        let mut iface = net.unguessable();
        let asked = connection.socket_mut().connect(iface.context(), peer, (source, port));
        if asked.is_err() {
            self.budget.release(connection.size);
            return Err(Error::Refused(to));
        }
        let place = self.put(connection);
        if let Some(connection) = self.get_mut(place) {
            connection.touch(net, place);
        }
        Ok(place)
    }

    /// The flow of a connection is gone.
    pub(crate) fn abandon<N: Nic>(&mut self, net: &mut Net<'_, N>, place: usize) {
        let Some(connection) = self.get_mut(place) else { return };
        // Nobody at the other end knows it, or waits for its end.
        if matches!(connection.state(), State::Closed | State::SynSent) {
            return self.remove(net, place);
        }
        connection.abandon(net.now);
        connection.touch(net, place);
        self.settle(net, place, Error::Closed);
    }

    /// A router or a host says that a segment of ours could not be delivered. It is believed only while we connect, and only if it
    /// quotes the segment (RFC 5927, 5.2): a forged one must not end a connection.
    pub(crate) fn undeliverable<N: Nic>(&mut self, net: &mut Net<'_, N>, quoted: &Quoted, port: bool) {
        let ends = Ends {
            peer: SocketAddr::new(quoted.target, quoted.ports.1),
            own: SocketAddr::new(quoted.source, quoted.ports.0),
        };
        let Some(&place) = self.places.get(&ends) else { return };
        let Some(connection) = self.get_mut(place) else { return };
        if connection.state() == State::SynSent && connection.owner == Owner::Flow {
            let cause = if port { Error::Refused(ends.peer) } else { Error::Unreachable(ends.peer.ip()) };
            connection.fail(cause);
            connection.socket_mut().abort();
            connection.touch(net, place);
        }
    }

    /// The interface has gone for good: connections end, and listeners are told. What a flow has not read yet it may still read.
    pub(crate) fn detach<N: Nic>(&mut self, net: &mut Net<'_, N>, cause: &Error) {
        for place in 0..self.connections.len() {
            match self.get_mut(place) {
                Some(connection) if connection.owner == Owner::Flow => {
                    connection.fail(cause.clone());
                    connection.socket_mut().abort();
                }
                _ => self.remove(net, place),
            }
        }
        let listeners = self.listeners.values_mut();
        listeners.for_each(|listener| listener.accepting.drain(..).for_each(Waker::wake));
    }

    /// Our addresses have changed: connections from an address that we have no more end.
    pub(crate) fn readdressed<N: Nic>(&mut self, net: &mut Net<'_, N>) {
        for (place, connection) in self.connections.iter_mut().enumerate() {
            if let Some(connection) = connection {
                connection.inside = net.iface.has_ip_addr(connection.ends.peer.ip());
                connection.touch(net, place);
            }
        }
    }
}
