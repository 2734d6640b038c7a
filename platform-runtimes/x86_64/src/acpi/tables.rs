//! Reading tables: pure, over memory that may hold anything.

use crate::port::Ports;

/// Bytes of the header that all tables have: signature, length, revision, checksum, and who made it (5.2.6).
pub(crate) const HEADER: usize = 36;
/// No table of a virtual machine comes near it.
const LONGEST: usize = 1 << 20;
/// Entries of the root table that are looked at.
const MOST: usize = 256;

/// Memory by physical address.
pub(crate) trait Physical {
    /// Bytes, if they can be read.
    fn bytes(&self, address: u64, length: usize) -> Option<&[u8]>;
}

/// Up to eight bytes at an offset as a number, lowest first; nothing behind the end.
pub(crate) fn number(bytes: &[u8], offset: usize, length: usize) -> Option<u64> {
    let bytes = bytes.get(offset..offset.checked_add(length)?)?;
    let mut word = [0; 8];
    word.get_mut(..length)?.copy_from_slice(bytes);
    Some(u64::from_le_bytes(word))
}

fn sums_to_zero(bytes: &[u8]) -> bool {
    bytes.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte)) == 0
}

/// A table at an address, if it has the signature and its sum is right.
pub(crate) fn at<M: Physical>(memory: &M, address: u64, signature: [u8; 4]) -> Option<&[u8]> {
    let header = memory.bytes(address, HEADER)?;
    if header.get(..4)? != signature {
        return None;
    }
    let length = usize::try_from(number(header, 4, 4)?).ok()?;
    if !(HEADER..=LONGEST).contains(&length) {
        return None;
    }
    memory.bytes(address, length).filter(|table| sums_to_zero(table))
}

/// The root table: addresses of all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Root {
    address: u64,
    /// Addresses of 64 bits: an XSDT. Else an RSDT with 32.
    wide: bool,
}

impl Root {
    /// Finds the pointer to it: where the loader says, else where PCs have it (5.2.5.1).
    pub(crate) fn find(memory: &impl Physical, hint: u64) -> Option<Self> {
        if hint != 0
            && let Some(root) = Self::behind(memory, hint)
        {
            return Some(root);
        }
        let firmware = (0xe_0000..0x10_0000).step_by(16);
        // The segment of the extended data area of the BIOS stands at 0x40e, in the page that is never mapped: where
        // it mostly is has to do.
        let data = (0x9_fc00..0xa_0000).step_by(16);
        firmware.chain(data).find_map(|address| Self::behind(memory, address))
    }

    /// The table to which a pointer at this address leads (5.2.5.3).
    fn behind(memory: &impl Physical, address: u64) -> Option<Self> {
        let pointer = memory.bytes(address, 20)?;
        if pointer.get(..8)? != b"RSD PTR " || !sums_to_zero(pointer) {
            return None;
        }
        let narrow = Self { address: number(pointer, 16, 4)?, wide: false };
        if *pointer.get(15)? >= 2
            && let Some(pointer) = memory.bytes(address, 36).filter(|pointer| sums_to_zero(pointer))
        {
            let wide = Self { address: number(pointer, 24, 8)?, wide: true };
            if at(memory, wide.address, *b"XSDT").is_some() {
                return Some(wide);
            }
        }
        at(memory, narrow.address, *b"RSDT").map(|_| narrow)
    }

    /// The first table with a signature.
    pub(crate) fn table<M: Physical>(self, memory: &M, signature: [u8; 4]) -> Option<&[u8]> {
        let (name, size) = if self.wide { (*b"XSDT", 8) } else { (*b"RSDT", 4) };
        let entries = at(memory, self.address, name)?.get(HEADER..)?;
        let mut addresses = entries.chunks_exact(size).filter_map(|entry| number(entry, 0, size)).take(MOST);
        addresses.find_map(|address| at(memory, address, signature))
    }
}

/// In which space an address is (5.2.3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Space {
    /// Memory.
    Memory,
    /// Ports.
    Port,
}

/// A generic address: a register of 8 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Register {
    pub(crate) space: Space,
    pub(crate) address: u64,
}

impl Register {
    fn read(table: &[u8], offset: usize) -> Option<Self> {
        let space = match table.get(offset)? {
            0 => Space::Memory,
            1 => Space::Port,
            _ => return None,
        };
        let address = number(table, offset + 4, 8)?;
        (address != 0).then_some(Self { space, address })
    }
}

/// The fixed description table (5.2.9), as far as it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fadt {
    /// Where the machine language is.
    pub(crate) dsdt: u64,
    /// The interrupt of events, as ISA numbers it.
    pub(crate) interrupt: u8,
    /// No fixed hardware: neither PM1 registers nor an SMI.
    pub(crate) hardware_reduced: bool,
    /// How the machine is reset.
    pub(crate) reset: Option<(Register, u8)>,
    /// The sleep control register of a machine without fixed hardware.
    pub(crate) sleep_control: Option<Register>,
    command: u16,
    enable: u8,
    event: u16,
    event_length: u8,
    control: u16,
    control_b: u16,
}

impl Fadt {
    pub(crate) fn read(table: &[u8]) -> Option<Self> {
        let port = |offset| u16::try_from(number(table, offset, 4)?).ok();
        let flags = number(table, 112, 4).unwrap_or(0);
        let dsdt = match number(table, 140, 8) {
            Some(address) if address != 0 => address,
            _ => number(table, 40, 4)?,
        };
        const RESET: u64 = 1 << 10;
        const HARDWARE_REDUCED: u64 = 1 << 20;
        let reset = (flags & RESET != 0).then(|| Some((Register::read(table, 116)?, *table.get(128)?)));
        Some(Self {
            dsdt,
            interrupt: *table.get(46)?,
            hardware_reduced: flags & HARDWARE_REDUCED != 0,
            reset: reset.flatten(),
            sleep_control: Register::read(table, 244),
            command: port(48)?,
            enable: *table.get(52)?,
            event: port(56)?,
            event_length: *table.get(88)?,
            control: port(64)?,
            control_b: port(68)?,
        })
    }

    /// The PM1a control register.
    pub(crate) fn control(&self) -> Option<Ports> {
        ports(self.control, 2)
    }

    /// The PM1b control register.
    pub(crate) fn control_b(&self) -> Option<Ports> {
        ports(self.control_b, 2)
    }

    /// The PM1a status register.
    pub(crate) fn status(&self) -> Option<Ports> {
        ports(self.event, 2)
    }

    /// The PM1a enable register: the second half of the event registers.
    pub(crate) fn enabled(&self) -> Option<Ports> {
        let half = u16::from(self.event_length / 2);
        if self.event == 0 || half < 2 { None } else { ports(self.event.checked_add(half)?, 2) }
    }

    /// Where and with what the firmware is told to leave the events to us.
    pub(crate) fn enable(&self) -> Option<(Ports, u8)> {
        (self.enable != 0).then_some(())?;
        Some((ports(self.command, 1)?, self.enable))
    }
}

fn ports(base: u16, length: u16) -> Option<Ports> {
    (base != 0 && base.checked_add(length).is_some()).then(|| Ports::new(base, length))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use std::vec;
    use std::vec::Vec;

    /// Memory in pieces.
    #[derive(Clone, Default)]
    pub(crate) struct Pieces(BTreeMap<u64, Vec<u8>>);

    impl Physical for Pieces {
        fn bytes(&self, address: u64, length: usize) -> Option<&[u8]> {
            let (start, piece) = self.0.range(..=address).next_back()?;
            let offset = usize::try_from(address - start).ok()?;
            piece.get(offset..offset.checked_add(length)?)
        }
    }

    fn sum(bytes: &mut [u8], at: usize) {
        bytes[at] = 0;
        bytes[at] = bytes.iter().fold(0_u8, |sum, byte| sum.wrapping_sub(*byte));
    }

    /// A table with a header.
    pub(crate) fn table(signature: &[u8; 4], body: &[u8]) -> Vec<u8> {
        let mut table = vec![0; HEADER];
        table[..4].copy_from_slice(signature);
        table.extend(body);
        let length = u32::try_from(table.len()).unwrap();
        table[4..8].copy_from_slice(&length.to_le_bytes());
        sum(&mut table, 9);
        table
    }

    fn fadt() -> Vec<u8> {
        let mut body = vec![0; 232];
        let mut set =
            |offset: usize, bytes: &[u8]| body[offset - HEADER..][..bytes.len()].copy_from_slice(bytes);
        set(40, &0x5000_u32.to_le_bytes());
        set(46, &[9, 0]);
        set(48, &0xb2_u32.to_le_bytes());
        set(52, &[0xf1]);
        set(56, &0x600_u32.to_le_bytes());
        set(64, &0x604_u32.to_le_bytes());
        set(88, &[4, 2]);
        set(112, &(1_u32 << 10).to_le_bytes());
        set(116, &[1, 8, 0, 1]);
        set(120, &0xcf9_u64.to_le_bytes());
        set(128, &[6]);
        set(244, &[0, 8, 0, 1]);
        set(248, &0xfea0_0200_u64.to_le_bytes());
        table(b"FACP", &body)
    }

    fn pointer(revision: u8) -> Vec<u8> {
        let mut pointer = vec![0; 36];
        pointer[..8].copy_from_slice(b"RSD PTR ");
        pointer[15] = revision;
        pointer[16..20].copy_from_slice(&0x2000_u32.to_le_bytes());
        pointer[20..24].copy_from_slice(&36_u32.to_le_bytes());
        pointer[24..32].copy_from_slice(&0x3000_u64.to_le_bytes());
        sum(&mut pointer[..20], 8);
        sum(&mut pointer, 32);
        pointer
    }

    fn machine(revision: u8, at: u64) -> Pieces {
        let narrow: Vec<u8> = [0x4000_u32, 0x4800].iter().flat_map(|address| address.to_le_bytes()).collect();
        let wide: Vec<u8> = [0x4000_u64, 0x4800].iter().flat_map(|address| address.to_le_bytes()).collect();
        Pieces(BTreeMap::from([
            (at, pointer(revision)),
            (0x2000, table(b"RSDT", &narrow)),
            (0x3000, table(b"XSDT", &wide)),
            (0x4000, table(b"APIC", &[0; 8])),
            (0x4800, fadt()),
            (0x5000, table(b"DSDT", b"\x08_S5_\x12")),
        ]))
    }

    #[test]
    fn tables_are_found_from_every_pointer() {
        for (revision, wide) in [(0, false), (2, true)] {
            for (at, hint) in
                [(0xf_5a40, 0), (0xe_0000, 0), (0x9_fc00, 0), (0x1000, 0x1000), (0xf_0000, 0x7777)]
            {
                let memory = machine(revision, at);
                let root = Root::find(&memory, hint).unwrap();
                assert_eq!(root.wide, wide);
                let fadt = Fadt::read(root.table(&memory, *b"FACP").unwrap()).unwrap();
                assert_eq!((fadt.dsdt, fadt.interrupt, fadt.hardware_reduced), (0x5000, 9, false));
                assert_eq!(fadt.reset, Some((Register { space: Space::Port, address: 0xcf9 }, 6)));
                assert_eq!(fadt.sleep_control, Some(Register { space: Space::Memory, address: 0xfea0_0200 }));
                assert_eq!(fadt.status(), Some(Ports::new(0x600, 2)));
                assert_eq!(fadt.enabled(), Some(Ports::new(0x602, 2)));
                assert_eq!(fadt.control(), Some(Ports::new(0x604, 2)));
                assert_eq!(fadt.control_b(), None);
                assert_eq!(fadt.enable(), Some((Ports::new(0xb2, 1), 0xf1)));
                assert_eq!(root.table(&memory, *b"HPET"), None);
            }
        }
    }

    #[test]
    fn a_broken_wide_root_leaves_the_narrow_one() {
        let mut memory = machine(2, 0xf_0000);
        memory.0.get_mut(&0x3000).unwrap()[40] ^= 1;
        assert_eq!(Root::find(&memory, 0), Some(Root { address: 0x2000, wide: false }));
        memory.0.remove(&0x2000);
        assert_eq!(Root::find(&memory, 0), None);
    }

    #[test]
    fn damaged_tables_are_refused_or_read_and_never_panic() {
        let whole = machine(2, 0xf_0000);
        let pieces: Vec<u64> = whole.0.keys().copied().collect();
        let mut state = 7_u64;
        let mut next = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(state >> 33).unwrap() % below
        };
        for _ in 0..2_000 {
            let mut memory = whole.clone();
            let name = pieces[next(pieces.len())];
            let piece = memory.0.get_mut(&name).unwrap();
            for _ in 0..=next(3) {
                let at = next(piece.len());
                piece[at] = u8::try_from(next(256)).unwrap();
            }
            if next(2) == 0 {
                let length = next(piece.len() + 1);
                piece.truncate(length);
            }
            if next(2) == 0 && piece.len() >= HEADER {
                // As a careful attacker would: the sum is right.
                sum(piece, 9);
            }
            if let Some(root) = Root::find(&memory, 0)
                && let Some(fadt) = root.table(&memory, *b"FACP").and_then(Fadt::read)
            {
                let _ = (fadt.control(), fadt.control_b(), fadt.status(), fadt.enabled(), fadt.enable());
                let _ = at(&memory, fadt.dsdt, *b"DSDT");
            }
        }
    }
}
