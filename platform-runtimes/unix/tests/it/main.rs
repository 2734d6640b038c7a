//! The unix target with real sockets, real signals and real processes.

mod devices;
mod program;
mod sockets;
