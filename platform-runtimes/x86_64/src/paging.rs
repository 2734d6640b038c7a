//! The page tables that are in use: made once at boot, extended when somebody needs to reach a device or a table of
//! the firmware.

use core::alloc::Layout;
use core::cell::Cell;

use crate::heap::HEAP;
use crate::memory_map::Ranges;
use crate::page_table::{Access, PAGE, Tables, Tree, Unmappable};
use crate::single::Single;
use crate::start_info::Range;

static TREE: Single<Cell<Option<Tree>>> = Single::new(Cell::new(None));
/// All RAM that the loader has told of, whoever uses it.
static RAM: Single<Cell<Ranges>> = Single::new(Cell::new(Ranges::new()));
/// What of it is the heap or the image.
static OWN: Single<Cell<Ranges>> = Single::new(Cell::new(Ranges::new()));

/// Tables in the heap of the machine, where addresses are physical ones.
struct Live;

impl Tables for Live {
    fn allocate(&mut self) -> Option<u64> {
        let page = Layout::from_size_align(4096, 4096).expect("a page is a layout");
        let table = HEAP.allocate_zeroed(page)?;
        // Tables live as long as the machine.
        Some(u64::try_from(table.as_ptr().expose_provenance()).expect("addresses have 64 bits"))
    }

    fn get(&self, table: u64, index: usize) -> u64 {
        // SAFETY: `Tree` gives only tables that `allocate` has made, which are mapped, and indices below 512.
        unsafe { entry(table, index).read_volatile() }
    }

    fn set(&mut self, table: u64, index: usize, value: u64) {
        // SAFETY: as for `get`. Only pages that were not mapped change, so no reference is concerned.
        unsafe { entry(table, index).write_volatile(value) };
    }
}

fn entry(table: u64, index: usize) -> *mut u64 {
    let table = usize::try_from(table).expect("addresses have 64 bits");
    core::ptr::with_exposed_provenance_mut::<u64>(table).wrapping_add(index)
}

/// Maps memory for reading alone, such as a table of the firmware. Nothing of the heap or the image can be had this
/// way.
pub(crate) fn map_constant(range: Range) -> Result<(), Unmappable> {
    if range.start < PAGE || OWN.get().overlap(range) {
        return Err(Unmappable::Taken);
    }
    extend(range, Access::Constant)
}

/// Maps registers of a device, past the caches. No RAM can be had this way.
pub(crate) fn map_device(range: Range) -> Result<(), Unmappable> {
    if range.start < PAGE || RAM.get().overlap(range) {
        return Err(Unmappable::Taken);
    }
    extend(range, Access::Device)
}

fn extend(range: Range, access: Access) -> Result<(), Unmappable> {
    // Pages that become present need no flush (SDM 3A, 4.10.4.3).
    TREE.get().ok_or(Unmappable::Address)?.map(&mut Live, range, access)
}

/// Maps `parts` and makes the new tables count. `heap` is among the parts.
///
/// # Safety
/// The parts cover code, stack, statics and heap.
pub(crate) unsafe fn switch(
    parts: &[(Range, Access)],
    heap: &Ranges,
    ram: &Ranges,
) -> Result<(), Unmappable> {
    const PAGES_OF_1_GIB: u32 = 1 << 26;
    let giant = crate::cpu::cpuid(0x8000_0001, 0).is_some_and(|leaf| leaf.edx & PAGES_OF_1_GIB != 0);
    let tree = Tree::new(&mut Live, giant)?;
    let mut own = Ranges::new();
    for (range, access) in parts {
        tree.map(&mut Live, *range, *access)?;
        own.push(*range);
    }
    for range in heap.as_slice() {
        tree.map(&mut Live, *range, Access::Data)?;
        own.push(*range);
    }
    // SAFETY: as the caller says.
    unsafe { crate::cpu::set_page_tables(tree.root) };
    TREE.set(Some(tree));
    RAM.set(*ram);
    OWN.set(own);
    Ok(())
}
