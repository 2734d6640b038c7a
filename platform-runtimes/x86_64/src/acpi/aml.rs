//! Finding names in the machine language of the firmware, without running it.
//!
//! What is looked for is written the same way by all known compilers: a package of constants, and a device with an
//! identifier and a region. What is written otherwise is not found, and nothing is done with it (ACPI 6.5, chapter
//! 20).

use super::tables::number;

const NAME: u8 = 0x08;
const PACKAGE: u8 = 0x12;
const EXTENDED: u8 = 0x5b;
const REGION: u8 = 0x80;
const SYSTEM_MEMORY: u8 = 0;

/// The kind of sleep that is written to the registers a and b.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sleep {
    pub(crate) a: u8,
    pub(crate) b: u8,
}

/// A device that raises events without fixed hardware (5.6.9): one register, which says what has happened, and
/// forgets it when it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct GenericEvents {
    /// The register.
    pub(crate) address: u64,
    /// Its bytes: QEMU's has four, Cloud Hypervisor's one.
    pub(crate) length: usize,
    /// Its global system interrupt.
    pub(crate) interrupt: u32,
}

fn positions<'a>(code: &'a [u8], word: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    code.windows(word.len()).enumerate().filter(move |(_, window)| *window == word).map(|(at, _)| at)
}

/// A constant, and how many bytes it takes (20.2.3).
fn constant(code: &[u8]) -> Option<(u64, usize)> {
    match code.first()? {
        0x00 => Some((0, 1)),
        0x01 => Some((1, 1)),
        0x0a => Some((number(code, 1, 1)?, 2)),
        0x0b => Some((number(code, 1, 2)?, 3)),
        0x0c => Some((number(code, 1, 4)?, 5)),
        0x0e => Some((number(code, 1, 8)?, 9)),
        _ => None,
    }
}

/// `Name (\_S5, Package () { a, b, … })`: what switches the machine off.
pub(crate) fn soft_off(code: &[u8]) -> Option<Sleep> {
    positions(code, b"_S5_").find_map(|at| {
        let named = at >= 1 && code[at - 1] == NAME || at >= 2 && code[at - 2..at] == [NAME, b'\\'];
        let package = code.get(at + 4..)?;
        if !named || *package.first()? != PACKAGE {
            return None;
        }
        // The length takes one to four bytes, as the top bits of the first say; then comes the number of elements.
        let elements = package.get(1 + 1 + usize::from(*package.get(1)? >> 6) + 1..)?;
        let (a, length) = constant(elements)?;
        let b = elements.get(length..).and_then(constant).map_or(0, |(b, _)| b);
        // Kinds of sleep have three bits.
        let kind = |value: u64| u8::try_from(value & 7).unwrap_or_default();
        Some(Sleep { a: kind(a), b: kind(b) })
    })
}

/// The device `ACPI0013` with its interrupt, and the region of its register. QEMU writes the region into that device,
/// Cloud Hypervisor into another one, as `GDST`.
pub(crate) fn generic_events(code: &[u8]) -> Option<GenericEvents> {
    // Interrupt, region and identifier stand close together.
    const CLOSE: usize = 256;
    let elsewhere = || positions(code, b"\x5b\x80GDST").find_map(|at| region(&code[at + 2..]));
    positions(code, b"ACPI0013\0").find_map(|at| {
        let device = code.get(at..code.len().min(at + CLOSE))?;
        let interrupt = interrupt(device)?;
        let inside = positions(device, &[EXTENDED, REGION]).find_map(|at| region(&device[at + 2..]));
        let (address, length) = inside.or_else(elsewhere)?;
        Some(GenericEvents { address, length, interrupt })
    })
}

/// The first extended interrupt descriptor (6.4.3.6): tag, length, flags, count, interrupts.
fn interrupt(code: &[u8]) -> Option<u32> {
    positions(code, &[0x89]).find_map(|at| {
        let length = number(code, at + 1, 2)?;
        let count = number(code, at + 4, 1)?;
        // The length of a descriptor with so many interrupts and no name of a controller.
        if count == 0 || length != 2 + 4 * count {
            return None;
        }
        u32::try_from(number(code, at + 5, 4)?).ok()
    })
}

/// The address and the length of a region of system memory for one register: name, space, address, length.
fn region(code: &[u8]) -> Option<(u64, usize)> {
    if *code.get(4)? != SYSTEM_MEMORY {
        return None;
    }
    let (address, length) = constant(code.get(5..)?)?;
    let (size, _) = constant(code.get(5 + length..)?)?;
    let size = usize::try_from(size).ok()?;
    matches!(size, 1 | 4).then_some((address, size))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    /// As QEMU 7.2 writes it for microvm.
    fn events() -> Vec<u8> {
        let mut code = Vec::from(
            *b"\x5b\x82\x4f\x07GED_\x08_HID\x0dACPI0013\0\x08_UID\x0dGED\0\x08_CRS\x11\x0e\x0a\x0b",
        );
        code.extend([0x89, 6, 0, 3, 1, 9, 0, 0, 0, 0x79, 0]);
        code.extend(b"\x5b\x80EREG\0\x0c\0\0\xa0\xfe\x0a\x04\x5b\x81\x0bEREG\x03ESEL\x20");
        code
    }

    #[test]
    fn the_kind_of_sleep_is_found() {
        for (code, expected) in [
            // pc and q35, microvm, and other ways to write a package.
            (&b"\x10\x08_S5_\x12\x06\x04\0\0\0\0"[..], Some((0, 0))),
            (b"\x08_S5_\x12\x06\x04\x0a\x05\x0a\x06\0\0", Some((5, 6))),
            (b"\x08\\_S5_\x12\x08\x04\x0a\x07\0\0\0", Some((7, 0))),
            (b"\x08_S5_\x12\x46\x00\x04\x01\x01\0\0", Some((1, 1))),
            (b"\x08_S5_\x12\x05\x01\x0a\x05", Some((5, 0))),
            (b"_S5__S5_\x08_S5_\x12\x06\x04\x0a\x05\x0a\x06\0\0", Some((5, 6))),
            (b"\x08_S5_\x12\x06\x04", None),
            (b"\x08_S5_\x12", None),
            (b"\x08_S5_", None),
            (b"\x08_S4_\x12\x06\x04\x0a\x05\x0a\x06\0\0", None),
            (b"\x10_S5_\x12\x06\x04\x0a\x05\x0a\x06\0\0", None),
            (b"", None),
        ] {
            assert_eq!(soft_off(code), expected.map(|(a, b)| Sleep { a, b }), "{code:x?}");
        }
    }

    #[test]
    fn generic_events_are_found() {
        let expected = GenericEvents { address: 0xfea0_0000, length: 4, interrupt: 9 };
        let mut code = std::vec![0; 1000];
        code.extend(events());
        assert_eq!(generic_events(&code), Some(expected));
        for at in 0..events().len() - 13 {
            assert_eq!(generic_events(&events()[..at]), None, "cut at {at}");
        }
        // As Cloud Hypervisor writes it.
        let mut code = Vec::from(
            *b"\x08_CRS\x11\x20\x5b\x80GDST\0\x0e\0\x10\0\xe8\0\0\0\0\x01\x5b\x81\x0bGDST\x01GDAT\x08",
        );
        code.extend(b"\x5b\x82\x30GED_\x08_HID\x0dACPI0013\0\x08_UID\0\x08_CRS\x11\x0e\x0a\x0b");
        code.extend([0x89, 6, 0, 3, 1, 5, 0, 0, 0, 0x79, 0]);
        assert_eq!(
            generic_events(&code),
            Some(GenericEvents { address: 0xe800_1000, length: 1, interrupt: 5 })
        );
    }

    #[test]
    fn nothing_that_stands_there_panics() {
        let mut whole = events();
        whole.extend(b"\x08_S5_\x12\x06\x04\x0a\x05\x0a\x06\0\0");
        let mut state = 3_u64;
        let mut next = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(state >> 33).unwrap() % below
        };
        for _ in 0..50_000 {
            let mut code = whole.clone();
            for _ in 0..=next(4) {
                let at = next(code.len());
                code[at] = u8::try_from(next(256)).unwrap();
            }
            let end = next(code.len() + 1);
            let start = next(end + 1);
            if let Some(sleep) = soft_off(&code[start..end]) {
                assert!(sleep.a < 8 && sleep.b < 8);
            }
            generic_events(&code[start..end]);
        }
    }
}
