//! What a panic does: it is told on the console, and the program ends with [`Exit::PANIC`].

#[cfg(unik_bare)]
use core::panic::PanicInfo;

#[cfg(unik_bare)]
#[panic_handler]
fn panicked(info: &PanicInfo<'_>) -> ! {
    use core::sync::atomic::{AtomicBool, Ordering};

    use unik_platform::Exit;

    static PANICKED: AtomicBool = AtomicBool::new(false);
    if PANICKED.swap(true, Ordering::Relaxed) {
        // The message of the first one panics itself.
        crate::console::write_line("and another panic while that was told");
        crate::exit::reset();
    }
    crate::console::print(format_args!("{info}"));
    if let Some(refused) = crate::heap::exhausted() {
        crate::console::print(format_args!("{refused}"));
    }
    crate::exit::exit(Exit::PANIC)
}
