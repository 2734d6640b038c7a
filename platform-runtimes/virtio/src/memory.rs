//! What drivers need of the machine below: memory that the device reaches too, and registers.
//!
//! The machine and the tests' double implement these traits; a driver knows nothing else of where it runs. Numbers are
//! little-endian, as virtio 1.2 says and as every machine of this target is.

use alloc::boxed::Box;

pub use unik_driver::{Dma, Memory, NoMemory};

/// Registers of a device, in memory or among the ports. Offsets are in bytes; an access has the width of its name.
///
/// # Panics
/// An offset outside is a mistake of the driver.
pub trait Registers {
    /// How many bytes there are.
    fn length(&self) -> usize;
    /// Reads 8 bits.
    fn read8(&self, offset: usize) -> u8;
    /// Reads 16 bits.
    fn read16(&self, offset: usize) -> u16;
    /// Reads 32 bits.
    fn read32(&self, offset: usize) -> u32;
    /// Writes 8 bits.
    fn write8(&self, offset: usize, value: u8);
    /// Writes 16 bits.
    fn write16(&self, offset: usize, value: u16);
    /// Writes 32 bits.
    fn write32(&self, offset: usize, value: u32);
}

impl<T: Registers + ?Sized> Registers for Box<T> {
    fn length(&self) -> usize {
        T::length(self)
    }

    fn read8(&self, offset: usize) -> u8 {
        T::read8(self, offset)
    }

    fn read16(&self, offset: usize) -> u16 {
        T::read16(self, offset)
    }

    fn read32(&self, offset: usize) -> u32 {
        T::read32(self, offset)
    }

    fn write8(&self, offset: usize, value: u8) {
        T::write8(self, offset, value);
    }

    fn write16(&self, offset: usize, value: u16) {
        T::write16(self, offset, value);
    }

    fn write32(&self, offset: usize, value: u32) {
        T::write32(self, offset, value);
    }
}
