//! The device as a PCI function: modern with capabilities (virtio 1.2, 4.1.4), legacy with ports (4.1.4.10), or both; on a bus with
//! a bridge before it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use unik_virtio::memory::Registers;
use unik_virtio::pci::{Address, Bus, Message, Purpose};
use unik_virtio::transport::Interrupt;

use super::{Line, Peer};

pub const MESSAGE: (u64, u32) = (0xfee0_0000, 0x41);
/// Where its windows lie.
const PORTS: u16 = 0xc040;
const TABLE: u64 = 0xfebd_1000;
const WINDOW: u64 = 0x38_0000_0000;

/// A bus with one device, possibly behind a bridge.
pub struct Pci {
    pub peer: Rc<Peer>,
    pub place: Address,
    pub space: RefCell<Vec<u8>>,
    registers: Rc<State>,
}

#[derive(Default)]
struct State {
    select: [Cell<u32>; 2],
    queue: Cell<u16>,
    size: Cell<u16>,
    addresses: [Cell<u32>; 6],
    vectors: Cell<[u16; 2]>,
    table: Cell<[u32; 8]>,
}

impl Pci {
    pub fn new(peer: &Rc<Peer>, modern: bool, place: Address) -> Self {
        let mut space = vec![0u8; 256];
        let mut put = |at: usize, bytes: &[u8]| space[at..at + bytes.len()].copy_from_slice(bytes);
        put(0, &0x1af4u16.to_le_bytes());
        let device = if peer.legacy { 0x1000 } else { 0x1040 + peer.kind as u16 };
        put(2, &device.to_le_bytes());
        put(6, &[0x10]);
        put(0x2e, &(peer.kind as u16).to_le_bytes());
        put(0x34, &[0x98]);
        put(0x10, &u32::from(PORTS | 1).to_le_bytes());
        put(0x14, &(TABLE as u32).to_le_bytes());
        put(0x20, &(WINDOW as u32 | 4).to_le_bytes());
        put(0x24, &((WINDOW >> 32) as u32).to_le_bytes());
        // MSI-X with its table in the second window; then, if modern, where everything is.
        put(0x98, &[0x11, if modern { 0x40 } else { 0 }, 1, 0, 1, 0, 0, 0, 1, 8, 0, 0]);
        if modern {
            for (index, (kind, at, length)) in
                [(5, 0, 0), (1, 0, 56u32), (3, 0x1000, 1), (4, 0x2000, 64), (2, 0x3000, 64)]
                    .into_iter()
                    .enumerate()
            {
                let here = 0x40 + 16 * index;
                let next = if index == 4 { 0 } else { here as u8 + 16 };
                put(here, &[9, next, 16, kind, 4, 0, 0, 0]);
                put(here + 8, &(at as u32).to_le_bytes());
                put(here + 12, &length.to_le_bytes());
            }
            put(0x90, &4u32.to_le_bytes());
        }
        Self { peer: peer.clone(), place, space: RefCell::new(space), registers: Rc::default() }
    }

    fn window(&self, part: Part) -> Box<dyn Registers> {
        Box::new(Window { peer: self.peer.clone(), state: self.registers.clone(), part })
    }

    pub fn table(&self) -> [u32; 8] {
        self.registers.table.get()
    }
}

impl Bus for Pci {
    fn read(&self, function: Address, offset: u8) -> u32 {
        assert_eq!(offset % 4, 0);
        let word =
            |at: usize| u32::from_le_bytes(self.space.borrow()[at..at + 4].try_into().expect("four bytes"));
        if function == self.place {
            return word(offset.into());
        }
        if function == (Address { bus: 0, device: 0, function: 0 }) {
            return if offset == 0 { 0x1237_8086 } else { 0 };
        }
        if self.place.bus != 0 && function == (Address { bus: 0, device: 3, function: 0 }) {
            // A bridge.
            return match offset {
                0 => 0x000c_1b36,
                8 => 0x0604_0000,
                0xc => 0x0001_0000,
                0x18 => u32::from(self.place.bus) << 8 | u32::from(self.place.bus) << 16,
                _ => 0,
            };
        }
        u32::MAX
    }

    fn write(&self, function: Address, offset: u8, value: u32) {
        assert_eq!(function, self.place);
        match offset {
            4 => self.space.borrow_mut()[4] = value as u8,
            0x98 => self.space.borrow_mut()[0x9b] = (value >> 24) as u8,
            _ => panic!("{offset:#x} is not written"),
        }
    }

    fn memory(&self, address: u64, length: usize) -> Option<Box<dyn Registers>> {
        assert_eq!(self.space.borrow()[4] & 6, 6, "memory and bus master are enabled");
        let part = match address.checked_sub(WINDOW) {
            Some(0) => Part::Common,
            Some(0x2000) => Part::Device,
            Some(0x3000) => Part::Notify,
            None if address == TABLE => Part::Table,
            _ => return None,
        };
        (length <= 64).then(|| self.window(part))
    }

    fn ports(&self, base: u16, _: u16) -> Option<Box<dyn Registers>> {
        assert_eq!(self.space.borrow()[4] & 5, 5, "ports and bus master are enabled");
        (base == PORTS).then(|| self.window(Part::Legacy))
    }

    fn machine_language(&self) -> &[u8] {
        &[]
    }

    fn line(&self, _: u32) -> Option<Box<dyn Interrupt>> {
        None
    }

    fn message(&self, purpose: Purpose) -> Option<Message> {
        let number = usize::from(purpose == Purpose::Configuration);
        let interrupt = Box::new(Line(self.peer.fired[number].clone()));
        Some(Message { address: MESSAGE.0, data: MESSAGE.1 + number as u32, interrupt })
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Part {
    Common,
    Device,
    Notify,
    Table,
    Legacy,
}

struct Window {
    peer: Rc<Peer>,
    state: Rc<State>,
    part: Part,
}

impl Window {
    fn limit(&self) -> u16 {
        self.peer.limits.get(usize::from(self.state.queue.get())).copied().unwrap_or(0)
    }

    fn set_vector(&self, index: usize, value: u16) {
        let mut vectors = self.state.vectors.get();
        vectors[index] = if value < 2 { value } else { 0xffff };
        self.state.vectors.set(vectors);
    }
}

impl Registers for Window {
    fn length(&self) -> usize {
        64
    }

    fn read8(&self, offset: usize) -> u8 {
        match (self.part, offset) {
            (Part::Common, 20) | (Part::Legacy, 18) => self.peer.status.get(),
            (Part::Common, 21) => self.peer.generation.get() as u8,
            (Part::Device, _) => self.peer.read_config(offset),
            (Part::Legacy, 24..) => self.peer.read_config(offset - 24),
            (part, offset) => panic!("{part:?} {offset} is not read by 8 bits"),
        }
    }

    fn read16(&self, offset: usize) -> u16 {
        match (self.part, offset) {
            (Part::Common, 18) => self.peer.limits.len() as u16,
            (Part::Common, 24) | (Part::Legacy, 12) => self.limit(),
            (Part::Common, 26) | (Part::Legacy, 22) => self.state.vectors.get()[1],
            (Part::Common, 30) => self.state.queue.get(),
            (Part::Device | Part::Legacy, _) => u16::from_le_bytes([0, 1].map(|at| self.read8(offset + at))),
            (part, offset) => panic!("{part:?} {offset} is not read by 16 bits"),
        }
    }

    fn read32(&self, offset: usize) -> u32 {
        match (self.part, offset) {
            (Part::Common, 4) => self.peer.offer(self.state.select[0].get()),
            (Part::Legacy, 0) => self.peer.offer(0),
            (Part::Device | Part::Legacy, _) => {
                u32::from_le_bytes([0, 1, 2, 3].map(|at| self.read8(offset + at)))
            }
            (part, offset) => panic!("{part:?} {offset} is not read by 32 bits"),
        }
    }

    fn write8(&self, offset: usize, value: u8) {
        match (self.part, offset) {
            (Part::Common, 20) | (Part::Legacy, 18) => self.peer.set_status(value),
            (part, offset) => panic!("{part:?} {offset} is not written by 8 bits"),
        }
    }

    fn write16(&self, offset: usize, value: u16) {
        let state = &self.state;
        match (self.part, offset) {
            (Part::Common, 16) | (Part::Legacy, 20) => self.set_vector(0, value),
            (Part::Common, 22) | (Part::Legacy, 14) => state.queue.set(value),
            (Part::Common, 24) => state.size.set(value),
            (Part::Common, 26) | (Part::Legacy, 22) => self.set_vector(1, value),
            (Part::Common, 28) => {
                let half = |index: usize| u64::from(state.addresses[index].get());
                let addresses = [0, 2, 4].map(|index| half(index) | half(index + 1) << 32);
                self.peer.start_ring(state.queue.get(), state.size.get(), addresses);
            }
            (Part::Notify, _) => {
                assert_eq!(usize::from(value) * 4, offset, "the wrong doorbell");
                self.peer.notify(value);
            }
            (Part::Legacy, 16) => self.peer.notify(value),
            (part, offset) => panic!("{part:?} {offset} is not written by 16 bits"),
        }
    }

    fn write32(&self, offset: usize, value: u32) {
        let state = &self.state;
        match (self.part, offset) {
            (Part::Common, 0) => state.select[0].set(value),
            (Part::Common, 8) => state.select[1].set(value),
            (Part::Common, 12) => self.peer.accept(state.select[1].get(), value),
            (Part::Common, 32..56) => state.addresses[(offset - 32) / 4].set(value),
            (Part::Table, 0..32) => {
                let mut table = state.table.get();
                table[offset / 4] = value;
                state.table.set(table);
            }
            (Part::Legacy, 4) => self.peer.accept(0, value),
            (Part::Legacy, 8) => self.peer.start_legacy_ring(state.queue.get(), self.limit(), value),
            (part, offset) => panic!("{part:?} {offset} is not written by 32 bits"),
        }
    }
}
