//! A virtio device without a purpose: status, features, queues, configuration. What it does with its queues is said by whoever
//! plays it; how it is reached, by `mmio` and `pci`.

pub mod mmio;
pub mod pci;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use unik_virtio::transport::Interrupt;

use crate::ring::Ring;
use unik_driver::space::Space;

pub const EVENT_IDX: u64 = 1 << 29;
pub const INDIRECT: u64 = 1 << 28;
pub const ANY_LAYOUT: u64 = 1 << 27;
pub const VERSION_1: u64 = 1 << 32;

/// A device.
pub struct Peer {
    pub space: Space,
    pub kind: u32,
    pub legacy: bool,
    /// What it offers, and what it insists on.
    pub offered: u64,
    pub required: u64,
    pub accepted: Cell<u64>,
    pub status: Cell<u8>,
    pub limits: Vec<u16>,
    pub rings: RefCell<Vec<Option<Ring>>>,
    pub config: RefCell<Vec<u8>>,
    /// Whether the configuration changes at each look.
    pub restless: Cell<bool>,
    pub generation: Cell<u32>,
    pub resets: Cell<usize>,
    /// Whether it has reset itself.
    pub lost: Cell<bool>,
    /// Whether it stays as it is when it is reset.
    pub stubborn: Cell<bool>,
    /// Which queues the driver has told it of, and how often in all.
    pub notified: RefCell<Vec<bool>>,
    pub notifications: Cell<usize>,
    /// Interrupts that the machine has not seen, and how many there were.
    pub interrupt: Cell<bool>,
    pub interrupts: Cell<usize>,
    /// Interrupts that the driver has not asked about: of queues, of the configuration.
    pub fired: [Rc<Cell<bool>>; 2],
    /// The interrupt status register.
    pub causes: Cell<u32>,
}

impl Peer {
    pub fn new(
        space: &Space,
        kind: u32,
        legacy: bool,
        offered: u64,
        limits: &[u16],
        config: &[u8],
    ) -> Rc<Self> {
        Rc::new(Self {
            space: space.clone(),
            kind,
            legacy,
            offered: if legacy { offered & 0xffff_ffff } else { offered },
            required: 0,
            accepted: Cell::new(0),
            status: Cell::new(0),
            limits: limits.to_vec(),
            rings: RefCell::new(vec![None; limits.len()]),
            config: RefCell::new(config.to_vec()),
            restless: Cell::new(false),
            generation: Cell::new(0),
            resets: Cell::new(0),
            stubborn: Cell::new(false),
            lost: Cell::new(false),
            notified: RefCell::new(vec![false; limits.len()]),
            notifications: Cell::new(0),
            interrupt: Cell::new(false),
            interrupts: Cell::new(0),
            fired: Default::default(),
            causes: Cell::new(0),
        })
    }

    pub fn has(&self, feature: u64) -> bool {
        self.accepted.get() & feature != 0
    }

    /// Whether the driver has set it up.
    pub fn is_ready(&self) -> bool {
        self.status.get() & 0xc4 == 4
    }

    pub fn set_status(&self, status: u8) {
        if status == 0 {
            self.reset();
            return;
        }
        assert_eq!(status & self.status.get(), self.status.get(), "bits are cleared only by a reset");
        let wrong = self.accepted.get() & !self.offered != 0 || self.required & !self.accepted.get() != 0;
        let refused = if status & 8 != 0 && wrong { 8 } else { 0 };
        self.status.set(status & !refused);
    }

    fn reset(&self) {
        self.resets.set(self.resets.get() + 1);
        if self.stubborn.get() {
            return;
        }
        self.status.set(0);
        self.accepted.set(0);
        self.rings.borrow_mut().fill(None);
        self.notified.borrow_mut().fill(false);
    }

    pub fn accept(&self, half: u32, word: u32) {
        assert!(self.status.get() & 8 == 0, "features are settled");
        let shift = 32 * half;
        let rest = self.accepted.get() & !(0xffff_ffff << shift);
        self.accepted.set(rest | u64::from(word) << shift);
    }

    pub fn offer(&self, half: u32) -> u32 {
        if half > 1 { 0 } else { (self.offered >> (32 * half)) as u32 }
    }

    pub fn start_ring(&self, queue: u16, size: u16, addresses: [u64; 3]) {
        assert!(size.is_power_of_two() && size <= self.limits[usize::from(queue)]);
        assert_eq!(addresses[0] % 16 + addresses[1] % 2 + addresses[2] % 4, 0, "alignment");
        let event_index = self.has(EVENT_IDX);
        self.rings.borrow_mut()[usize::from(queue)] =
            Some(Ring { size, addresses, event_index, taken: 0, used: 0 });
    }

    /// A legacy queue: one page number for all of it.
    pub fn start_legacy_ring(&self, queue: u16, size: u16, page: u32) {
        let start = u64::from(page) * 4096;
        let available = start + 16 * u64::from(size);
        let used = (available + 6 + 2 * u64::from(size)).next_multiple_of(4096);
        self.start_ring(queue, size, [start, available, used]);
    }

    pub fn notify(&self, queue: u16) {
        if self.lost.get() {
            // The driver cannot know yet.
            return;
        }
        assert!(self.status.get() & 4 != 0, "a notification before the device is ready");
        self.notified.borrow_mut()[usize::from(queue)] = true;
        self.notifications.set(self.notifications.get() + 1);
    }

    pub fn read_config(&self, offset: usize) -> u8 {
        if self.restless.get() {
            self.generation.set(self.generation.get().wrapping_add(1));
            if let Some(byte) = self.config.borrow_mut().get_mut(offset) {
                *byte = byte.wrapping_add(1);
            }
        }
        self.config.borrow().get(offset).copied().unwrap_or(0)
    }

    /// Interrupts the machine, as an edge: while a cause stands, no other follows. On PCI messages come each time.
    pub fn raise(&self, cause: u32, message: bool) {
        if self.causes.replace(self.causes.get() | cause) == 0 || message {
            self.interrupt.set(true);
            // In memory there is one interrupt for both.
            self.fired[usize::from(message && cause == 2)].set(true);
            self.interrupts.set(self.interrupts.get() + 1);
        }
    }

    /// Works on a ring, if it is set up.
    pub fn ring<R>(&self, queue: usize, act: impl FnOnce(&mut Ring) -> R) -> Option<R> {
        self.rings.borrow_mut()[queue].as_mut().map(act)
    }

    /// Uses a chain and interrupts if that is wanted.
    pub fn put(&self, queue: usize, head: u16, length: u32, message: bool) {
        if self.ring(queue, |ring| ring.put(&self.space, head, length)) == Some(true) {
            self.raise(1, message);
        }
    }

    /// Forgets everything by itself.
    pub fn lose_itself(&self, message: bool) {
        self.reset();
        self.lost.set(true);
        self.raise(2, message);
    }

    /// Finds a mistake, and stops.
    pub fn break_down(&self, message: bool) {
        self.status.set(self.status.get() | 64);
        self.raise(2, message);
    }
}

/// An interrupt as the driver sees it.
pub struct Line(pub Rc<Cell<bool>>);

impl Interrupt for Line {
    fn fired(&self) -> bool {
        self.0.replace(false)
    }
}
