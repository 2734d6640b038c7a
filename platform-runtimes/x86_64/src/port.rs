//! Ports: the address space of the processor's IN and OUT instructions.

use core::arch::asm;

/// A range of ports of a device.
///
/// Whoever makes one says which device is there; what the device does when it is told to is the affair of its driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ports {
    base: u16,
    length: u16,
}

impl Ports {
    /// The ports from `base` on.
    ///
    /// # Panics
    /// If they go beyond the last port: a bug of the driver.
    pub const fn new(base: u16, length: u16) -> Self {
        assert!(base as u32 + length as u32 <= 0x1_0000, "there are 65,536 ports");
        Self { base, length }
    }

    /// How many ports they are.
    pub const fn length(self) -> u16 {
        self.length
    }

    fn port(self, offset: u16, width: u16) -> u16 {
        assert!(
            offset.checked_add(width).is_some_and(|end| end <= self.length),
            "port {offset} of {} is not the device's",
            self.length
        );
        self.base + offset
    }

    /// Reads 8 bits.
    pub fn read8(self, offset: u16) -> u8 {
        let value;
        let port = self.port(offset, 1);
        // SAFETY: IN touches no memory; the port belongs to the device whose driver asks.
        unsafe {
            asm!("in al, dx", in("dx") port, out("al") value, options(nomem, nostack, preserves_flags))
        };
        value
    }

    /// Reads 16 bits.
    pub fn read16(self, offset: u16) -> u16 {
        let value;
        let port = self.port(offset, 2);
        // SAFETY: as for `read8`.
        unsafe {
            asm!("in ax, dx", in("dx") port, out("ax") value, options(nomem, nostack, preserves_flags))
        };
        value
    }

    /// Reads 32 bits.
    pub fn read32(self, offset: u16) -> u32 {
        let value;
        let port = self.port(offset, 4);
        // SAFETY: as for `read8`.
        unsafe {
            asm!("in eax, dx", in("dx") port, out("eax") value, options(nomem, nostack, preserves_flags))
        };
        value
    }

    /// Writes 8 bits.
    pub fn write8(self, offset: u16, value: u8) {
        let port = self.port(offset, 1);
        // SAFETY: the port belongs to the device whose driver asks. What the device then does to memory, its driver
        // has set up; the compiler does not move accesses of memory across.
        unsafe { asm!("out dx, al", in("dx") port, in("al") value, options(nostack, preserves_flags)) };
    }

    /// Writes 16 bits.
    pub fn write16(self, offset: u16, value: u16) {
        let port = self.port(offset, 2);
        // SAFETY: as for `write8`.
        unsafe { asm!("out dx, ax", in("dx") port, in("ax") value, options(nostack, preserves_flags)) };
    }

    /// Writes 32 bits.
    pub fn write32(self, offset: u16, value: u32) {
        let port = self.port(offset, 4);
        // SAFETY: as for `write8`.
        unsafe { asm!("out dx, eax", in("dx") port, in("eax") value, options(nostack, preserves_flags)) };
    }
}
