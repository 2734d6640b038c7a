//! Which virtio devices there are: those that the command line names, those on PCI, and else those that ACPI names.
//!
//! Monitors without PCI say on the command line where registers lie, in the syntax that Linux documents for
//! `virtio_mmio.device=` (Documentation/admin-guide/kernel-parameters): size, address, interrupt, and a number that says
//! nothing here.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::fault::Fault;
use crate::firmware;
use crate::memory::Registers;
use crate::pci::{self, Address, Bus, Function};
use crate::transport::Transport;
use crate::transport::legacy::Legacy;
use crate::transport::mmio::{Mmio, Window};
use crate::transport::modern::Modern;

/// What stands before the place of a device.
const WORD: &str = "virtio_mmio.device=";

/// Where a device is, and what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its type (virtio 1.2, 5).
    pub kind: u32,
    at: At,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum At {
    Memory(Window),
    Pci(Address),
}

/// A word of the command line that should name a device and does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed(pub String);

/// Finds all devices: those of the command line in its order, then those on PCI. ACPI is only asked where nothing else tells.
pub fn find(bus: &dyn Bus, command_line: &str) -> Result<Vec<Place>, Malformed> {
    let mut windows = windows(command_line)?;
    let functions = pci::find(bus);
    if windows.is_empty() && functions.is_empty() {
        windows = firmware::windows(bus.machine_language());
    }
    let mut places = Vec::new();
    for window in windows {
        if let Ok(Some(device)) = probe(window, bus) {
            places.push(Place { kind: device.kind(), at: At::Memory(window) });
        }
    }
    for address in functions {
        places.push(Place { kind: Function::at(bus, address).kind(), at: At::Pci(address) });
    }
    Ok(places)
}

impl Place {
    /// Opens the way to the device.
    pub fn open(&self, bus: &dyn Bus) -> Result<Box<dyn Transport>, Fault> {
        match self.at {
            At::Memory(window) => {
                let mut device = probe(window, bus)?.ok_or(Fault::Registers)?;
                device.connect(bus.line(window.interrupt).ok_or(Fault::Interrupt)?);
                Ok(Box::new(device))
            }
            At::Pci(address) => {
                let function = Function::enable(bus, address);
                if let Some(device) = Modern::probe(&function)? {
                    return Ok(Box::new(device));
                }
                let device = Legacy::probe(&function)?.ok_or(Fault::Registers)?;
                Ok(Box::new(device))
            }
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at {
            At::Memory(window) => write!(f, "the virtio device at {:#x}", window.address),
            At::Pci(address) => write!(f, "the virtio device {address}"),
        }
    }
}

fn probe(window: Window, bus: &dyn Bus) -> Result<Option<Mmio<Box<dyn Registers>>>, Fault> {
    let registers = bus.memory(window.address, window.length).ok_or(Fault::Registers)?;
    Mmio::probe(registers, window.address)
}

/// The registers that a command line names.
pub fn windows(command_line: &str) -> Result<Vec<Window>, Malformed> {
    let words = command_line.split_ascii_whitespace().filter_map(|word| word.strip_prefix(WORD));
    words.map(|word| window(word).ok_or_else(|| Malformed(word.into()))).collect()
}

fn window(word: &str) -> Option<Window> {
    let (length, rest) = word.split_once('@')?;
    let mut parts = rest.split(':');
    let (address, interrupt) = (parts.next()?, parts.next()?);
    if let Some(id) = parts.next() {
        id.parse::<i32>().ok()?;
    }
    let length = usize::try_from(size(length)?).ok()?;
    // More than any device has, and less than would be mapped by mistake.
    let sensible = (0x100..=1 << 20).contains(&length) && parts.next().is_none();
    let interrupt = u32::try_from(number(interrupt)?).ok()?;
    sensible.then_some(Window { length, address: size(address)?, interrupt })
}

/// A number with a suffix for powers of 1024.
fn size(text: &str) -> Option<u64> {
    let shift = match text.as_bytes().last()?.to_ascii_lowercase() {
        b'k' => 10,
        b'm' => 20,
        b'g' => 30,
        _ => 0,
    };
    let digits = if shift == 0 { text } else { &text[..text.len() - 1] };
    number(digits)?.checked_mul(1 << shift)
}

/// A number as C writes it: decimal, hexadecimal, octal.
fn number(text: &str) -> Option<u64> {
    let (digits, radix) = if let Some(digits) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        (digits, 16)
    } else if text.len() > 1 && text.starts_with('0') {
        (&text[1..], 8)
    } else {
        (text, 10)
    };
    // `from_str_radix` takes a sign.
    if digits.starts_with('+') { None } else { u64::from_str_radix(digits, radix).ok() }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{WORD}{}` on the command line should be `{WORD}<size>@<address>:<interrupt>`", self.0)
    }
}

impl core::error::Error for Malformed {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_read_as_linux_reads_them() {
        let check = |line: &str, expected: &[(usize, u64, u32)]| {
            let found = windows(line).map(|windows| {
                windows.into_iter().map(|w| (w.length, w.address, w.interrupt)).collect::<Vec<_>>()
            });
            assert_eq!(found.as_deref(), Ok(expected), "{line}");
        };
        check("", &[]);
        check("--port=80 console=ttyS0", &[]);
        check("virtio_mmio.device=512@0xfeb02e00:23", &[(512, 0xfeb0_2e00, 23)]);
        check(
            "pci=off virtio_mmio.device=4K@0xd0000000:5 --a virtio_mmio.device=0x200@3G:0x10:1",
            &[(4096, 0xd000_0000, 5), (512, 3 << 30, 16)],
        );
    }

    #[test]
    fn what_names_no_device_is_an_error() {
        for word in [
            "",
            "512",
            "512@",
            "512@1",
            "512@1:",
            "512@0x:5",
            "@1:5",
            "K@1:5",
            "4k@1:5:x",
            "4k@1:5:6:7",
            "-512@1:5",
            "512@+1:5",
            "16@1:5",
            "4G@1:5",
            "512@1:4294967296",
            "99999999999999999999@1:1",
            "512@99999999999G:1",
            "512@ü:1",
            "512ü@1:1",
        ] {
            let line = alloc::format!("a {WORD}{word} b");
            assert_eq!(windows(&line), Err(Malformed(word.into())), "{word}");
        }
    }
}
