//! Memory that a driver and the other side of its device share.
//!
//! A platform and the tests' double implement these traits; a driver knows nothing else of where it runs. Numbers are
//! little-endian, as every machine is that has such drivers.

use alloc::rc::Rc;
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

    /// Copies bytes out. The other side may write them meanwhile: then some are old and some are new.
    fn read(&self, offset: usize, into: &mut [u8]);
    /// Copies bytes in, which the other side may read or write meanwhile.
    fn write(&self, offset: usize, from: &[u8]);

    /// Lends a range that the driver owns: no descriptor that the device holds names it, and nobody has it mutably.
    fn lend<R>(&self, range: Range<usize>, look: impl FnOnce(&[u8]) -> R) -> R;

    /// Lends a range that the driver owns, to one borrower.
    fn lend_mut<R>(&self, range: Range<usize>, fill: impl FnOnce(&mut [u8]) -> R) -> R;
}

impl<M: Memory> Memory for Rc<M> {
    fn address(&self) -> u64 {
        M::address(self)
    }

    fn load8(&self, offset: usize) -> u8 {
        M::load8(self, offset)
    }

    fn load16(&self, offset: usize) -> u16 {
        M::load16(self, offset)
    }

    fn load32(&self, offset: usize) -> u32 {
        M::load32(self, offset)
    }

    fn store8(&self, offset: usize, value: u8) {
        M::store8(self, offset, value);
    }

    fn store16(&self, offset: usize, value: u16) {
        M::store16(self, offset, value);
    }

    fn store32(&self, offset: usize, value: u32) {
        M::store32(self, offset, value);
    }

    fn store64(&self, offset: usize, value: u64) {
        M::store64(self, offset, value);
    }

    fn read(&self, offset: usize, into: &mut [u8]) {
        M::read(self, offset, into);
    }

    fn write(&self, offset: usize, from: &[u8]) {
        M::write(self, offset, from);
    }

    fn lend<R>(&self, range: Range<usize>, look: impl FnOnce(&[u8]) -> R) -> R {
        M::lend(self, range, look)
    }

    fn lend_mut<R>(&self, range: Range<usize>, fill: impl FnOnce(&mut [u8]) -> R) -> R {
        M::lend_mut(self, range, fill)
    }
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

/// Memory whose numbers both sides change at the same time. Each operation is one step for the other side, and nothing is moved
/// across it.
pub trait Atomics: Memory {
    /// Replaces 16 bits if they are as expected; gives what was there, as an error if it was something else.
    fn compare_exchange16(&self, offset: usize, expected: u16, new: u16) -> Result<u16, u16>;
    /// Replaces 64 bits; gives what was there.
    fn swap64(&self, offset: usize, value: u64) -> u64;
    /// Keeps only these of 64 bits; gives what was there.
    fn fetch_and64(&self, offset: usize, bits: u64) -> u64;
    /// Sets these of 64 bits; gives what was there.
    fn fetch_or64(&self, offset: usize, bits: u64) -> u64;
}
