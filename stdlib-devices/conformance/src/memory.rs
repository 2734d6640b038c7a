//! Doubles in memory: connections with faults, a listener that a test connects to, a stack of ports.

mod datagrams;
mod flow;
mod listener;
mod stack;

pub use datagrams::Socket;
pub use flow::{Faults, Flow, Reset, pair, pair_with};
pub use listener::Listener;
pub use stack::{Acceptor, Error, Stack};
