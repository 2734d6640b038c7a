//! What the boot arguments say is attached, for the devices that attach it.

use std::cell::RefCell;

use unik_platform::Arguments;

thread_local! {
    /// Of the program that this thread runs; a generated program has one thread.
    static ARGUMENTS: RefCell<Option<Arguments>> = const { RefCell::new(None) };
}

/// Keeps the boot arguments of the program that starts.
pub(crate) fn set(arguments: &Arguments) {
    ARGUMENTS.set(Some(arguments.clone()));
}

/// What is given after `--KIND NAME=`.
pub(crate) fn value(kind: &str, name: &str) -> Option<String> {
    ARGUMENTS.with_borrow(|arguments| arguments.as_ref()?.attached(kind, name).map(String::from))
}
