//! A back end of a disk: sectors in memory, requests done in any order, and lies on demand.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;

use unik_xen::hypervisor::Domain;

use crate::hypervisor::Played;
use crate::machine::Numbers;
use crate::server::Server;

/// Which domain it is.
const DOMAIN: Domain = Domain(0);
/// Bytes of an entry of the ring, how many there are, and where they start.
const ENTRY: u64 = 112;
const ENTRIES: u32 = 32;
const START: u64 = 64;

/// What it says of itself.
#[derive(Clone, Copy, Debug)]
pub struct Offer<'a> {
    pub sectors: u64,
    pub more: &'a [(&'a str, &'a str)],
}

/// The usual ones: of Linux.
pub const LINUX: &[(&str, &str)] =
    &[("feature-persistent", "1"), ("feature-flush-cache", "1"), ("feature-max-indirect-segments", "256")];

pub const USUAL: Offer<'_> = Offer { sectors: 4096, more: LINUX };

#[derive(Clone, Debug)]
pub struct Request {
    pub operation: u8,
    /// How its segments were given: 6 for a list.
    pub given: u8,
    pub id: u64,
    pub sector: u64,
    /// Reference, first and last sector.
    pub segments: Vec<(u32, u8, u8)>,
    /// Of a discard.
    pub count: u64,
}

/// What is wrong with the next answer.
#[derive(Clone, Copy, Debug)]
pub enum Lie {
    /// An id that is as much off.
    Id(u64),
    /// The same answer twice.
    Twice,
    Operation(u8),
    Status(i16),
    /// The count of answers is as much off.
    Count(u32),
}

struct Connected {
    ring: u64,
    reference: u32,
    port: u32,
    consumed: u32,
    produced: u32,
}

pub struct Back {
    played: Rc<Played>,
    server: Rc<Server>,
    number: u32,
    more: RefCell<Vec<(String, String)>>,
    pub sectors: Cell<u64>,
    pub bytes: RefCell<Vec<u8>>,
    connected: RefCell<Option<Connected>>,
    /// Whether both ends keep the pages.
    persistent: Cell<bool>,
    /// How many of 512 bytes a sector has, and whether nothing is written.
    unit: Cell<u64>,
    read_only: Cell<bool>,
    /// Pages that it has mapped.
    mapped: RefCell<BTreeSet<u32>>,
    /// Requests that were taken and not done.
    pub taken: RefCell<Vec<Request>>,
    pub numbers: RefCell<Numbers>,
    /// How many requests are taken and not done at most; more are done than taken. 0: nothing is done.
    pub holds: Cell<usize>,
    pub status: Cell<i16>,
    pub lie: Cell<Option<Lie>>,
    /// Whether answers say that a list was done, as some do.
    pub names_lists: Cell<bool>,
    /// Whether it does not keep what it has done.
    pub forgets: Cell<bool>,
    /// Requests as they were done.
    pub done: RefCell<Vec<Request>>,
    /// The most requests that it has had at once.
    pub deepest: Cell<usize>,
    pub connects: Cell<usize>,
}

impl Back {
    pub fn new(played: &Rc<Played>, server: &Rc<Server>, number: u32, offer: &Offer<'_>) -> Rc<Self> {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Rc::new(Self {
            played: played.clone(),
            server: server.clone(),
            number,
            more: RefCell::new(offer.more.iter().map(own).collect()),
            sectors: Cell::new(offer.sectors),
            bytes: RefCell::new(vec![0; (offer.sectors as usize).min(1 << 14) * 512]),
            connected: RefCell::default(),
            persistent: Cell::default(),
            unit: Cell::new(1),
            read_only: Cell::default(),
            mapped: RefCell::default(),
            taken: RefCell::default(),
            numbers: RefCell::new(Numbers(77)),
            holds: Cell::new(1),
            status: Cell::new(0),
            lie: Cell::default(),
            names_lists: Cell::default(),
            forgets: Cell::default(),
            done: RefCell::default(),
            deepest: Cell::default(),
            connects: Cell::default(),
        })
    }

    pub fn path(&self, name: &str) -> String {
        format!("/local/domain/0/backend/vbd/7/{}/{name}", self.number)
    }

    pub fn front(&self, name: &str) -> String {
        format!("device/vbd/{}/{name}", self.number)
    }

    pub fn said(&self, name: &str) -> Option<String> {
        self.server.get(&self.front(name))
    }

    pub fn say(&self, name: &str, value: &str) {
        self.server.set(&self.path(name), value.as_bytes());
    }

    /// From now on it says something else, or nothing, of itself.
    pub fn offer(&self, more: &[(&str, &str)]) {
        *self.more.borrow_mut() =
            more.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    }

    fn offers(&self, name: &str) -> Option<String> {
        self.more.borrow().iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }

    fn is_persistent(&self) -> bool {
        self.persistent.get()
    }

    /// The tools attach the disk, or the back end is there again.
    pub fn come(&self) {
        let back = self.path("");
        self.server.set(&self.front("backend-id"), b"0");
        self.server.set(&self.front("virtual-device"), self.number.to_string().as_bytes());
        if self.said("state").is_none() {
            self.server.set(&self.front("state"), b"1");
        }
        self.say("online", "1");
        self.say("state", "2");
        if self.said("backend").is_none() {
            self.server.set(&self.front("backend"), back.trim_end_matches('/').as_bytes());
        }
    }

    /// It goes, after it has let go of everything.
    pub fn leave(&self) {
        self.say("state", "5");
        self.let_go();
        self.say("state", "6");
    }

    /// It is no more; what it has mapped stays mapped.
    pub fn vanish(&self) {
        self.server.remove(&self.path("state"));
        self.connected.take();
        self.taken.borrow_mut().clear();
    }

    /// The hypervisor unmaps what it had mapped.
    pub fn let_go(&self) {
        if let Some(connected) = self.connected.take() {
            self.mapped.borrow_mut().insert(connected.reference);
        }
        self.mapped.take().into_iter().for_each(|reference| self.played.unmap_grant(reference));
        self.taken.borrow_mut().clear();
    }

    fn connect(&self) {
        let number = |name| self.said(name).and_then(|text| text.parse().ok()).expect("it is a number");
        assert_eq!(self.said("protocol").as_deref(), Some("x86_64-abi"));
        let (reference, port) = (number("ring-ref"), number("event-channel"));
        let ring = self.played.map_grant(DOMAIN, reference).expect("it may be mapped");
        self.mapped.borrow_mut().insert(reference);
        let persistent = self.offers("feature-persistent").as_deref() == Some("1")
            && self.said("feature-persistent").as_deref() == Some("1");
        self.persistent.set(persistent);
        let size = self.offers("sector-size").and_then(|size| size.parse::<u64>().ok());
        self.unit.set(size.map_or(1, |size| (size / 512).max(1)));
        self.read_only.set(self.offers("info").as_deref() == Some("4"));
        *self.connected.borrow_mut() = Some(Connected { ring, reference, port, consumed: 0, produced: 0 });
        for (name, value) in &*self.more.borrow() {
            self.say(name, value);
        }
        self.say("sectors", &self.sectors.get().to_string());
        self.say("state", "4");
        self.connects.set(self.connects.get() + 1);
    }

    pub fn is_connected(&self) -> bool {
        self.connected.borrow().is_some()
    }

    /// Where the ring is, for those who write there what they like.
    pub fn ring(&self) -> Option<u64> {
        self.connected.borrow().as_ref().map(|connected| connected.ring)
    }

    fn read32(&self, at: u64) -> u32 {
        u32::from_le_bytes(self.played.space.read(at, 4).try_into().expect("four bytes"))
    }

    fn read64(&self, at: u64) -> u64 {
        u64::from_le_bytes(self.played.space.read(at, 8).try_into().expect("eight bytes"))
    }

    /// Looks at the bus and at the ring; whether there was anything to do.
    pub fn work(&self) -> bool {
        if !self.is_connected() {
            let state = (self.server.get(&self.path("state")), self.said("state"));
            let offered = (state.0.as_deref(), state.1.as_deref()) == (Some("2"), Some("3"));
            if offered {
                self.connect();
            }
            return offered;
        }
        let port = self.connected.borrow().as_ref().map(|connected| connected.port);
        let Some(port) = port else { return false };
        let mut worked = self.played.told.borrow_mut().remove(&port);
        if worked {
            self.take();
        }
        let more = self.numbers.borrow_mut().below(self.holds.get() + 1);
        for _ in 0..more {
            if !self.taken.borrow().is_empty() {
                self.do_one();
                worked = true;
            }
        }
        worked
    }

    fn take(&self) {
        let mut connected = self.connected.borrow_mut();
        let Some(Connected { ring, consumed, .. }) = &mut *connected else { return };
        loop {
            let there = self.read32(*ring).wrapping_sub(*consumed);
            assert!(there <= ENTRIES, "the ring is overrun");
            if there == 0 {
                // Asks to be told, and looks once more.
                self.played.space.write(*ring + 4, &(*consumed + 1).to_le_bytes());
                if self.read32(*ring) == *consumed {
                    break;
                }
                continue;
            }
            let request = self.read(*ring + START + u64::from(*consumed % ENTRIES) * ENTRY);
            self.taken.borrow_mut().push(request);
            *consumed = consumed.wrapping_add(1);
        }
        self.deepest.set(self.deepest.get().max(self.taken.borrow().len()));
    }

    fn read(&self, at: u64) -> Request {
        let head = self.played.space.read(at, 4);
        let short = u16::from_le_bytes([head[2], head[3]]);
        let (id, sector) = (self.read64(at + 8), self.read64(at + 16));
        let segments = |at: u64, count: usize| -> Vec<(u32, u8, u8)> {
            let segment = |at: u64| {
                let bytes = self.played.space.read(at, 8);
                (u32::from_le_bytes(bytes[..4].try_into().expect("four bytes")), bytes[4], bytes[5])
            };
            (0..count as u64).map(|index| segment(at + 8 * index)).collect()
        };
        let handle = if head[0] == 6 { self.played.space.read16(at + 24) } else { short };
        assert_eq!(u32::from(handle), self.number & 0xffff);
        let mut request =
            Request { operation: head[0], given: head[0], id, sector, segments: Vec::new(), count: 0 };
        match head[0] {
            5 => request.count = self.read64(at + 24),
            6 => {
                let most = self.offers("feature-max-indirect-segments").expect("it takes lists");
                assert!(usize::from(short) <= most.parse().expect("it is a number"));
                let list = self.map(self.read32(at + 28)).expect("it may be mapped");
                request.operation = head[1];
                request.segments = segments(list, short.into());
                self.unmap(self.read32(at + 28));
            }
            _ => {
                assert!(head[1] <= 11, "more segments than an entry has");
                request.segments = segments(at + 24, head[1].into());
            }
        }
        request
    }

    /// Maps a page, unless the front end has let it go.
    fn map(&self, reference: u32) -> Option<u64> {
        let page = self.played.map_grant(DOMAIN, reference).ok()?;
        self.mapped.borrow_mut().insert(reference);
        Some(page)
    }

    fn unmap(&self, reference: u32) {
        if !self.is_persistent() {
            self.mapped.borrow_mut().remove(&reference);
            self.played.unmap_grant(reference);
        }
    }

    fn do_one(&self) {
        let at = self.numbers.borrow_mut().below(self.taken.borrow().len());
        let request = self.taken.borrow_mut().swap_remove(at);
        let space = &self.played.space;
        let (mut at, mut status) = (request.sector as usize * 512, self.status.get());
        let (unit, read_only) = (self.unit.get(), self.read_only.get());
        assert_eq!(request.sector % unit, 0, "the sector is none of the disk's");
        for (reference, first, last) in &request.segments {
            let length = (usize::from(*last) + 1 - usize::from(*first)) * 512;
            assert!(usize::from(*last) < 8, "a page has eight sectors");
            assert_eq!(length as u64 / 512 % unit, 0, "a part of a sector");
            let Some(page) = self.map(*reference) else {
                status = -1;
                break;
            };
            let page = page + u64::from(*first) * 512;
            let mut bytes = self.bytes.borrow_mut();
            match request.operation {
                _ if status != 0 => {}
                0 if at + length <= bytes.len() => space.write(page, &bytes[at..at + length]),
                1 if at + length <= bytes.len() && !read_only => {
                    bytes[at..at + length].copy_from_slice(&space.read(page, length));
                }
                _ => status = -1,
            }
            at += length;
            drop(bytes);
            self.unmap(*reference);
        }
        match request.operation {
            3 if self.offers("feature-flush-cache").is_none() => status = -2,
            5 if self.offers("feature-discard").is_none() => status = -2,
            5 if status == 0 => self.bytes.borrow_mut()[at..][..request.count as usize * 512].fill(0xdd),
            _ => {}
        }
        let operation = if self.names_lists.get() { request.given } else { request.operation };
        self.answer(request.id, operation, status);
        if !self.forgets.get() {
            self.done.borrow_mut().push(request);
        }
    }

    fn answer(&self, id: u64, operation: u8, status: i16) {
        let lie = self.lie.take();
        match lie {
            Some(Lie::Id(off)) => self.put(id.wrapping_add(off), operation, status),
            Some(Lie::Operation(operation)) => self.put(id, operation, status),
            Some(Lie::Status(status)) => self.put(id, operation, status),
            Some(Lie::Twice) => {
                self.put(id, operation, status);
                self.put(id, operation, status);
            }
            Some(Lie::Count(_)) | None => self.put(id, operation, status),
        }
        let Some(connected) = &mut *self.connected.borrow_mut() else { return };
        if let Some(Lie::Count(off)) = lie {
            connected.produced = connected.produced.wrapping_add(off);
        }
        let old = self.read32(connected.ring + 8);
        self.played.space.write(connected.ring + 8, &connected.produced.to_le_bytes());
        let event = self.read32(connected.ring + 12);
        if connected.produced.wrapping_sub(event) < connected.produced.wrapping_sub(old) {
            self.played.raise(connected.port);
        }
    }

    fn put(&self, id: u64, operation: u8, status: i16) {
        let Some(connected) = &mut *self.connected.borrow_mut() else { return };
        let at = connected.ring + START + u64::from(connected.produced % ENTRIES) * ENTRY;
        let mut answer = [0; 16];
        answer[..8].copy_from_slice(&id.to_le_bytes());
        answer[8] = operation;
        answer[10..12].copy_from_slice(&status.to_le_bytes());
        self.played.space.write(at, &answer);
        connected.produced = connected.produced.wrapping_add(1);
    }

    /// An event without a reason.
    pub fn raise(&self) {
        if let Some(connected) = &*self.connected.borrow() {
            self.played.raise(connected.port);
        }
    }

    /// Sectors of 512 bytes that requests have moved, by operation.
    pub fn moved(&self, operation: u8) -> Vec<usize> {
        let moved = |request: &Request| {
            request.segments.iter().map(|(_, first, last)| usize::from(last - first) + 1).sum()
        };
        self.done.borrow().iter().filter(|request| request.operation == operation).map(moved).collect()
    }
}
