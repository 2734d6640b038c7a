//! The end of the program, seen by the host.

use core::cell::Cell;
use core::sync::atomic::{AtomicBool, Ordering};

use unik_platform::Exit;

use crate::port::Ports;
use crate::single::Single;
use crate::{acpi, console, cpu};

/// QEMU's `isa-debug-exit`, where a machine has it: QEMU ends with twice the value plus one.
const DEBUG_EXIT: Ports = Ports::new(0xf4, 4);
/// The keyboard controller, whose line 0 resets the machine when pulsed.
const KEYBOARD: Ports = Ports::new(0x64, 1);

/// Set while the machine is being switched off, so that a fault on the way there does not start it again.
static ENDING: AtomicBool = AtomicBool::new(false);

/// A way to end that a platform has: it tells the host. If it returns, the machine's own ways follow.
pub type End = fn(Exit);

static END: Single<Cell<Option<End>>> = Single::new(Cell::new(None));

/// Ends the program in a platform's way from now on. The function must not wait without end: a panic ends by it too.
pub fn end_by(end: End) {
    END.set(Some(end));
}

fn by_platform(code: Exit) {
    // What ends on the way there ends in the machine's own way.
    if let Some(end) = END.take() {
        end(code);
    }
}

/// Ends the program with an exit code: in the platform's way if it has one; by the debug exit device, which nobody can ask for but by using it; else by
/// switching the machine off; else by a reset. A code other than success is also the last line of the console, for
/// hosts that see only that.
pub fn exit(code: Exit) -> ! {
    if ENDING.swap(true, Ordering::Relaxed) {
        reset();
    }
    if code != Exit::SUCCESS {
        console::print(format_args!("exit status {}", code.0));
    }
    by_platform(code);
    DEBUG_EXIT.write32(0, code.0.into());
    acpi::power_off();
    reset()
}

/// Ends the program without a word.
pub(crate) fn reset() -> ! {
    by_platform(Exit::PANIC);
    DEBUG_EXIT.write32(0, Exit::PANIC.0.into());
    acpi::reset();
    KEYBOARD.write8(0, 0xfe);
    cpu::triple_fault()
}
