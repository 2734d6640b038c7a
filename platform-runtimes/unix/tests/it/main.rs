//! The unix target with real sockets, real signals and real processes.

mod devices;
mod disk;
mod network;
mod program;
mod sockets;
mod tap;
