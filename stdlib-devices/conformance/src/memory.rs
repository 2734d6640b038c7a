//! Doubles in memory: connections with faults, a listener that a test connects to, a stack of ports, a program, and network
//! interfaces at a wire.

mod datagrams;
mod error;
mod flow;
mod listener;
mod program;
mod stack;
mod wire;

pub use datagrams::Socket;
pub use error::Error;
pub use flow::{Faults, Flow, Reset, pair, pair_with};
pub use listener::Listener;
pub use program::{Program, Stopping};
pub use stack::{Acceptor, Stack};
pub use wire::{Nic, Offers, Wire, WireFaults};
