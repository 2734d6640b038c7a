//! Drivers against devices that play the other end, honestly and otherwise; and in virtual machines.

#![allow(missing_docs, unreachable_pub, missing_debug_implementations, reason = "tests are no interface")]

mod application;
mod bench;
mod blk;
mod machines;
mod net;
mod network;
mod peer;
mod queue;
mod ring;
mod room;
mod small;
mod store;
mod tap;
mod transports;
mod virtual_machine;
mod wire;
