//! Devices with registers in memory (virtio 1.2, 4.2): of version 2, and legacy ones of version 1 (4.2.4).

use alloc::boxed::Box;
use core::fmt;

use super::{Config, Interrupt, Transport, legacy_page};
use crate::fault::Fault;
use crate::memory::Registers;

/// "virt".
const MAGIC: u32 = 0x7472_6976;

// Offsets of registers.
const VERSION: usize = 0x04;
const DEVICE: usize = 0x08;
const DEVICE_FEATURES: usize = 0x10;
const DEVICE_FEATURES_SELECT: usize = 0x14;
const DRIVER_FEATURES: usize = 0x20;
const DRIVER_FEATURES_SELECT: usize = 0x24;
const PAGE_SIZE: usize = 0x28;
const QUEUE_SELECT: usize = 0x30;
const QUEUE_LIMIT: usize = 0x34;
const QUEUE_SIZE: usize = 0x38;
const QUEUE_ALIGN: usize = 0x3c;
const QUEUE_PAGE: usize = 0x40;
const QUEUE_READY: usize = 0x44;
const QUEUE_NOTIFY: usize = 0x50;
const INTERRUPT_STATUS: usize = 0x60;
const INTERRUPT_ACKNOWLEDGE: usize = 0x64;
/// The cause of an interrupt: the configuration has changed.
const CONFIGURATION: u32 = 2;
const STATUS: usize = 0x70;
const QUEUE_ADDRESSES: [usize; 3] = [0x80, 0x90, 0xa0];
const GENERATION: usize = 0xfc;
const CONFIG: usize = 0x100;

/// Where the registers of a device are, and how it interrupts: what finds devices says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Bytes of registers.
    pub length: usize,
    /// Where they lie.
    pub address: u64,
    /// The global system interrupt.
    pub interrupt: u32,
}

/// A device with registers in memory.
pub struct Mmio<R> {
    registers: R,
    address: u64,
    legacy: bool,
    kind: u32,
    interrupt: Option<Box<dyn Interrupt>>,
}

impl<R: Registers> Mmio<R> {
    /// Looks whether there is a device behind `registers`, which stand at `address`; nothing if the place is empty.
    pub fn probe(registers: R, address: u64) -> Result<Option<Self>, Fault> {
        if registers.length() < CONFIG || registers.read32(0) != MAGIC {
            return Err(Fault::Registers);
        }
        let legacy = match registers.read32(VERSION) {
            1 => true,
            2 => false,
            _ => return Err(Fault::Registers),
        };
        let kind = registers.read32(DEVICE);
        Ok((kind != 0).then_some(Self { registers, address, legacy, kind, interrupt: None }))
    }

    /// Says which interrupt of the machine the device has.
    pub fn connect(&mut self, interrupt: Box<dyn Interrupt>) {
        self.interrupt = Some(interrupt);
    }

    fn select(&self, queue: u16) {
        self.registers.write32(QUEUE_SELECT, u32::from(queue));
    }

    fn config(&self) -> Config<'_, R> {
        Config { registers: &self.registers, start: CONFIG }
    }
}

impl<R: Registers> Transport for Mmio<R> {
    fn kind(&self) -> u32 {
        self.kind
    }

    fn is_legacy(&self) -> bool {
        self.legacy
    }

    fn status(&self) -> u8 {
        // The upper bits are reserved.
        (self.registers.read32(STATUS) & 0xff) as u8
    }

    fn set_status(&self, status: u8) {
        self.registers.write32(STATUS, u32::from(status));
        if status == 0 && self.legacy {
            self.registers.write32(PAGE_SIZE, 4096);
        }
    }

    fn offered(&self) -> u64 {
        let word = |select| {
            self.registers.write32(DEVICE_FEATURES_SELECT, select);
            u64::from(self.registers.read32(DEVICE_FEATURES))
        };
        word(0) | if self.legacy { 0 } else { word(1) << 32 }
    }

    fn accept(&self, features: u64) {
        let words = [features & u64::from(u32::MAX), features >> 32];
        for (select, word) in (0..).zip(words).take(if self.legacy { 1 } else { 2 }) {
            self.registers.write32(DRIVER_FEATURES_SELECT, select);
            self.registers.write32(DRIVER_FEATURES, word as u32);
        }
    }

    fn queue_limit(&self, queue: u16) -> u16 {
        self.select(queue);
        u16::try_from(self.registers.read32(QUEUE_LIMIT)).unwrap_or(1 << 15)
    }

    fn has_fixed_queues(&self) -> bool {
        false
    }

    fn start_queue(&self, queue: u16, size: u16, addresses: [u64; 3]) -> Result<(), Fault> {
        self.select(queue);
        self.registers.write32(QUEUE_SIZE, u32::from(size));
        if self.legacy {
            self.registers.write32(QUEUE_ALIGN, 4096);
            self.registers.write32(QUEUE_PAGE, legacy_page(addresses[0])?);
            return Ok(());
        }
        for (register, address) in QUEUE_ADDRESSES.into_iter().zip(addresses) {
            self.registers.write32(register, (address & u64::from(u32::MAX)) as u32);
            self.registers.write32(register + 4, (address >> 32) as u32);
        }
        self.registers.write32(QUEUE_READY, 1);
        Ok(())
    }

    fn notify(&self, queue: u16) {
        self.registers.write32(QUEUE_NOTIFY, u32::from(queue));
    }

    fn take_interrupt(&self) -> bool {
        if !self.interrupt.as_ref().is_some_and(|interrupt| interrupt.fired()) {
            return false;
        }
        // Until this is acknowledged, the line stays up and there is no further edge.
        let causes = self.registers.read32(INTERRUPT_STATUS);
        self.registers.write32(INTERRUPT_ACKNOWLEDGE, causes);
        causes & CONFIGURATION != 0
    }

    fn config8(&self, offset: usize) -> u8 {
        self.config().read8(offset)
    }

    fn config16(&self, offset: usize) -> u16 {
        self.config().read16(offset)
    }

    fn config32(&self, offset: usize) -> u32 {
        self.config().read32(offset)
    }

    fn generation(&self) -> u32 {
        if self.legacy { 0 } else { self.registers.read32(GENERATION) }
    }
}

impl<R> fmt::Display for Mmio<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the virtio device at {:#x}", self.address)
    }
}

impl<R> fmt::Debug for Mmio<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mmio")
            .field("address", &self.address)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}
