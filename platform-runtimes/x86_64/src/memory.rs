//! Memory that the program shares with devices, and how full the heap is.
//!
//! Addresses are physical ones here, since every page is mapped to itself.

use core::alloc::{GlobalAlloc, Layout};
use core::fmt;
use core::ops::Range;
use core::ptr::NonNull;
use core::sync::atomic::{AtomicU16, AtomicU32, AtomicU64};

pub use crate::heap::{OutOfMemory, Usage, usage};

use crate::heap::HEAP;

const PAGE: usize = 4096;

/// Memory that devices may read and write: in one piece, aligned to pages, zero at first, freed when it is dropped. A
/// device must have been told to stop using it by then.
pub struct Shared {
    start: NonNull<u8>,
    length: usize,
}

/// Numbers that may be anything: what a device has written is one, whatever it is.
pub trait Plain: Copy + sealed::Sealed {}

mod sealed {
    /// Only types of this crate are plain.
    pub trait Sealed {}
}

macro_rules! plain {
    ($($type:ty),*) => {$(
        impl sealed::Sealed for $type {}
        impl Plain for $type {}
    )*};
}
plain!(u8, u16, u32, u64);

impl Shared {
    /// As many bytes, rounded up to whole pages.
    ///
    /// # Errors
    /// When the heap has no such piece.
    pub fn new(bytes: usize) -> Result<Self, OutOfMemory> {
        let refused = OutOfMemory { wanted: bytes, usage: usage() };
        let length = bytes.max(1).checked_next_multiple_of(PAGE).ok_or(refused)?;
        let layout = Layout::from_size_align(length, PAGE).map_err(|_| refused)?;
        let start = HEAP.allocate_zeroed(layout).ok_or(refused)?;
        Ok(Self { start, length })
    }

    /// Its physical address.
    pub fn address(&self) -> u64 {
        self.start.as_ptr().expose_provenance() as u64
    }

    /// How many bytes there are.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether there are none; there always are some.
    pub fn is_empty(&self) -> bool {
        false
    }

    fn at(&self, offset: usize, length: usize) -> *mut u8 {
        assert!(
            offset.checked_add(length).is_some_and(|end| end <= self.length),
            "{length} bytes at {offset} are not in the {} bytes that are shared",
            self.length
        );
        self.start.as_ptr().wrapping_add(offset)
    }

    fn number<T: Plain>(&self, offset: usize) -> *mut T {
        let number = self.at(offset, size_of::<T>()).cast::<T>();
        assert!(number.is_aligned(), "the number at {offset} is not aligned");
        number
    }

    /// Reads a number at an aligned offset, as it is now: the device may change it at any time.
    pub fn load<T: Plain>(&self, offset: usize) -> T {
        // SAFETY: it lies in the allocation and is aligned; every pattern of bits is a number.
        unsafe { self.number::<T>(offset).read_volatile() }
    }

    /// Writes a number at an aligned offset.
    pub fn store<T: Plain>(&self, offset: usize, value: T) {
        // SAFETY: it lies in the allocation and is aligned. No reference to it exists: `slice` says who sees to that.
        unsafe { self.number::<T>(offset).write_volatile(value) };
    }

    /// A number that the other side changes at the same time, at an aligned offset.
    pub fn atomic16(&self, offset: usize) -> &AtomicU16 {
        // SAFETY: it lies in the allocation and is aligned. All others reach it by volatile or atomic accesses, since no slice
        // of it is lent: `slice` says who sees to that.
        unsafe { AtomicU16::from_ptr(self.number(offset)) }
    }

    /// The same of 32 bits.
    pub fn atomic32(&self, offset: usize) -> &AtomicU32 {
        // SAFETY: as for `atomic16`.
        unsafe { AtomicU32::from_ptr(self.number(offset)) }
    }

    /// The same of 64 bits.
    pub fn atomic64(&self, offset: usize) -> &AtomicU64 {
        // SAFETY: as for `atomic16`.
        unsafe { AtomicU64::from_ptr(self.number(offset)) }
    }

    /// Copies bytes out.
    pub fn read(&self, offset: usize, into: &mut [u8]) {
        let from = self.at(offset, into.len());
        // SAFETY: both are as long, and no slice of ours lies in memory that is shared. The device may write
        // meanwhile: then the bytes are some of the old and some of the new ones, which the compiler cannot see.
        unsafe { core::ptr::copy_nonoverlapping(from, into.as_mut_ptr(), into.len()) };
    }

    /// Copies bytes in.
    pub fn write(&self, offset: usize, from: &[u8]) {
        let into = self.at(offset, from.len());
        // SAFETY: as for `read`.
        unsafe { core::ptr::copy_nonoverlapping(from.as_ptr(), into, from.len()) };
    }

    /// The bytes themselves.
    ///
    /// # Safety
    /// Neither a device nor `store`, `write` or `slice_mut` writes to the range while the slice lives.
    pub unsafe fn slice(&self, range: Range<usize>) -> &[u8] {
        let length = range.end.checked_sub(range.start).expect("a range ends behind its start");
        let start = self.at(range.start, length);
        // SAFETY: the range lies in the allocation, which was zeroed; the caller says that nobody writes.
        unsafe { core::slice::from_raw_parts(start, length) }
    }

    /// The bytes themselves, to be written.
    ///
    /// # Safety
    /// Nobody else, program or device, reads or writes the range while the slice lives.
    #[allow(
        clippy::mut_from_ref,
        reason = "the parts of shared memory are lent one by one; the caller says that they are apart"
    )]
    pub unsafe fn slice_mut(&self, range: Range<usize>) -> &mut [u8] {
        let length = range.end.checked_sub(range.start).expect("a range ends behind its start");
        let start = self.at(range.start, length);
        // SAFETY: the range lies in the allocation; the caller says that nobody else has it.
        unsafe { core::slice::from_raw_parts_mut(start, length) }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        let layout = Layout::from_size_align(self.length, PAGE).expect("it was one when this was made");
        // SAFETY: it was allocated with this layout from the heap, and nobody has it any more.
        unsafe { HEAP.dealloc(self.start.as_ptr(), layout) };
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Shared({:#x}, {} bytes)", self.start.as_ptr().addr(), self.length)
    }
}
