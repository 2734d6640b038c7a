//! The exit codes of `unikc`. `run` ends with the code of the program that it ran.

/// It is done.
pub(crate) const SUCCESS: u8 = 0;
/// The text has mistakes, or something outside does not work: a file, a folder, cargo.
pub(crate) const FAILURE: u8 = 1;
/// The command line is not understood.
pub(crate) const USAGE: u8 = 2;
/// A mistake in `unikc` itself (`EX_SOFTWARE` of `sysexits.h`); never the 101 of a Rust panic.
pub(crate) const BUG: u8 = 70;
