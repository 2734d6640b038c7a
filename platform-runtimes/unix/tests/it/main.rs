//! The unix target with real sockets, real signals and real processes.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod devices;
mod direct;
mod disk;
mod network;
mod program;
mod sockets;
mod tap;
