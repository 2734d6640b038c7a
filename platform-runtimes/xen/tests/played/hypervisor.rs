//! The hypervisor: ports, the grant table as the other domain may use it, events.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use unik_driver::space::Space;
use unik_xen::hypervisor::{Domain, Hypervisor, PAGE, Parameter, Port, Reason, Refused, Space as Spaces};

// Flags of a grant, grant_table.h.
const PERMIT_ACCESS: u16 = 1;
const READ_ONLY: u16 = 1 << 2;
const MAPPED: u16 = 1 << 3 | 1 << 4;

/// Where the bits of events are in the shared info, xen.h.
const PENDING: u64 = 2048;
const MASK: u64 = 2560;

pub struct Played {
    pub space: Space,
    /// Where the shared info is.
    pub info: u64,
    table: RefCell<BTreeMap<u64, u64>>,
    next: Cell<u32>,
    pub ports: RefCell<BTreeSet<u32>>,
    /// Ports whose other end has been told.
    pub told: RefCell<BTreeSet<u32>>,
    pub notifications: Cell<usize>,
    pub refuses: Cell<bool>,
}

/// The other domain does what no grant allows.
#[derive(Debug)]
pub struct Denied;

impl Played {
    pub fn new(space: Space, info: u64) -> Self {
        Self {
            space,
            info,
            table: RefCell::default(),
            next: Cell::new(5),
            ports: RefCell::default(),
            told: RefCell::default(),
            notifications: Cell::new(0),
            refuses: Cell::new(false),
        }
    }

    fn entry(&self, reference: u32) -> Result<u64, Denied> {
        let table = self.table.borrow();
        let page = table.get(&u64::from(reference / 512)).ok_or(Denied)?;
        Ok(page + u64::from(reference % 512) * 8)
    }

    /// Where a page is that a domain may use.
    fn granted(&self, domain: Domain, reference: u32, writes: bool) -> Result<u64, Denied> {
        let entry = self.entry(reference)?;
        let flags = self.space.read16(entry);
        let allowed = flags & PERMIT_ACCESS != 0 && !(writes && flags & READ_ONLY != 0);
        if !allowed || self.space.read16(entry + 2) != domain.0 {
            return Err(Denied);
        }
        let frame = self.space.read(entry + 4, 4);
        Ok(u64::from(u32::from_le_bytes(frame.try_into().expect("four bytes"))) * PAGE as u64)
    }

    /// Maps a page to write there.
    pub fn map_grant(&self, domain: Domain, reference: u32) -> Result<u64, Denied> {
        let page = self.granted(domain, reference, true)?;
        let entry = self.entry(reference)?;
        self.space.write16(entry, self.space.read16(entry) | MAPPED);
        Ok(page)
    }

    pub fn unmap_grant(&self, reference: u32) {
        let entry = self.entry(reference).expect("it was mapped");
        self.space.write16(entry, self.space.read16(entry) & !MAPPED);
    }

    /// Copies out of a page.
    pub fn copy_from(
        &self,
        domain: Domain,
        reference: u32,
        offset: usize,
        length: usize,
    ) -> Result<Vec<u8>, Denied> {
        assert!(offset + length <= PAGE, "it goes over the end of a page");
        Ok(self.space.read(self.granted(domain, reference, false)? + offset as u64, length))
    }

    /// Copies into a page.
    pub fn copy_to(&self, domain: Domain, reference: u32, offset: usize, bytes: &[u8]) -> Result<(), Denied> {
        assert!(offset + bytes.len() <= PAGE, "it goes over the end of a page");
        self.space.write(self.granted(domain, reference, true)? + offset as u64, bytes);
        Ok(())
    }

    /// How many pages other domains may use.
    pub fn grants(&self) -> usize {
        let entries = |page: &u64| (0..512).filter(|at| self.space.read16(page + at * 8) != 0).count();
        self.table.borrow().values().map(entries).sum()
    }

    /// An event for this domain.
    pub fn raise(&self, port: u32) {
        if !self.ports.borrow().contains(&port) {
            return;
        }
        let (word, bit) = (8 * u64::from(port / 64), 1 << (port % 64));
        let or = |at: u64, bit: u64| self.space.write(at, &(self.word(at) | bit).to_le_bytes());
        or(self.info + PENDING + word, bit);
        if self.word(self.info + MASK + word) & bit == 0 {
            or(self.info + 8, 1 << (port / 64));
            self.space.write(self.info, &[1]);
        }
    }

    fn word(&self, at: u64) -> u64 {
        u64::from_le_bytes(self.space.read(at, 8).try_into().expect("eight bytes"))
    }

    fn refuse(&self, call: &'static str) -> Result<(), Refused> {
        if self.refuses.get() { Err(Refused { call, code: -28 }) } else { Ok(()) }
    }
}

/// What the drivers have of it.
#[derive(Clone)]
pub struct Calls(pub std::rc::Rc<Played>);

impl Hypervisor for Calls {
    fn allocate(&self, _: Domain) -> Result<Port, Refused> {
        self.0.refuse("EVTCHNOP_alloc_unbound")?;
        // Numbers are used again, as by the real one.
        let free = (self.0.next.get()..).find(|port| !self.0.ports.borrow().contains(port));
        let port = free.expect("numbers have no end");
        self.0.ports.borrow_mut().insert(port);
        Ok(Port(port))
    }

    fn close(&self, port: Port) -> Result<(), Refused> {
        assert!(self.0.ports.borrow_mut().remove(&port.0), "{port:?} was closed before");
        self.0.told.borrow_mut().remove(&port.0);
        Ok(())
    }

    fn notify(&self, port: Port) -> Result<(), Refused> {
        assert!(self.0.ports.borrow().contains(&port.0), "{port:?} is closed");
        self.0.told.borrow_mut().insert(port.0);
        self.0.notifications.set(self.0.notifications.get() + 1);
        Ok(())
    }

    fn map(&self, space: Spaces, index: u64, address: u64) -> Result<(), Refused> {
        assert_eq!(space, Spaces::GrantTable);
        self.0.table.borrow_mut().insert(index, address);
        Ok(())
    }

    fn grant_table_size(&self) -> Result<(u32, u32), Refused> {
        Ok((1, 64))
    }

    fn parameter(&self, _: Parameter) -> Result<u64, Refused> {
        unreachable!("an interface needs no parameter")
    }

    fn set_parameter(&self, _: Parameter, _: u64) -> Result<(), Refused> {
        unreachable!("an interface needs no parameter")
    }

    fn shut_down(&self, _: Reason) -> Refused {
        unreachable!("an interface ends nothing")
    }
}
