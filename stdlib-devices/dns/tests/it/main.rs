//! The resolver over the direct stack, and a scripted server on another host.

#![allow(clippy::unwrap_used, reason = "a test that fails panics")]

mod answers;
mod fuzz;
mod support;
