//! The end of the program, seen by the host.

use core::sync::atomic::{AtomicBool, Ordering};

use unik_platform::Exit;

use crate::port::Ports;
use crate::{acpi, console, cpu};

/// QEMU's `isa-debug-exit`, where a machine has it: QEMU ends with twice the value plus one.
const DEBUG_EXIT: Ports = Ports::new(0xf4, 4);
/// The keyboard controller, whose line 0 resets the machine when pulsed.
const KEYBOARD: Ports = Ports::new(0x64, 1);

/// Set while the machine is being switched off, so that a fault on the way there does not start it again.
static ENDING: AtomicBool = AtomicBool::new(false);

/// Ends the program with an exit code: by the debug exit device, which nobody can ask for but by using it; else by
/// switching the machine off; else by a reset. A code other than success is also the last line of the console, for
/// hosts that see only that.
pub fn exit(code: Exit) -> ! {
    if ENDING.swap(true, Ordering::Relaxed) {
        reset();
    }
    if code != Exit::SUCCESS {
        console::print(format_args!("exit status {}", code.0));
    }
    DEBUG_EXIT.write32(0, code.0.into());
    acpi::power_off();
    reset()
}

/// Ends the program without a word.
pub(crate) fn reset() -> ! {
    DEBUG_EXIT.write32(0, Exit::PANIC.0.into());
    acpi::reset();
    KEYBOARD.write8(0, 0xfe);
    cpu::triple_fault()
}
