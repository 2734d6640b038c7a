//! The direct stack over wires in memory, in virtual time.

#![allow(clippy::unwrap_used, reason = "a test that fails panics")]

mod faults;
mod others;
mod support;
mod tcp;
