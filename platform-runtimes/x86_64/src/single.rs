//! State of the machine that is reached from everywhere: one processor runs, and its interrupt handlers touch none of
//! it.

use core::ops::Deref;

/// A value that only one processor and no interrupt handler uses, so that a static of it needs no lock.
#[derive(Debug)]
pub(crate) struct Single<T>(T);

// SAFETY: an image runs on one processor, and the interrupt handlers of this crate touch no `Single`, so nothing uses
// it at the same time as something else. On the host, where this crate is only tested, tests do not touch the
// machine's state.
unsafe impl<T> Sync for Single<T> {}

impl<T> Single<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(value)
    }
}

impl<T> Deref for Single<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// Crates that share state between a program and its interrupt handlers ask for this. Interrupts are let in only
/// while the program waits (`machine`), so whatever runs is a critical section already.
#[cfg(unik_bare)]
mod critical {
    use critical_section::RawRestoreState;

    struct OneProcessor;

    critical_section::set_impl!(OneProcessor);

    // SAFETY: there is one processor, and interrupts are off wherever Rust runs.
    unsafe impl critical_section::Impl for OneProcessor {
        unsafe fn acquire() -> RawRestoreState {
            RawRestoreState::default()
        }

        unsafe fn release(_: RawRestoreState) {}
    }
}
