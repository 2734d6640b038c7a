//! Devices with registers in memory that ACPI names: those with the identifier `LNRO0005`, as QEMU's microvm has them.
//!
//! The machine language is not run. Such a device is written with its identifier and, behind it, a list of resources, which is
//! looked through for a range of memory and an interrupt (ACPI 6.5, 6.4.3).

use alloc::vec::Vec;

use crate::transport::mmio::Window;

const IDENTIFIER: &[u8] = b"LNRO0005";
/// A descriptor of a fixed range of memory: tag and length; then information, base, length.
const MEMORY: &[u8] = &[0x86, 9, 0];
/// A descriptor of interrupts: tag and length for one; then flags, count, interrupt.
const INTERRUPT: &[u8] = &[0x89, 6, 0];
/// The resources of a device stand within so many bytes behind its identifier.
const NEAR: usize = 256;

/// The registers that the machine language names, in its order: QEMU writes it so that the devices come in the order in which
/// the host has named them.
pub(crate) fn windows(code: &[u8]) -> Vec<Window> {
    let mut windows = Vec::new();
    let mut rest = code;
    while let Some(behind) = after(rest, IDENTIFIER) {
        let end = behind.windows(IDENTIFIER.len()).take(NEAR).position(|word| word == IDENTIFIER);
        windows.extend(window(&behind[..end.unwrap_or(NEAR.min(behind.len()))]));
        rest = behind;
    }
    windows
}

fn window(resources: &[u8]) -> Option<Window> {
    let memory = after(resources, MEMORY)?;
    let interrupt = after(resources, INTERRUPT)?;
    let (address, length) = (word(memory, 1)?, word(memory, 5)?);
    let length = usize::try_from(length).ok().filter(|length| (0x100..=1 << 20).contains(length))?;
    Some(Window { length, address: address.into(), interrupt: word(interrupt, 2)? })
}

/// What stands behind the first `wanted`.
fn after<'a>(bytes: &'a [u8], wanted: &[u8]) -> Option<&'a [u8]> {
    let at = bytes.windows(wanted.len()).position(|window| window == wanted)?;
    Some(&bytes[at + wanted.len()..])
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A device as QEMU 7.2 writes it.
    fn device(address: u32, interrupt: u32) -> Vec<u8> {
        let mut code = Vec::from(
            *b"\x5b\x82\x4b\x05VR00\x08_HID\x0dLNRO0005\0\x08_UID\0\x08_CCA\x01\x08_CRS\x11\x1a\x0a\x17",
        );
        code.extend([0x86, 9, 0, 1]);
        code.extend(address.to_le_bytes());
        code.extend(512u32.to_le_bytes());
        code.extend([0x89, 6, 0, 1, 1]);
        code.extend(interrupt.to_le_bytes());
        code.extend([0x79, 0]);
        code
    }

    #[test]
    fn devices_are_found_with_their_interrupts() {
        let code = [&b"rubbish"[..], &device(0xfeb0_0000, 24), &device(0xfeb0_0200, 25), b"\x79"].concat();
        let expected = [(0xfeb0_0000, 24), (0xfeb0_0200, 25)].map(|(address, interrupt)| Window {
            length: 512,
            address,
            interrupt,
        });
        assert_eq!(windows(&code), expected);
        assert_eq!(windows(b""), []);
    }

    #[test]
    fn damaged_language_gives_no_device() {
        let code = [device(0xfeb0_0000, 24), device(0xfeb0_0200, 25)].concat();
        for end in 0..code.len() {
            assert!(windows(&code[..end]).len() <= 2);
        }
        let without = code.split(|byte| *byte == 0x89).next().expect("there is a first part");
        assert_eq!(windows(without), []);
    }
}
