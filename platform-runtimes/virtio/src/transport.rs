//! How a device is reached: one trait over registers in memory (MMIO) and over PCI, of version 1 and legacy.
//!
//! A transport knows where things stand and nothing of what they mean; bringing a device up is `device`'s.

pub mod legacy;
pub mod mmio;
pub mod modern;

use core::fmt;

use crate::fault::Fault;
use crate::memory::Registers;

/// A device's registers, whatever the bus (virtio 1.2, 4). Its `Display` names the device for people.
pub trait Transport: fmt::Display {
    /// What it is (virtio 1.2, 5): 1 network, 2 block, 3 console, 4 entropy.
    fn kind(&self) -> u32;

    /// Whether it is a legacy device: other layouts, features of 32 bits.
    fn is_legacy(&self) -> bool;

    /// The device status field (2.1).
    fn status(&self) -> u8;

    /// Writes the device status field; 0 resets the device.
    fn set_status(&self, status: u8);

    /// The features that it offers (2.2).
    fn offered(&self) -> u64;

    /// Tells it the features that the driver uses.
    fn accept(&self, features: u64);

    /// How many descriptors a queue has at most; 0 if there is no such queue.
    fn queue_limit(&self, queue: u16) -> u16;

    /// Whether a queue has that many and no fewer.
    fn has_fixed_queues(&self) -> bool;

    /// Sets a queue up: its size, and the addresses of descriptors, available ring and used ring.
    fn start_queue(&self, queue: u16, size: u16, addresses: [u64; 3]) -> Result<(), Fault>;

    /// Tells the device that there is something for it in a queue.
    fn notify(&self, queue: u16);

    /// Takes note of interrupts since the last call; whether one may have been for a change of the configuration, of which
    /// needing a reset is one. Costs nothing if there was none.
    fn take_interrupt(&self) -> bool;

    /// Reads a byte of the configuration of the device's type; 0 where it has none.
    fn config8(&self, offset: usize) -> u8;

    /// Reads 16 bits of it.
    fn config16(&self, offset: usize) -> u16;

    /// Reads 32 bits of it.
    fn config32(&self, offset: usize) -> u32;

    /// Changes whenever the configuration does (2.5.1); always 0 for legacy devices, which cannot tell.
    fn generation(&self) -> u32;
}

/// An interrupt of the machine.
pub trait Interrupt {
    /// Whether it has come since this was last asked. Costs no look at a device.
    fn fired(&self) -> bool;
}

/// The configuration of a device's type, in registers from `start` on; what is behind their end reads as 0.
pub(crate) struct Config<'a, R> {
    pub(crate) registers: &'a R,
    pub(crate) start: usize,
}

impl<R: Registers> Config<'_, R> {
    fn at(&self, offset: usize, width: usize) -> Option<usize> {
        let at = self.start.checked_add(offset)?;
        (at.checked_add(width)? <= self.registers.length()).then_some(at)
    }

    pub(crate) fn read8(&self, offset: usize) -> u8 {
        self.at(offset, 1).map_or(0, |at| self.registers.read8(at))
    }

    pub(crate) fn read16(&self, offset: usize) -> u16 {
        self.at(offset, 2).map_or(0, |at| self.registers.read16(at))
    }

    pub(crate) fn read32(&self, offset: usize) -> u32 {
        self.at(offset, 4).map_or(0, |at| self.registers.read32(at))
    }
}

/// The page number of a legacy queue: devices that know no more than 32 bits of it reach 16 TiB.
pub(crate) fn legacy_page(address: u64) -> Result<u32, Fault> {
    u32::try_from(address / 4096).map_err(|_| Fault::Registers)
}
