//! What the loader tells: `hvm_start_info` and the memory map (Xen, xen/include/public/arch-x86/hvm/start_info.h).
//!
//! It is a pure reader over bytes, which may be wrong in any way.

/// `XEN_HVM_START_MAGIC_VALUE`.
const MAGIC: u32 = 0x336e_c578;
/// `XEN_HVM_MEMMAP_TYPE_RAM`.
const RAM: u32 = 1;
/// How long the structure is in version 1, which brought the memory map.
pub(crate) const LENGTH: usize = 56;
/// How long an entry of the memory map is: address, size, type, reserved.
pub(crate) const ENTRY: usize = 24;

/// The start info: physical addresses of what the loader has put into memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StartInfo {
    /// A text that ends with a zero; zero if there is none.
    pub(crate) command_line: u64,
    /// The root of the ACPI tables; zero if the loader does not know.
    pub(crate) rsdp: u64,
    /// The memory map.
    pub(crate) map: u64,
    /// Entries of the memory map.
    pub(crate) entries: u32,
    /// The list of modules, entries of 32 bytes that start with address and size.
    pub(crate) modules: u64,
    /// Entries of the list of modules.
    pub(crate) module_count: u32,
}

/// Why an image cannot start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Malformed {
    /// It is no start info.
    Magic,
    /// Version 0 has no memory map.
    Version,
}

/// Memory from `start` up to `end`, as addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Range {
    pub(crate) start: u64,
    pub(crate) end: u64,
}

impl StartInfo {
    pub(crate) fn read(bytes: &[u8; LENGTH]) -> Result<Self, Malformed> {
        if word32(bytes, 0) != MAGIC {
            return Err(Malformed::Magic);
        }
        let info = Self {
            module_count: word32(bytes, 12),
            modules: word64(bytes, 16),
            command_line: word64(bytes, 24),
            rsdp: word64(bytes, 32),
            map: word64(bytes, 40),
            entries: word32(bytes, 48),
        };
        if word32(bytes, 4) == 0 || info.map == 0 || info.entries == 0 {
            return Err(Malformed::Version);
        }
        Ok(info)
    }
}

/// The memory of an entry of the map, and whether it is RAM; nothing if it makes no sense.
pub(crate) fn entry(entry: &[u8; ENTRY]) -> Option<(Range, bool)> {
    let (start, size) = (word64(entry, 0), word64(entry, 8));
    let end = start.checked_add(size)?;
    (end > start).then_some((Range { start, end }, word32(entry, 16) == RAM))
}

/// Cuts `range` out of `from`: what is left below, and what is left above.
pub(crate) fn without(from: Range, range: Range) -> [Option<Range>; 2] {
    if range.end <= from.start || range.start >= from.end || range.start >= range.end {
        return [Some(from), None];
    }
    let below = (range.start > from.start).then_some(Range { start: from.start, end: range.start });
    let above = (range.end < from.end).then_some(Range { start: range.end, end: from.end });
    [below, above]
}

fn word32(bytes: &[u8], at: usize) -> u32 {
    let mut word = [0; 4];
    word.copy_from_slice(&bytes[at..at + 4]);
    u32::from_le_bytes(word)
}

pub(crate) fn word64(bytes: &[u8], at: usize) -> u64 {
    let mut word = [0; 8];
    word.copy_from_slice(&bytes[at..at + 8]);
    u64::from_le_bytes(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(version: u32, entries: u32) -> [u8; LENGTH] {
        let mut bytes = [0; LENGTH];
        bytes[0..4].copy_from_slice(&MAGIC.to_le_bytes());
        bytes[4..8].copy_from_slice(&version.to_le_bytes());
        bytes[12..16].copy_from_slice(&1_u32.to_le_bytes());
        bytes[16..24].copy_from_slice(&0x5000_u64.to_le_bytes());
        bytes[24..32].copy_from_slice(&0x2000_u64.to_le_bytes());
        bytes[32..40].copy_from_slice(&0xf_0000_u64.to_le_bytes());
        bytes[40..48].copy_from_slice(&0x3000_u64.to_le_bytes());
        bytes[48..52].copy_from_slice(&entries.to_le_bytes());
        bytes
    }

    #[test]
    fn a_start_info_says_where_things_are() {
        let read = StartInfo::read(&info(1, 7)).unwrap();
        let expected = StartInfo {
            command_line: 0x2000,
            rsdp: 0xf_0000,
            map: 0x3000,
            entries: 7,
            modules: 0x5000,
            module_count: 1,
        };
        assert_eq!(read, expected);
        assert_eq!(StartInfo::read(&info(0, 7)), Err(Malformed::Version));
        assert_eq!(StartInfo::read(&info(1, 0)), Err(Malformed::Version));
        assert_eq!(StartInfo::read(&[0; LENGTH]), Err(Malformed::Magic));
    }

    #[test]
    fn only_memory_that_ends_behind_its_start_counts() {
        let read = |start: u64, size: u64, kind: u32| {
            let mut bytes = [0; ENTRY];
            bytes[0..8].copy_from_slice(&start.to_le_bytes());
            bytes[8..16].copy_from_slice(&size.to_le_bytes());
            bytes[16..20].copy_from_slice(&kind.to_le_bytes());
            entry(&bytes)
        };
        let range = Range { start: 0x1000, end: 0x3000 };
        assert_eq!(read(0x1000, 0x2000, 1), Some((range, true)));
        assert_eq!(read(0x1000, 0x2000, 2), Some((range, false)));
        for (start, size) in [(0x1000, 0), (u64::MAX, 2)] {
            assert_eq!(read(start, size, 1), None, "{start} {size}");
        }
    }

    #[test]
    fn what_is_cut_out_leaves_the_rest() {
        let range = |start, end| Range { start, end };
        let from = range(10, 20);
        for (cut, below, above) in [
            (range(0, 10), Some(from), None),
            (range(20, 30), Some(from), None),
            (range(5, 12), None, Some(range(12, 20))),
            (range(18, 25), Some(range(10, 18)), None),
            (range(12, 15), Some(range(10, 12)), Some(range(15, 20))),
            (range(10, 20), None, None),
            (range(0, 30), None, None),
            (range(15, 15), Some(from), None),
        ] {
            assert_eq!(without(from, cut), [below, above], "{cut:?}");
        }
    }
}
