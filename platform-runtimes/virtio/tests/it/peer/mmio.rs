//! The device's registers in memory, of both versions (virtio 1.2, 4.2.2 and 4.2.4).

use std::cell::Cell;
use std::rc::Rc;

use unik_virtio::memory::Registers;

use super::Peer;

pub struct Mmio {
    pub peer: Rc<Peer>,
    select: [Cell<u32>; 2],
    queue: Cell<u16>,
    size: Cell<u16>,
    addresses: [Cell<u32>; 6],
    page_size: Cell<u32>,
}

impl Mmio {
    pub fn new(peer: &Rc<Peer>) -> Self {
        Self {
            peer: peer.clone(),
            select: Default::default(),
            queue: Cell::new(0),
            size: Cell::new(0),
            addresses: Default::default(),
            page_size: Cell::new(0),
        }
    }

    fn limit(&self) -> u16 {
        self.peer.limits.get(usize::from(self.queue.get())).copied().unwrap_or(0)
    }

    fn start(&self) {
        let half = |index: usize| u64::from(self.addresses[index].get());
        let addresses = [0, 2, 4].map(|index| half(index) | half(index + 1) << 32);
        self.peer.start_ring(self.queue.get(), self.size.get(), addresses);
    }
}

impl Registers for Mmio {
    fn length(&self) -> usize {
        0x200
    }

    fn read8(&self, offset: usize) -> u8 {
        self.peer.read_config(offset.checked_sub(0x100).expect("registers are read by 32 bits"))
    }

    fn read16(&self, offset: usize) -> u16 {
        u16::from_le_bytes([0, 1].map(|at| self.read8(offset + at)))
    }

    fn read32(&self, offset: usize) -> u32 {
        let peer = &self.peer;
        match offset {
            0x00 => 0x7472_6976,
            0x04 => {
                if peer.legacy {
                    1
                } else {
                    2
                }
            }
            0x08 => peer.kind,
            0x10 => peer.offer(self.select[0].get()),
            0x34 => self.limit().into(),
            0x44 => 0,
            0x60 => peer.causes.get(),
            0x70 => peer.status.get().into(),
            0xfc if !peer.legacy => peer.generation.get(),
            0x100.. => u32::from_le_bytes([0, 1, 2, 3].map(|at| self.read8(offset + at))),
            _ => panic!("register {offset:#x} is not read"),
        }
    }

    fn write8(&self, offset: usize, _: u8) {
        panic!("nothing is written at {offset:#x}");
    }

    fn write16(&self, offset: usize, _: u16) {
        panic!("nothing is written at {offset:#x}");
    }

    fn write32(&self, offset: usize, value: u32) {
        let peer = &self.peer;
        match offset {
            0x14 => self.select[0].set(value),
            0x20 => peer.accept(self.select[1].get(), value),
            0x24 => self.select[1].set(value),
            0x28 if peer.legacy => self.page_size.set(value),
            0x30 => self.queue.set(value as u16),
            0x38 => self.size.set(value as u16),
            0x3c if peer.legacy => assert_eq!(value, 4096),
            0x40 if peer.legacy => {
                assert_eq!(self.page_size.get(), 4096);
                peer.start_legacy_ring(self.queue.get(), self.size.get(), value);
            }
            0x44 if !peer.legacy => self.start(),
            0x50 => peer.notify(value as u16),
            0x64 => peer.causes.set(peer.causes.get() & !value),
            0x70 => peer.set_status(value as u8),
            0x80 | 0x84 | 0x90 | 0x94 | 0xa0 | 0xa4 if !peer.legacy => {
                let index = (offset - 0x80) / 0x10 * 2 + (offset & 4) / 4;
                self.addresses[index].set(value);
            }
            _ => panic!("register {offset:#x} is not written"),
        }
    }
}
