//! Where interrupt controllers are, and where ISA's interrupts arrive: the multiple APIC description table (5.2.12).

use alloc::vec;
use alloc::vec::Vec;

use super::tables::{HEADER, number};

/// An I/O interrupt controller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Controller {
    /// Of its registers.
    pub(crate) address: u64,
    /// Its first global system interrupt.
    pub(crate) first: u32,
}

/// An interrupt of ISA that does not arrive where its number says, or as ISA's interrupts do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Override {
    interrupt: u8,
    global: u32,
    flags: u16,
}

/// All controllers of a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Controllers {
    pub(crate) controllers: Vec<Controller>,
    overrides: Vec<Override>,
}

/// A PC has one controller, at an address that all know.
impl Default for Controllers {
    fn default() -> Self {
        Self { controllers: vec![Controller { address: 0xfec0_0000, first: 0 }], overrides: Vec::new() }
    }
}

impl Controllers {
    /// Reads the table; what is malformed ends it.
    pub(crate) fn read(table: &[u8]) -> Self {
        let mut found = Self { controllers: Vec::new(), overrides: Vec::new() };
        let mut rest = table.get(HEADER + 8..).unwrap_or_default();
        while let [kind, length, ..] = *rest {
            let Some(entry) = rest.get(..usize::from(length)).filter(|entry| entry.len() >= 2) else { break };
            match kind {
                1 => found.controllers.extend(controller(entry)),
                2 => found.overrides.extend(exception(entry)),
                _ => {}
            }
            rest = &rest[entry.len()..];
        }
        if found.controllers.is_empty() {
            found.controllers = Self::default().controllers;
        }
        found
    }

    /// The global system interrupt of an interrupt of ISA.
    pub(crate) fn global(&self, interrupt: u8) -> u32 {
        self.overrides
            .iter()
            .find(|own| own.interrupt == interrupt)
            .map_or(interrupt.into(), |own| own.global)
    }

    /// Whether a low level means that a global system interrupt is raised: as the table says, else as the bus has it.
    /// ISA's are raised by a high level, those above, which are PCI's, by a low one.
    pub(crate) fn is_low(&self, global: u32) -> bool {
        let flags = self.overrides.iter().find(|own| own.global == global).map_or(0, |own| own.flags & 3);
        match flags {
            1 => false,
            3 => true,
            _ => global >= 16,
        }
    }
}

fn controller(entry: &[u8]) -> Option<Controller> {
    Some(Controller { address: number(entry, 4, 4)?, first: u32::try_from(number(entry, 8, 4)?).ok()? })
}

fn exception(entry: &[u8]) -> Option<Override> {
    Some(Override {
        interrupt: *entry.get(3)?,
        global: u32::try_from(number(entry, 4, 4)?).ok()?,
        flags: u16::try_from(number(entry, 8, 2)?).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::super::tables::tests::table;
    use super::*;

    /// As QEMU writes it for microvm with two controllers.
    fn entries() -> Vec<u8> {
        let mut body = vec![0; 8];
        body.extend([0, 8, 0, 0, 1, 0, 0, 0]);
        body.extend([1, 12, 0, 0, 0, 0, 0xc0, 0xfe, 0, 0, 0, 0]);
        body.extend([1, 12, 1, 0, 0, 0, 0xc1, 0xfe, 24, 0, 0, 0]);
        body.extend([2, 10, 0, 0, 2, 0, 0, 0, 0, 0]);
        body.extend([2, 10, 0, 9, 9, 0, 0, 0, 0x0d, 0]);
        body.extend([2, 10, 0, 11, 20, 0, 0, 0, 0x0f, 0]);
        body
    }

    #[test]
    fn controllers_and_overrides_are_found() {
        let read = Controllers::read(&table(b"APIC", &entries()));
        let expected =
            [Controller { address: 0xfec0_0000, first: 0 }, Controller { address: 0xfec1_0000, first: 24 }];
        assert_eq!(read.controllers, expected);
        for (interrupt, global, low) in [(0, 2, false), (9, 9, false), (11, 20, true), (5, 5, false)] {
            assert_eq!((read.global(interrupt), read.is_low(global)), (global, low), "{interrupt}");
        }
        assert!(read.is_low(17));
    }

    #[test]
    fn a_malformed_table_is_read_as_far_as_it_makes_sense() {
        let whole = entries();
        for length in 0..whole.len() {
            let read = Controllers::read(&table(b"APIC", &whole[..length]));
            assert!(!read.controllers.is_empty());
        }
        for (at, byte) in (0..whole.len()).flat_map(|at| [(at, 0), (at, 1), (at, 2), (at, 255)]) {
            let mut body = whole.clone();
            body[at] = byte;
            assert!(!Controllers::read(&table(b"APIC", &body)).controllers.is_empty());
        }
        assert_eq!(Controllers::read(&[]), Controllers::default());
    }
}
