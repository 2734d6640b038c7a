//! The I/O interrupt controllers: which line of a device becomes which vector (Intel 82093AA data sheet).

use alloc::vec::Vec;

use crate::acpi::controllers::Controllers;
use crate::mmio::Mmio;

const SELECT: usize = 0x00;
const WINDOW: usize = 0x10;
const VERSION: u32 = 1;
const FIRST_ENTRY: u32 = 0x10;

const LOW: u32 = 1 << 13;
const LEVEL: u32 = 1 << 15;
const MASKED: u32 = 1 << 16;

/// An entry of a controller.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    registers: Mmio,
    index: u32,
}

/// The controllers, and what was routed.
#[derive(Debug)]
pub(super) struct Routing {
    controllers: Controllers,
    /// Global system interrupt, and index of its vector.
    routed: Vec<(u32, u8)>,
}

impl Routing {
    pub(super) fn new(controllers: Controllers) -> Self {
        Self { controllers, routed: Vec::new() }
    }

    /// The global system interrupt of an interrupt of ISA.
    pub(super) fn global(&self, interrupt: u8) -> u32 {
        self.controllers.global(interrupt)
    }

    /// The index of the vector of an interrupt that was routed.
    pub(super) fn vector(&self, global: u32) -> Option<u8> {
        self.routed.iter().find(|(routed, _)| *routed == global).map(|(_, index)| *index)
    }

    /// The controller's entry of an interrupt.
    pub(super) fn find(&self, global: u32) -> Option<Entry> {
        self.controllers.controllers.iter().find_map(|controller| {
            let index = global.checked_sub(controller.first)?;
            let registers = Mmio::try_map(controller.address, 0x20).ok()?;
            // The number of the last entry.
            let last = read(registers, VERSION) >> 16 & 0xff;
            (index <= last).then_some(Entry { registers, index })
        })
    }

    /// Routes an interrupt.
    pub(super) fn set(
        &mut self,
        global: u32,
        entry: Entry,
        index: u8,
        vector: u8,
        level: bool,
        processor: u32,
    ) {
        let low = if self.controllers.is_low(global) { LOW } else { 0 };
        let level = if level { LEVEL } else { 0 };
        let register = FIRST_ENTRY + 2 * entry.index;
        write(entry.registers, register, MASKED);
        write(entry.registers, register + 1, processor << 24);
        write(entry.registers, register, u32::from(vector) | low | level);
        self.routed.push((global, index));
    }
}

fn read(registers: Mmio, register: u32) -> u32 {
    registers.write32(SELECT, register);
    registers.read32(WINDOW)
}

fn write(registers: Mmio, register: u32, value: u32) {
    registers.write32(SELECT, register);
    registers.write32(WINDOW, value);
}
