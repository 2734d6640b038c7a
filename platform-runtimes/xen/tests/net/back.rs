//! A back end: what it says in XenStore, the frames that its front end sends, and frames for it. It keeps to the protocol (netif.h) and
//! insists that the front end does; faults are asked for one by one.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::{Rc, Weak};

use unik_xen::hypervisor::Domain;

use crate::hypervisor::Played;
use crate::server::Server;

/// All that a back end may offer.
pub const ALL: &[(&str, &str)] = &[
    ("feature-rx-copy", "1"),
    ("feature-sg", "1"),
    ("feature-gso-tcpv4", "1"),
    ("feature-gso-tcpv6", "1"),
    ("feature-ipv6-csum-offload", "1"),
];
/// What it must offer.
pub const LEAST: &[(&str, &str)] = &[("feature-rx-copy", "1"), ("feature-no-csum-offload", "1")];
/// As the least, but it completes checksums.
pub const SUMS: &[(&str, &str)] = &[("feature-rx-copy", "1")];
/// Frames in several pieces, and nothing else.
pub const SCATTERED: &[(&str, &str)] =
    &[("feature-rx-copy", "1"), ("feature-sg", "1"), ("feature-no-csum-offload", "1")];

// Flags of both rings: a sum to complete and data that is right have other bits in frames in.
pub const OUT_BLANK: u16 = 1;
pub const OUT_VALID: u16 = 2;
pub const IN_VALID: u16 = 1;
pub const IN_BLANK: u16 = 2;
pub const MORE: u16 = 4;
pub const EXTRA: u16 = 8;

/// How a long segment is cut: bytes of each piece, and the kind: 1 over IPv4, 2 over IPv6.
pub type Segment = (u16, u8);

/// A frame, and what is said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    pub bytes: Vec<u8>,
    pub flags: u16,
    pub segment: Option<Segment>,
}

impl Frame {
    pub fn plain(bytes: Vec<u8>) -> Self {
        Self { bytes, flags: 0, segment: None }
    }

    /// A frame that is sent, as one that arrives.
    fn turned(&self) -> Self {
        let flags = match self.flags {
            flags if flags & OUT_BLANK != 0 => IN_BLANK | IN_VALID,
            flags if flags & OUT_VALID != 0 => IN_VALID,
            _ => 0,
        };
        Self { flags, ..self.clone() }
    }
}

/// One of the two rings, as the back end has it mapped.
#[derive(Clone, Copy, Debug)]
pub struct Ring {
    reference: u32,
    pub page: u64,
    entry: u64,
    /// Requests taken, responses written and shown.
    pub taken: u32,
    pub written: u32,
}

impl Ring {
    fn at(&self, count: u32) -> u64 {
        self.page + 64 + u64::from(count % 256) * self.entry
    }
}

/// A front end that has connected.
pub struct Connection {
    pub sent: Ring,
    pub received: Ring,
    pub port: u32,
    /// Requests to send that were not answered yet: their numbers, or nothing for what stands beside one.
    unanswered: VecDeque<Option<u16>>,
}

pub struct Back {
    pub played: Rc<Played>,
    server: Rc<Server>,
    pub index: u32,
    domain: Domain,
    pub connection: RefCell<Option<Connection>>,
    /// Frames for the front end, and frames of it.
    pub incoming: RefCell<VecDeque<Frame>>,
    pub outgoing: RefCell<Vec<Frame>>,
    /// Answers each frame with itself.
    pub echoes: Cell<bool>,
    /// Who gets what is sent.
    pub wire: RefCell<Weak<Self>>,
    /// Does not look at what is sent; looks and does not answer.
    pub stalled: Cell<bool>,
    pub silent: Cell<bool>,
    /// Answers the last request first.
    pub backwards: Cell<bool>,
    /// How many answers it gives at a time, and how many pieces of a frame it shows at a time.
    pub step: Cell<usize>,
    /// Bytes of each piece of a frame in, and where they start in their page.
    pub piece: Cell<(usize, usize)>,
    /// Entries of frames in that are written and not shown.
    pub held: Cell<u32>,
    /// How many connections there were.
    pub connections: Cell<usize>,
    /// Does not let go of what it has mapped.
    pub clings: Cell<bool>,
    /// It lacks pages and waits to be told of some.
    pub starved: Cell<bool>,
    /// It was told, and has not looked at what is sent since.
    unlooked: Cell<bool>,
}

impl Back {
    pub fn new(played: &Rc<Played>, server: &Rc<Server>, index: u32, domain: Domain) -> Rc<Self> {
        Rc::new(Self {
            played: played.clone(),
            server: server.clone(),
            index,
            domain,
            connection: RefCell::default(),
            incoming: RefCell::default(),
            outgoing: RefCell::default(),
            echoes: Cell::new(false),
            wire: RefCell::default(),
            stalled: Cell::new(false),
            silent: Cell::new(false),
            backwards: Cell::new(false),
            step: Cell::new(usize::MAX),
            piece: Cell::new((4096, 0)),
            held: Cell::new(0),
            connections: Cell::new(0),
            clings: Cell::new(false),
            starved: Cell::new(false),
            unlooked: Cell::new(false),
        })
    }

    fn path(&self, name: &str) -> String {
        format!("/local/domain/0/backend/vif/7/{}/{name}", self.index)
    }

    fn front(&self, name: &str) -> String {
        format!("device/vif/{}/{name}", self.index)
    }

    /// What the front end says.
    pub fn heard(&self, name: &str) -> Option<String> {
        self.server.get(&self.front(name))
    }

    fn says(&self, name: &str) -> bool {
        self.server.get(&self.path(name)).as_deref() == Some("1")
    }

    /// What the tools write of a device.
    pub fn attach(&self) {
        self.server.set(&self.front("backend"), self.path("").trim_end_matches('/').as_bytes());
        self.server.set(&self.front("backend-id"), b"0");
        self.server.set(&self.front("mac"), format!("00:16:3e:00:00:{:02x}", self.index).as_bytes());
        self.server.set(&self.front("state"), b"1");
    }

    /// What the tools say of the front end under a name.
    pub fn tools(&self, name: &str, value: &str) {
        self.server.set(&self.front(name), value.as_bytes());
    }

    /// It is there, and can do this.
    pub fn come(&self, offers: &[(&str, &str)]) {
        self.server.remove(self.path("").trim_end_matches('/'));
        for (name, value) in offers {
            self.server.set(&self.path(name), value.as_bytes());
        }
        self.server.set(&self.path("online"), b"1");
        self.server.set(&self.path("state"), b"2");
    }

    /// What it says of itself; and whether the tools mean the device to stay.
    pub fn set_state(&self, state: &str, online: bool) {
        self.server.set(&self.path("online"), if online { b"1" } else { b"0" });
        self.server.set(&self.path("state"), state.as_bytes());
    }

    /// It is gone from one moment to the next.
    pub fn vanish(&self) {
        self.let_go();
        self.server.remove(self.path("").trim_end_matches('/'));
    }

    fn let_go(&self) {
        if let Some(connection) = self.connection.take()
            && !self.clings.get()
        {
            self.played.unmap_grant(connection.sent.reference);
            self.played.unmap_grant(connection.received.reference);
        }
        self.held.set(0);
    }

    fn number(&self, name: &str) -> u32 {
        let text = self.heard(name).unwrap_or_else(|| panic!("the front end does not say {name}"));
        text.parse().expect("a number")
    }

    fn connect(&self) {
        for name in ["request-rx-copy", "feature-rx-notify"] {
            assert_eq!(self.heard(name).as_deref(), Some("1"), "{name} is needed");
        }
        let ring = |name, entry| {
            let reference = self.number(name);
            let page = self.played.map_grant(self.domain, reference).expect("the ring is granted");
            Ring { reference, page, entry, taken: 0, written: 0 }
        };
        let (sent, received) = (ring("tx-ring-ref", 12), ring("rx-ring-ref", 8));
        let port = self.number("event-channel");
        assert!(self.played.ports.borrow().contains(&port), "the channel is there");
        // It looks at both when it starts.
        self.played.told.borrow_mut().insert(port);
        self.connection.replace(Some(Connection { sent, received, port, unanswered: VecDeque::new() }));
        self.connections.set(self.connections.get() + 1);
        self.server.set(&self.path("state"), b"4");
    }

    /// Follows the front end; whether that was any work.
    fn follow(&self) -> bool {
        let (own, front) = (self.server.get(&self.path("state")), self.heard("state"));
        match (own.as_deref(), front.as_deref()) {
            (Some("2"), Some("4")) => self.connect(),
            (Some("4" | "2"), Some("5" | "6")) if self.connection.borrow().is_some() => {
                self.let_go();
                self.server.set(&self.path("state"), b"6");
            }
            _ => return false,
        }
        true
    }

    pub fn work(&self) -> bool {
        let followed = self.follow();
        let Some(mut connection) = self.connection.take() else { return followed };
        let told = self.played.told.borrow_mut().remove(&connection.port);
        let mut worked = false;
        self.unlooked.set(self.unlooked.get() || told);
        if !self.stalled.get() {
            worked |= self.send(&mut connection);
        }
        worked |= self.receive(&mut connection, told);
        self.connection.replace(Some(connection));
        followed || worked
    }

    pub fn load(&self, at: u64) -> u32 {
        u32::from_le_bytes(self.played.space.read(at, 4).try_into().expect("four bytes"))
    }

    pub fn store(&self, at: u64, value: u32) {
        self.played.space.write(at, &value.to_le_bytes());
    }

    /// Takes the next request of a ring.
    pub fn request(&self, ring: &mut Ring) -> Option<Vec<u8>> {
        let open = self.load(ring.page).wrapping_sub(ring.taken);
        // Where somebody has written rubbish into the ring, there is none.
        if open == 0 || open > 256 {
            return None;
        }
        let bytes = self.played.space.read(ring.at(ring.taken), ring.entry as usize);
        ring.taken = ring.taken.wrapping_add(1);
        Some(bytes)
    }

    /// Writes a response, which is not shown.
    pub fn respond(&self, ring: &mut Ring, bytes: &[u8]) {
        self.played.space.write(ring.at(ring.written), bytes);
        ring.written = ring.written.wrapping_add(1);
    }

    /// Shows responses up to a count; tells the front end if it wants to be.
    pub fn show(&self, ring: &Ring, port: u32, count: u32) {
        let old = self.load(ring.page + 8);
        self.store(ring.page + 8, count);
        let event = self.load(ring.page + 12);
        if count.wrapping_sub(event) < count.wrapping_sub(old) {
            self.played.raise(port);
        }
    }

    fn send(&self, connection: &mut Connection) -> bool {
        let (mut worked, told) = (false, self.unlooked.take());
        // Without being told, it knows of nothing: then it only answers what it has taken.
        while told && let Some(frame) = self.frame(connection) {
            worked = true;
            match self.wire.borrow().upgrade() {
                Some(other) => other.incoming.borrow_mut().push_back(frame.turned()),
                None if self.echoes.get() => self.incoming.borrow_mut().push_back(frame.turned()),
                None => {}
            }
            self.outgoing.borrow_mut().push(frame);
        }
        self.store(connection.sent.page + 4, connection.sent.taken.wrapping_add(1));
        if self.silent.get() {
            return worked;
        }
        let mut answered = 0;
        while answered < self.step.get() {
            let unanswered = &mut connection.unanswered;
            let next = if self.backwards.get() { unanswered.pop_back() } else { unanswered.pop_front() };
            let Some(next) = next else { break };
            let response = match next {
                Some(id) => [id.to_le_bytes(), [0; 2]].concat(),
                None => vec![0xaa, 0xaa, 1, 0],
            };
            self.respond(&mut connection.sent, &response);
            answered += 1;
        }
        self.show(&connection.sent, connection.port, connection.sent.written);
        worked || answered > 0
    }

    /// Takes a frame that the front end sends.
    fn frame(&self, connection: &mut Connection) -> Option<Frame> {
        let field = |bytes: &[u8], at: usize| u16::from_le_bytes([bytes[at], bytes[at + 1]]);
        let first = self.request(&mut connection.sent)?;
        let next = |connection: &mut Connection| {
            self.request(&mut connection.sent).expect("what belongs together is shown together")
        };
        let (flags, total) = (field(&first, 6), usize::from(field(&first, 10)));
        connection.unanswered.push_back(Some(field(&first, 8)));
        let mut segment = None;
        if flags & EXTRA != 0 {
            let extra = next(connection);
            connection.unanswered.push_back(None);
            assert_eq!((extra[0], extra[1]), (1, 0), "only segments are said beside a frame");
            segment = Some((field(&extra, 2), extra[4]));
            let feature = if extra[4] == 1 { "feature-gso-tcpv4" } else { "feature-gso-tcpv6" };
            assert!(self.says(feature), "segments were not agreed on");
        }
        let (mut pieces, mut last) = (vec![first], flags);
        while last & MORE != 0 {
            let piece = next(connection);
            last = field(&piece, 6);
            assert_eq!(last & !MORE, 0, "only the first piece has flags");
            connection.unanswered.push_back(Some(field(&piece, 8)));
            pieces.push(piece);
        }
        assert!(pieces.len() == 1 || self.says("feature-sg"), "pieces were not agreed on");
        assert!(pieces.len() <= 18, "a frame has 18 pieces at most");
        assert!(flags & OUT_BLANK == 0 || !self.says("feature-no-csum-offload"), "sums were not agreed on");
        let rest: usize = pieces[1..].iter().map(|piece| usize::from(field(piece, 10))).sum();
        let mut bytes = Vec::new();
        for (number, piece) in pieces.iter().enumerate() {
            let size = if number == 0 { total - rest } else { field(piece, 10).into() };
            let reference = u32::from_le_bytes(piece[..4].try_into().expect("four bytes"));
            let copied = self.played.copy_from(self.domain, reference, field(piece, 4).into(), size);
            bytes.extend(copied.expect("the page is granted"));
        }
        assert!(bytes.len() >= 14, "a frame has a header");
        Some(Frame { bytes, flags: flags & 3, segment })
    }

    /// Puts frames into pages; whether it has.
    fn receive(&self, connection: &mut Connection, told: bool) -> bool {
        if self.starved.get() && !told {
            return false;
        }
        let mut worked = self.held.get() > 0;
        loop {
            // In steps, what was written is not shown at once.
            let count = self.held.get().min(self.step.get().try_into().unwrap_or(u32::MAX));
            if count > 0 {
                self.held.set(self.held.get() - count);
                let shown = connection.received.written.wrapping_sub(self.held.get());
                self.show(&connection.received, connection.port, shown);
                if self.held.get() > 0 {
                    return true;
                }
            }
            let Some(frame) = self.incoming.borrow().front().cloned() else { break };
            if !self.deliver(connection, &frame) {
                break;
            }
            self.incoming.borrow_mut().pop_front();
            worked = true;
        }
        let lacks = !self.incoming.borrow().is_empty();
        let ring = &connection.received;
        if lacks {
            self.store(ring.page + 4, self.load(ring.page).wrapping_add(1));
        }
        self.starved.set(lacks);
        worked
    }

    fn deliver(&self, connection: &mut Connection, frame: &Frame) -> bool {
        let (piece, offset) = self.piece.get();
        let pieces: Vec<&[u8]> = frame.bytes.chunks(piece).collect();
        let entries = pieces.len() + usize::from(frame.segment.is_some());
        let ring = &mut connection.received;
        let there = self.load(ring.page).wrapping_sub(ring.taken) as usize;
        if !(entries..=256).contains(&there) {
            return false;
        }
        for (number, bytes) in pieces.iter().enumerate() {
            let request = self.request(ring).expect("there are so many");
            let reference = u32::from_le_bytes(request[4..8].try_into().expect("four bytes"));
            let copied = self.played.copy_to(self.domain, reference, offset, bytes);
            let status = copied.map_or((-1_i16) as u16, |()| bytes.len() as u16);
            let more = if number + 1 < pieces.len() { MORE } else { 0 };
            let extra = if number == 0 && frame.segment.is_some() { EXTRA } else { 0 };
            let flags = if number == 0 { frame.flags | more | extra } else { more };
            let id = [request[0], request[1]];
            let numbers = [offset as u16, flags, status];
            let response = [id, numbers[0].to_le_bytes(), numbers[1].to_le_bytes(), numbers[2].to_le_bytes()];
            self.respond(ring, &response.concat());
            if let Some((size, kind)) = frame.segment.filter(|_| number == 0) {
                self.request(ring).expect("there are so many");
                let [low, high] = size.to_le_bytes();
                self.respond(ring, &[1, 0, low, high, kind, 0, 0, 0]);
            }
        }
        self.held.set(self.held.get() + entries as u32);
        true
    }
}
