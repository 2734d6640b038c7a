//! What a program tells about itself: `std/log.Console` and `std/log.Reporter`.
//!
//! Devices and applications log with the macros of the crate `log`. A reporter is what takes the records.

/// Where lines of text go.
///
/// The log facade and the handling of panics write from wherever they are called, hence the bounds; a console holds
/// no state but what its platform keeps for it.
pub trait Console: Clone + Send + Sync + 'static {
    /// Writes a line, without its line feed, at once. A console that has gone away swallows it.
    fn write_line(&self, line: &str);
}

/// What takes the records of the `log` facade. It is installed when it starts; an image has at most one.
pub trait Reporter {
    /// Takes a record, if its level is wanted.
    fn report(&self, record: &log::Record<'_>);
}

impl<T: Reporter> Reporter for &T {
    fn report(&self, record: &log::Record<'_>) {
        T::report(self, record);
    }
}
