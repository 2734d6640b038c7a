//! The direct stack over wires in memory, in virtual time.

#![allow(clippy::unwrap_used, reason = "a test that fails panics")]

mod configuration;
mod detached;
mod faults;
mod fuzz;
mod http;
mod many;
mod others;
mod routers;
mod support;
mod tcp;
