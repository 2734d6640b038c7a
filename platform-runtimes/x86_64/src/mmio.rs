//! Registers of devices in the address space of memory.

use core::ptr::with_exposed_provenance_mut;

use crate::page_table::Unmappable;
use crate::paging;
use crate::start_info::Range;

/// Registers of a device: a range of addresses where there is no RAM, past the caches.
///
/// Reading and writing them is safe as far as memory is concerned; what the device does when it is told to is the
/// affair of its driver, which must not let it write to memory that is not [`crate::memory::Shared`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mmio {
    address: usize,
    length: usize,
}

impl Mmio {
    /// The registers at a physical address.
    ///
    /// # Panics
    /// If there is RAM, or no such address: the driver has misread where its device is. If there is no memory for page
    /// tables.
    #[track_caller]
    pub fn map(address: u64, length: usize) -> Self {
        match Self::try_map(address, length) {
            Ok(registers) => registers,
            Err(error) => {
                panic!("no registers of a device can be at {address:#x}, {length} bytes: {error:?}")
            }
        }
    }

    /// The same; nothing if there can be no registers, as where a device says so itself.
    pub fn find(address: u64, length: usize) -> Option<Self> {
        Self::try_map(address, length).ok()
    }

    /// The same, if there can be registers.
    pub(crate) fn try_map(address: u64, length: usize) -> Result<Self, Unmappable> {
        let end = u64::try_from(length).ok().and_then(|length| address.checked_add(length));
        let range = Range { start: address, end: end.ok_or(Unmappable::Address)? };
        paging::map_device(range)?;
        let address = usize::try_from(address).map_err(|_| Unmappable::Address)?;
        Ok(Self { address, length })
    }

    /// How many bytes they are.
    pub fn length(self) -> usize {
        self.length
    }

    fn register<T>(self, offset: usize) -> *mut T {
        assert!(
            offset.checked_add(size_of::<T>()).is_some_and(|end| end <= self.length),
            "the register at {offset:#x} is behind the device's {:#x} bytes",
            self.length
        );
        let register = with_exposed_provenance_mut::<T>(self.address + offset);
        assert!(register.is_aligned(), "the register at {offset:#x} is not aligned");
        register
    }

    /// Reads 8 bits.
    pub fn read8(self, offset: usize) -> u8 {
        // SAFETY: the register is mapped, is no RAM, and lies in the device's range; it is checked for alignment.
        unsafe { self.register::<u8>(offset).read_volatile() }
    }

    /// Reads 16 bits.
    pub fn read16(self, offset: usize) -> u16 {
        // SAFETY: as for `read8`.
        unsafe { self.register::<u16>(offset).read_volatile() }
    }

    /// Reads 32 bits.
    pub fn read32(self, offset: usize) -> u32 {
        // SAFETY: as for `read8`.
        unsafe { self.register::<u32>(offset).read_volatile() }
    }

    /// Writes 8 bits.
    pub fn write8(self, offset: usize, value: u8) {
        // SAFETY: as for `read8`; what the device does then is its driver's affair.
        unsafe { self.register::<u8>(offset).write_volatile(value) };
    }

    /// Writes 16 bits.
    pub fn write16(self, offset: usize, value: u16) {
        // SAFETY: as for `write8`.
        unsafe { self.register::<u16>(offset).write_volatile(value) };
    }

    /// Writes 32 bits.
    pub fn write32(self, offset: usize, value: u32) {
        // SAFETY: as for `write8`.
        unsafe { self.register::<u32>(offset).write_volatile(value) };
    }
}
