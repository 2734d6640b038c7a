//! Page tables: which address is what memory, in pages as large as fit (SDM 3A, 4.5, paging with four levels).
//!
//! Every address maps to itself. It is a builder over a memory of tables, so that tests run it without a machine;
//! `paging` runs it on one.

use crate::start_info::Range;

/// Bytes of the smallest page.
pub(crate) const PAGE: u64 = 4096;
/// How many address bits four levels translate in the lower half.
const TOP: u64 = 1 << 47;

const PRESENT: u64 = 1;
const WRITABLE: u64 = 1 << 1;
/// With the tables for memory types as they are after reset, both together mean uncached.
const UNCACHED: u64 = 1 << 3 | 1 << 4;
/// Set from the start, so that the processor need not.
const ACCESSED_DIRTY: u64 = 1 << 5 | 1 << 6;
const LARGE: u64 = 1 << 7;
const NO_EXECUTE: u64 = 1 << 63;
const ADDRESS: u64 = 0x000f_ffff_ffff_f000;

/// What may be done with memory. Nothing can be both written and run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Run and read.
    Code,
    /// Read.
    Constant,
    /// Read and written.
    Data,
    /// Read and written, past the caches.
    Device,
}

impl Access {
    fn bits(self) -> u64 {
        PRESENT
            | ACCESSED_DIRTY
            | match self {
                Self::Code => 0,
                Self::Constant => NO_EXECUTE,
                Self::Data => WRITABLE | NO_EXECUTE,
                Self::Device => WRITABLE | NO_EXECUTE | UNCACHED,
            }
    }
}

/// Why memory cannot be mapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unmappable {
    /// No memory for another table.
    Exhausted,
    /// It is mapped already, and as something else.
    Taken,
    /// No such address.
    Address,
}

/// Where tables lie: 512 entries each, known by their physical address.
pub(crate) trait Tables {
    /// A table full of zeros.
    fn allocate(&mut self) -> Option<u64>;
    fn get(&self, table: u64, index: usize) -> u64;
    fn set(&mut self, table: u64, index: usize, entry: u64);
}

/// A tree of tables.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tree {
    /// The address of the table at the top.
    pub(crate) root: u64,
    /// Whether there are pages of 1 GiB.
    pub(crate) giant: bool,
}

impl Tree {
    pub(crate) fn new(tables: &mut impl Tables, giant: bool) -> Result<Self, Unmappable> {
        Ok(Self { root: tables.allocate().ok_or(Unmappable::Exhausted)?, giant })
    }

    /// Maps the pages in which `range` lies. What is mapped already as the same stays.
    pub(crate) fn map(
        self,
        tables: &mut impl Tables,
        range: Range,
        access: Access,
    ) -> Result<(), Unmappable> {
        if range.start >= range.end {
            return Ok(());
        }
        let end = range.end.checked_next_multiple_of(PAGE).ok_or(Unmappable::Address)?;
        if end > TOP {
            return Err(Unmappable::Address);
        }
        let mut address = range.start & !(PAGE - 1);
        while address < end {
            address = self.map_some(tables, address, end, access)?;
        }
        Ok(())
    }

    /// Maps the largest page that starts at `address` and ends by `end`, and those behind it in the same table; gives
    /// where the next one starts.
    fn map_some(
        self,
        tables: &mut impl Tables,
        address: u64,
        end: u64,
        access: Access,
    ) -> Result<u64, Unmappable> {
        let mut table = self.root;
        for level in (1..=4).rev() {
            let size = PAGE << (9 * (level - 1));
            let index = usize::try_from(address / size % 512).expect("a remainder of 512 is small");
            let entry = tables.get(table, index);
            let large = if level > 1 { LARGE } else { 0 };
            let leaf = level == 1 || entry & LARGE != 0;
            if entry != 0 && leaf {
                let wanted = address & !(size - 1) | access.bits() | large;
                let next = (address & !(size - 1)) + size;
                return if entry == wanted { Ok(next) } else { Err(Unmappable::Taken) };
            }
            let fits = level == 1 || level == 2 || level == 3 && self.giant;
            if entry == 0 && fits && address.is_multiple_of(size) && end - address >= size {
                return Ok(fill(tables, table, index, address..end, size, access.bits() | large));
            }
            if entry == 0 {
                let below = tables.allocate().ok_or(Unmappable::Exhausted)?;
                // What a page may be is said at the page alone.
                tables.set(table, index, below | PRESENT | WRITABLE | ACCESSED_DIRTY);
                table = below;
            } else {
                table = entry & ADDRESS;
            }
        }
        unreachable!("every page of the last level is free, the same, or taken")
    }
}

/// Maps pages of `size` from an entry of a table on that is free, as far as they fit and the entries behind it are
/// free too; gives where the next one starts.
fn fill(
    tables: &mut impl Tables,
    table: u64,
    first: usize,
    addresses: core::ops::Range<u64>,
    size: u64,
    bits: u64,
) -> u64 {
    let mut next = addresses.start;
    for index in first..512 {
        if addresses.end - next < size || tables.get(table, index) != 0 {
            break;
        }
        tables.set(table, index, next | bits);
        next += size;
    }
    next
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use std::vec;
    use std::vec::Vec;

    /// Tables at made-up addresses.
    #[derive(Default)]
    struct Fake {
        tables: BTreeMap<u64, Vec<u64>>,
        limit: Option<usize>,
    }

    impl Tables for Fake {
        fn allocate(&mut self) -> Option<u64> {
            if self.limit.is_some_and(|limit| self.tables.len() >= limit) {
                return None;
            }
            let address = 0x100_0000 + PAGE * u64::try_from(self.tables.len()).unwrap();
            self.tables.insert(address, vec![0; 512]);
            Some(address)
        }

        fn get(&self, table: u64, index: usize) -> u64 {
            self.tables[&table][index]
        }

        fn set(&mut self, table: u64, index: usize, entry: u64) {
            self.tables.get_mut(&table).unwrap()[index] = entry;
        }
    }

    /// What a processor would find: the address and the bits.
    fn translate(fake: &Fake, tree: Tree, address: u64) -> Option<(u64, u64)> {
        let mut table = tree.root;
        for level in (1..=4).rev() {
            let size = PAGE << (9 * (level - 1));
            let entry = fake.get(table, usize::try_from(address / size % 512).unwrap());
            if entry & PRESENT == 0 {
                return None;
            }
            if level == 1 || entry & LARGE != 0 {
                assert!(level < 3 || tree.giant, "a page of 1 GiB where there are none");
                let base = entry & ADDRESS & !(size - 1);
                return Some((base + address % size, entry & (NO_EXECUTE | WRITABLE | UNCACHED)));
            }
            table = entry & ADDRESS;
        }
        None
    }

    fn range(start: u64, end: u64) -> Range {
        Range { start, end }
    }

    const GIB: u64 = 1 << 30;

    #[test]
    fn every_address_maps_to_itself_and_only_inside_its_range() {
        for giant in [false, true] {
            for (start, end) in [
                (PAGE, 2 * PAGE),
                (0x10_0000, 0x7fe_0000),
                (0x1f_f000, 0x40_1000),
                (GIB - PAGE, 2 * GIB + PAGE),
                (4 * GIB, 9 * GIB),
                (0xfec0_0000, 0xfec0_1000),
                (TOP - 2 * GIB, TOP),
            ] {
                let mut fake = Fake::default();
                let tree = Tree::new(&mut fake, giant).unwrap();
                tree.map(&mut fake, range(start, end), Access::Data).unwrap();
                for address in [start, start + 5, (start + end) / 2, end - 1] {
                    assert_eq!(translate(&fake, tree, address), Some((address, WRITABLE | NO_EXECUTE)));
                }
                assert_eq!(translate(&fake, tree, start - 1), None);
                if end < TOP {
                    assert_eq!(translate(&fake, tree, end), None, "{start:x} to {end:x}");
                }
            }
        }
    }

    #[test]
    fn nothing_can_be_written_and_run() {
        let mut fake = Fake::default();
        let tree = Tree::new(&mut fake, true).unwrap();
        let kinds = [
            (Access::Code, 0),
            (Access::Constant, NO_EXECUTE),
            (Access::Data, WRITABLE | NO_EXECUTE),
            (Access::Device, WRITABLE | NO_EXECUTE | UNCACHED),
        ];
        for (at, (access, _)) in (1..).zip(kinds) {
            tree.map(&mut fake, range(at * PAGE, (at + 1) * PAGE), access).unwrap();
        }
        for (at, (_, bits)) in (1..).zip(kinds) {
            assert_eq!(translate(&fake, tree, at * PAGE), Some((at * PAGE, bits)));
        }
        assert_eq!(translate(&fake, tree, 0), None, "page zero is not mapped");
    }

    #[test]
    fn much_memory_needs_few_tables() {
        for (giant, most) in [(true, 3), (false, 1 + 1 + 256)] {
            let mut fake = Fake::default();
            let tree = Tree::new(&mut fake, giant).unwrap();
            tree.map(&mut fake, range(4 * GIB, 260 * GIB), Access::Data).unwrap();
            assert!(fake.tables.len() <= most, "{} tables", fake.tables.len());
        }
    }

    #[test]
    fn what_is_mapped_stays_what_it_is() {
        let mut fake = Fake::default();
        let tree = Tree::new(&mut fake, true).unwrap();
        tree.map(&mut fake, range(0, 3 * GIB), Access::Data).unwrap();
        assert_eq!(tree.map(&mut fake, range(PAGE, 9 * PAGE), Access::Data), Ok(()));
        assert_eq!(tree.map(&mut fake, range(PAGE, 2 * PAGE), Access::Code), Err(Unmappable::Taken));
        assert_eq!(
            tree.map(&mut fake, range(3 * GIB - 1, 3 * GIB + 1), Access::Device),
            Err(Unmappable::Taken)
        );
        assert_eq!(tree.map(&mut fake, range(5 * GIB + 7, 5 * GIB + 8), Access::Device), Ok(()));
        assert_eq!(tree.map(&mut fake, range(5 * GIB, 5 * GIB + PAGE), Access::Device), Ok(()));
    }

    #[test]
    fn what_cannot_be_is_an_error() {
        let mut fake = Fake { limit: Some(2), ..Fake::default() };
        let tree = Tree::new(&mut fake, true).unwrap();
        assert_eq!(tree.map(&mut fake, range(PAGE, 2 * PAGE), Access::Data), Err(Unmappable::Exhausted));
        assert_eq!(tree.map(&mut fake, range(TOP, TOP + 1), Access::Data), Err(Unmappable::Address));
        assert_eq!(tree.map(&mut fake, range(0, u64::MAX), Access::Data), Err(Unmappable::Address));
        assert_eq!(tree.map(&mut fake, range(5, 5), Access::Code), Ok(()), "no page at all");
    }
}
