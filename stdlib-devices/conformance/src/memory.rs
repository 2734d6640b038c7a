//! Doubles in memory: connections with faults, and a listener that a test connects to.

mod flow;
mod listener;

pub use flow::{Faults, Flow, Reset, pair, pair_with};
pub use listener::{Listener, Stopped};
