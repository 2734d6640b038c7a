//! Doubles in memory: connections with faults, a listener that a test connects to, a stack of ports.

mod flow;
mod listener;
mod stack;

pub use flow::{Faults, Flow, Reset, pair, pair_with};
pub use listener::Listener;
pub use stack::{Acceptor, Error, Stack};
