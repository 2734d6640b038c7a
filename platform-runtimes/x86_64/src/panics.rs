//! What a panic does: it is told on the console, and the program ends with [`Exit::PANIC`].

#[cfg(unik_bare)]
use core::panic::PanicInfo;

#[cfg(unik_bare)]
#[panic_handler]
fn panicked(info: &PanicInfo<'_>) -> ! {
    use core::sync::atomic::{AtomicU32, Ordering};

    use unik_platform::Exit;

    static PANICKED: AtomicU32 = AtomicU32::new(0);
    match PANICKED.fetch_add(1, Ordering::Relaxed) {
        0 => {}
        1 => {
            // The message of the first one panics itself, or the console that it goes to does.
            crate::console::take_back();
            crate::console::write_line("and another panic while that was told");
            crate::exit::reset();
        }
        _ => crate::exit::reset(),
    }
    crate::console::print(format_args!("{info}"));
    if let Some(refused) = crate::heap::exhausted() {
        crate::console::print(format_args!("{refused}"));
    }
    crate::exit::exit(Exit::PANIC)
}
