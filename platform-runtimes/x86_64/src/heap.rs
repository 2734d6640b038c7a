//! The heap: all memory that nobody else uses, in talc.
//!
//! A request that cannot be met gives null, as Rust wants it: `try_reserve` and [`crate::memory::Shared`] report it,
//! all else ends in a panic, at which [`exhausted`] says what was asked for.

use core::alloc::{GlobalAlloc, Layout};
use core::cell::Cell;
use core::fmt;
use core::ptr::NonNull;

use talc::TalcCell;
use talc::source::Manual;

use crate::single::Single;

/// The heap of the machine. In an image it is Rust's global allocator.
#[cfg_attr(unik_bare, global_allocator)]
pub(crate) static HEAP: Heap = Heap {
    talc: Single::new(TalcCell::new(Manual)),
    total: Single::new(Cell::new(0)),
    used: Single::new(Cell::new(0)),
    refused: Single::new(Cell::new(None)),
};

/// Memory for requests.
pub(crate) struct Heap {
    talc: Single<TalcCell<Manual>>,
    /// Bytes that the heap has in all.
    total: Single<Cell<usize>>,
    /// Bytes that have been given out.
    used: Single<Cell<usize>>,
    /// The last request, if it was not met.
    refused: Single<Cell<Option<usize>>>,
}

impl Heap {
    /// Gives it memory from `start` up to `end`, addresses.
    ///
    /// # Safety
    /// The memory is mapped, can be written, and belongs to nobody else from now on.
    pub(crate) unsafe fn claim(&self, start: usize, end: usize) {
        let length = end - start;
        let start = core::ptr::with_exposed_provenance_mut(start);
        // SAFETY: as the caller says.
        if unsafe { self.talc.claim(start, length) }.is_some() {
            self.total.set(self.total.get() + length);
        }
    }

    fn count(&self, pointer: *mut u8, size: usize) -> *mut u8 {
        if pointer.is_null() {
            self.refused.set(Some(size));
        } else {
            self.used.set(self.used.get() + size);
            // Whoever was refused has got over it.
            self.refused.set(None);
        }
        pointer
    }

    /// Memory, or nothing if there is not enough.
    pub(crate) fn allocate_zeroed(&self, layout: Layout) -> Option<NonNull<u8>> {
        assert!(layout.size() > 0, "talc gives no memory of no size");
        // SAFETY: the size is not zero.
        NonNull::new(unsafe { self.alloc_zeroed(layout) })
    }
}

// SAFETY: talc keeps the contract; counting changes nothing.
unsafe impl GlobalAlloc for Heap {
    // Once in an image, not in every place that wants memory.
    #[inline(never)]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the contract of `GlobalAlloc`.
        self.count(unsafe { self.talc.alloc(layout) }, layout.size())
    }

    #[inline(never)]
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        self.used.set(self.used.get() - layout.size());
        // SAFETY: as for `alloc`.
        unsafe { self.talc.dealloc(pointer, layout) };
    }

    #[inline(never)]
    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as for `alloc`.
        let moved = unsafe { self.talc.realloc(pointer, layout, size) };
        if !moved.is_null() {
            self.used.set(self.used.get() - layout.size());
        }
        self.count(moved, size)
    }
}

/// What the heap has and has given out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Bytes in all.
    pub total: usize,
    /// Bytes that have been given out.
    pub used: usize,
}

/// How full the heap is.
pub fn usage() -> Usage {
    Usage { total: HEAP.total.get(), used: HEAP.used.get() }
}

/// A request for memory that could not be met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfMemory {
    /// Bytes that were asked for.
    pub wanted: usize,
    /// How full the heap was.
    pub usage: Usage,
}

impl OutOfMemory {
    /// The request of `wanted` bytes could not be met just now.
    pub(crate) fn of(wanted: usize) -> Self {
        Self { wanted, usage: usage() }
    }
}

impl fmt::Display for OutOfMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Usage { total, used } = self.usage;
        write!(f, "out of memory: {} bytes were asked for, {used} of {total} bytes are in use", self.wanted)
    }
}

impl core::error::Error for OutOfMemory {}

impl unik::Error for OutOfMemory {
    fn kind(&self) -> unik::ErrorKind {
        unik::ErrorKind::Exhausted
    }
}

/// The last request for memory, if it could not be met: what a panic may be about.
pub(crate) fn exhausted() -> Option<OutOfMemory> {
    HEAP.refused.get().map(OutOfMemory::of)
}
