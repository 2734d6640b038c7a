//! What drivers need of the machine below: memory that the device reaches too, and registers.
//!
//! The machine and the tests' double implement these traits; a driver knows nothing else of where it runs. Numbers are
//! little-endian, as virtio 1.2 says and as every machine of this target is.

use alloc::boxed::Box;
use core::fmt;
use core::ops::Range;

/// A piece of memory that driver and device share: zeroed at the start, in one piece for the device, at a multiple of 4096.
///
/// Single loads and stores are made exactly as written. Offsets are in bytes from the start.
///
/// # Panics
/// An offset outside is a mistake of the driver, which computes them; nothing that a device says is used as one unchecked.
pub trait Memory {
    /// Where the device finds it.
    fn address(&self) -> u64;
    /// Reads a byte.
    fn load8(&self, offset: usize) -> u8;
    /// Reads 16 bits.
    fn load16(&self, offset: usize) -> u16;
    /// Reads 32 bits.
    fn load32(&self, offset: usize) -> u32;
    /// Writes a byte.
    fn store8(&self, offset: usize, value: u8);
    /// Writes 16 bits.
    fn store16(&self, offset: usize, value: u16);
    /// Writes 32 bits.
    fn store32(&self, offset: usize, value: u32);
    /// Writes 64 bits.
    fn store64(&self, offset: usize, value: u64);

    /// Lends a range that the driver owns: no descriptor that the device holds names it, and nobody has it mutably.
    fn lend<R>(&self, range: Range<usize>, look: impl FnOnce(&[u8]) -> R) -> R;

    /// Lends a range that the driver owns, to one borrower.
    fn lend_mut<R>(&self, range: Range<usize>, fill: impl FnOnce(&mut [u8]) -> R) -> R;
}

/// Where shared memory comes from.
pub trait Dma {
    /// Its memory; freed when dropped.
    type Memory: Memory;

    /// Takes at least `bytes` bytes.
    fn allocate(&self, bytes: usize) -> Result<Self::Memory, NoMemory>;
}

/// There is no memory for a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoMemory {
    /// How much was asked for.
    pub bytes: usize,
}

impl fmt::Display for NoMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no memory for its buffers ({} bytes)", self.bytes)
    }
}

impl core::error::Error for NoMemory {}

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
