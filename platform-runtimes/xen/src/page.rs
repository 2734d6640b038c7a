//! Pages that the tools have made for the console and the store: numbers and bytes, one by one.

use unik_driver::Memory;

/// Such a page. Offsets are in bytes; one outside is a mistake of the driver.
pub trait Page {
    /// Reads a byte.
    fn load8(&self, offset: usize) -> u8;
    /// Writes a byte.
    fn store8(&self, offset: usize, value: u8);
    /// Reads 32 bits at an aligned offset.
    fn load32(&self, offset: usize) -> u32;
    /// Writes 32 bits at an aligned offset.
    fn store32(&self, offset: usize, value: u32);
}

impl<M: Memory> Page for M {
    fn load8(&self, offset: usize) -> u8 {
        Memory::load8(self, offset)
    }

    fn store8(&self, offset: usize, value: u8) {
        Memory::store8(self, offset, value);
    }

    fn load32(&self, offset: usize) -> u32 {
        Memory::load32(self, offset)
    }

    fn store32(&self, offset: usize, value: u32) {
        Memory::store32(self, offset, value);
    }
}
