//! Being asked to stop: the power button, Ctrl-Alt-Del of a keyboard, which is how some virtual machine monitors ask, and
//! whatever a platform takes for one ([`press`]).
//!
//! The first asks the program to stop; if nobody heeds it, it ends at once with what the jobs have come to. The second, or [`GRACE`]
//! after the first, ends it with [`Exit::STOPPED`].

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};
use core::future::poll_fn;
use core::task::{Poll, Waker};

use unik::concurrent::race;
use unik_executor::{Executor, GRACE};
use unik_platform::Exit;

use crate::exit::exit;
use crate::interrupt::{Trigger, Vector, route, route_isa};
use crate::machine::{Machine, Source, current};
use crate::mmio::Mmio;
use crate::port::Ports;
use crate::single::Single;
use crate::{acpi, console};

/// Presses that nobody has taken, and who waits for one.
static PRESSES: Single<Presses> = Single::new(Presses { left: Cell::new(0), waiting: RefCell::new(None) });

struct Presses {
    left: Cell<usize>,
    waiting: RefCell<Option<Waker>>,
}

/// Presses the button: a platform calls it when the host asks the program to stop in a way of its own.
pub fn press() {
    pressed_times(1);
}

fn pressed_times(count: usize) {
    PRESSES.left.set(PRESSES.left.get() + count);
    PRESSES.waiting.take().into_iter().for_each(Waker::wake);
}

/// Waits for the next press.
async fn pressed() {
    poll_fn(|cx| {
        if let Some(left) = PRESSES.left.get().checked_sub(1) {
            PRESSES.left.set(left);
            return Poll::Ready(());
        }
        *PRESSES.waiting.borrow_mut() = Some(cx.waker().clone());
        Poll::Pending
    })
    .await;
}

/// Watches in the background, from now on: fixed hardware forgets what was pressed before somebody listened. A program
/// that heeds none ends with `code`: what the jobs have come to so far.
pub(crate) fn watch(name: &'static str, code: Rc<Cell<Exit>>) {
    let executor = current();
    let hardware = hardware();
    if !hardware.is_empty() {
        let button = Rc::new(Button { hardware });
        executor.platform().add_source(button.clone());
        // What other hardware remembers has raised no interrupt.
        button.look(|_| true);
    }
    executor.spawn(stop_when_asked(executor.clone(), name, code));
}

async fn stop_when_asked(executor: Executor<Rc<Machine>>, name: &'static str, code: Rc<Cell<Exit>>) {
    pressed().await;
    if !executor.stop() {
        exit(code.get());
    }
    let asked_again = race(
        async {
            executor.sleep(GRACE).await;
            false
        },
        async {
            pressed().await;
            true
        },
    )
    .await;
    if asked_again {
        console::print(format_args!("{name}: asked to stop a second time"));
    } else {
        let seconds = GRACE.as_secs();
        console::print(format_args!("{name}: still busy {seconds} s after it was asked to stop"));
    }
    exit(Exit::STOPPED);
}

/// Everything that can be pressed.
struct Button {
    hardware: Vec<(Vector, Hardware)>,
}

impl Button {
    /// Looks at the hardware that is worth it; whether anything was pressed.
    fn look(&self, worth: impl Fn(&Vector) -> bool) -> bool {
        let looked = self.hardware.iter().filter(|(vector, _)| worth(vector));
        let pressed = looked.filter(|(_, hardware)| hardware.take_press()).count();
        if pressed > 0 {
            pressed_times(pressed);
        }
        pressed > 0
    }
}

impl Source for Button {
    fn poll(&self) -> bool {
        self.look(Vector::fired)
    }

    fn arm(&self) -> bool {
        // Its interrupt is always on.
        false
    }
}

/// What can be pressed.
enum Hardware {
    /// The PM1 status register of fixed hardware (ACPI 6.5, 4.8.3.1.1).
    Fixed(Ports),
    /// The register of a generic event device: reading it takes the events.
    Generic(Mmio),
    /// A keyboard.
    Keyboard(Cell<Held>),
}

/// PWRBTN_STS and PWRBTN_EN.
const POWER_BUTTON: u16 = 1 << 8;
/// The power button's event in the register of QEMU's generic event device (docs/specs/acpi_hw_reduced_hotplug.rst).
const QEMU_POWER_BUTTON: u32 = 1 << 1;
/// The same in that of Cloud Hypervisor (devices/src/lib.rs, `AcpiNotificationFlags`).
const CLOUD_HYPERVISOR_POWER_BUTTON: u8 = 1 << 3;

impl Hardware {
    fn take_press(&self) -> bool {
        match self {
            Self::Fixed(status) => {
                let pressed = status.read16(0) & POWER_BUTTON != 0;
                if pressed {
                    // Ones clear.
                    status.write16(0, POWER_BUTTON);
                }
                pressed
            }
            Self::Generic(register) if register.length() == 4 => register.read32(0) & QEMU_POWER_BUTTON != 0,
            Self::Generic(register) => register.read8(0) & CLOUD_HYPERVISOR_POWER_BUTTON != 0,
            Self::Keyboard(held) => {
                let mut pressed = false;
                for _ in 0..KEYS {
                    if KEYBOARD.read8(STATUS) & FULL == 0 {
                        break;
                    }
                    let (now, delete) = held.get().after(KEYBOARD.read8(DATA));
                    held.set(now);
                    pressed |= delete;
                }
                pressed
            }
        }
    }
}

fn hardware() -> Vec<(Vector, Hardware)> {
    let mut found = Vec::new();
    if let Some(fadt) = acpi::fadt() {
        found.extend(if fadt.hardware_reduced { generic(&fadt) } else { fixed(&fadt) });
    }
    found.extend(keyboard());
    found
}

fn fixed(fadt: &acpi::tables::Fadt) -> Option<(Vector, Hardware)> {
    let (status, enabled) = (fadt.status()?, fadt.enabled()?);
    // Bits that are reserved read as zeros; where all are ones, there is no register behind what the table says (Xen's PVH guests).
    if status.read16(0) == 0xffff || !acpi::take_over(fadt) {
        return None;
    }
    let vector = route_isa(fadt.interrupt, Trigger::Level).ok()?;
    enabled.write16(0, POWER_BUTTON);
    Some((vector, Hardware::Fixed(status)))
}

fn generic(fadt: &acpi::tables::Fadt) -> Option<(Vector, Hardware)> {
    let events = acpi::generic_events(fadt)?;
    let register = Mmio::try_map(events.address, events.length).ok()?;
    let vector = route(events.interrupt, Trigger::Edge).ok()?;
    Some((vector, Hardware::Generic(register)))
}

/// The keyboard controller of the PC (Intel 8042).
const KEYBOARD: Ports = Ports::new(0x60, 5);
const DATA: u16 = 0;
const STATUS: u16 = 4;
/// There is a byte to read.
const FULL: u8 = 1;
/// More bytes than any controller keeps.
const KEYS: usize = 64;

fn keyboard() -> Option<(Vector, Hardware)> {
    // Where there is none, all bits are ones.
    if KEYBOARD.read8(STATUS) == 0xff {
        return None;
    }
    let vector = route_isa(1, Trigger::Edge).ok()?;
    Some((vector, Hardware::Keyboard(Cell::new(Held::default()))))
}

/// Which of the two keys are held, in the scan codes of either set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Held {
    control: bool,
    alt: bool,
    /// The last byte says that the next key is let go (set 2).
    release: bool,
}

impl Held {
    /// What is held after another byte, and whether it is Delete with both held.
    fn after(self, code: u8) -> (Self, bool) {
        let down = !self.release;
        let mut now = Self { release: false, ..self };
        match code {
            0xf0 => now.release = true,
            // A prefix of keys that exist twice.
            0xe0 => now.release = self.release,
            0x14 => now.control = down,
            0x11 => now.alt = down,
            0x1d => now.control = true,
            0x9d => now.control = false,
            0x38 => now.alt = true,
            0xb8 => now.alt = false,
            0x71 | 0x53 => return (now, down && self.control && self.alt),
            _ => {}
        }
        (now, false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delete_counts_while_both_keys_are_held() {
        for (codes, presses) in [
            // Set 2, as a virtual machine monitor sends it; then set 1.
            (&[0x14, 0x11, 0xe0, 0x71][..], 1),
            (&[0x14, 0x11, 0xe0, 0x71, 0xe0, 0xf0, 0x71, 0xf0, 0x11, 0xf0, 0x14], 1),
            (&[0x1d, 0x38, 0xe0, 0x53, 0xe0, 0xd3, 0xb8, 0x9d], 1),
            (&[0x1d, 0x38, 0x53, 0xd3, 0x53], 2),
            (&[0x14, 0xe0, 0x71], 0),
            (&[0x14, 0x11, 0xf0, 0x14, 0xe0, 0x71], 0),
            (&[0x1d, 0x38, 0xb8, 0x53], 0),
            (&[0x71], 0),
        ] {
            let mut held = Held::default();
            let mut count = 0;
            for code in codes {
                let (now, pressed) = held.after(*code);
                held = now;
                count += usize::from(pressed);
            }
            assert_eq!(count, presses, "{codes:x?}");
        }
    }
}
