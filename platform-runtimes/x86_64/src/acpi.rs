//! What the firmware's tables are used for: power off, reset, the power button, and where interrupt controllers are.
//!
//! Tables are looked for when somebody first asks, and read where the firmware has put them. There is no interpreter
//! of the machine language in them: the few things that stand only there are found by their names (`aml`). ACPI means
//! the specification in version 6.5.

pub(crate) mod aml;
pub(crate) mod controllers;
pub(crate) mod tables;

use core::cell::Cell;

use crate::cpu;
use crate::mmio::Mmio;
use crate::paging;
use crate::port::Ports;
use crate::single::Single;
use crate::start_info::Range;
use aml::Sleep;
use controllers::Controllers;
use tables::{Fadt, Physical, Register, Root, Space};

/// SLP_EN of the PM1 control register, and where the kind of sleep stands (4.8.3.2.1).
const SLEEP: u16 = 1 << 13;
const SLEEP_TYPE: u32 = 10;
/// The processor gets the events, not the firmware.
const SCI_ENABLED: u16 = 1;
/// How long is waited for the firmware, and for the power to go: looks at a port, each of which takes about a
/// microsecond.
const PATIENCE: u32 = 300_000;

static HINT: Single<Cell<u64>> = Single::new(Cell::new(0));
static ROOT: Single<Cell<Option<Option<Root>>>> = Single::new(Cell::new(None));

/// Keeps where the loader says that the root of the tables is; zero if it does not know.
pub(crate) fn set_root(address: u64) {
    HINT.set(address);
}

/// Memory of the firmware.
struct Live;

impl Physical for Live {
    fn bytes(&self, address: u64, length: usize) -> Option<&[u8]> {
        let end = address.checked_add(u64::try_from(length).ok()?)?;
        paging::map_constant(Range { start: address, end }).ok()?;
        let start = core::ptr::with_exposed_provenance::<u8>(usize::try_from(address).ok()?);
        // SAFETY: the memory is mapped for reading, belongs neither to the heap nor to the image, and the firmware,
        // which could write it, does not run any more.
        Some(unsafe { core::slice::from_raw_parts(start, length) })
    }
}

fn root() -> Option<Root> {
    if let Some(known) = ROOT.get() {
        return known;
    }
    let found = Root::find(&Live, HINT.get());
    ROOT.set(Some(found));
    found
}

/// The fixed description table.
pub(crate) fn fadt() -> Option<Fadt> {
    Fadt::read(root()?.table(&Live, *b"FACP")?)
}

/// The machine language of the table that describes the machine.
fn language(fadt: &Fadt) -> Option<&'static [u8]> {
    tables::at(&Live, fadt.dsdt, *b"DSDT").and_then(|table| table.get(tables::HEADER..))
}

/// The machine language of the firmware that describes the machine, for who looks for a device in it; nothing without
/// ACPI.
pub fn machine_language() -> Option<&'static [u8]> {
    language(&fadt()?)
}

/// Where interrupt controllers are; what every PC has if the tables do not say.
pub(crate) fn controllers() -> Controllers {
    root().and_then(|root| root.table(&Live, *b"APIC")).map(Controllers::read).unwrap_or_default()
}

/// The events of a power button, as a machine without fixed hardware has them.
pub(crate) fn generic_events(fadt: &Fadt) -> Option<aml::GenericEvents> {
    aml::generic_events(language(fadt)?)
}

impl Register {
    /// As registers of a device, if they are where the program can reach them.
    pub(crate) fn reach(self) -> Option<Reached> {
        match self.space {
            Space::Port => Some(Reached::Port(Ports::new(u16::try_from(self.address).ok()?, 1))),
            Space::Memory => Some(Reached::Memory(Mmio::try_map(self.address, 1).ok()?)),
        }
    }
}

/// A register of 8 bits.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reached {
    Port(Ports),
    Memory(Mmio),
}

impl Reached {
    fn write(self, value: u8) {
        match self {
            Self::Port(ports) => ports.write8(0, value),
            Self::Memory(registers) => registers.write8(0, value),
        }
    }
}

/// Lets the processor have the events of fixed hardware, if the firmware has them (4.8.2.5). Whether it has them.
pub(crate) fn take_over(fadt: &Fadt) -> bool {
    let Some(control) = fadt.control() else { return false };
    if control.read16(0) & SCI_ENABLED != 0 {
        return true;
    }
    let Some((command, value)) = fadt.enable() else { return false };
    command.write8(0, value);
    (0..PATIENCE).any(|_| control.read16(0) & SCI_ENABLED != 0)
}

/// Switches the machine off, if it can be. It may take a moment; then this returns.
pub(crate) fn power_off() {
    let Some(fadt) = fadt() else { return };
    let sleep = language(&fadt).and_then(aml::soft_off).unwrap_or(Sleep { a: 0, b: 0 });
    if fadt.hardware_reduced {
        // SLP_EN and the kind of sleep of the sleep control register (4.8.3.7).
        let Some(control) = fadt.sleep_control.and_then(Register::reach) else { return };
        control.write(sleep.a << 2 | 1 << 5);
    } else {
        take_over(&fadt);
        for (control, kind) in [(fadt.control(), sleep.a), (fadt.control_b(), sleep.b)] {
            if let Some(control) = control {
                let others = control.read16(0) & !(SLEEP | 7 << SLEEP_TYPE);
                control.write16(0, others | u16::from(kind) << SLEEP_TYPE | SLEEP);
            }
        }
    }
    wait();
}

/// Resets the machine, if its tables say how (4.8.3.6).
pub(crate) fn reset() {
    if let Some((register, value)) = fadt().and_then(|fadt| fadt.reset)
        && let Some(register) = register.reach()
    {
        register.write(value);
        wait();
    }
}

fn wait() {
    // Port 0x80 takes what the firmware tells of its progress; reading it takes about a microsecond.
    let progress = Ports::new(0x80, 1);
    for _ in 0..PATIENCE {
        progress.read8(0);
        cpu::relax();
    }
}
