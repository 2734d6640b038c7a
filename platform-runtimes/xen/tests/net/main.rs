//! Network interfaces against back ends that play the other end, honestly and otherwise.

#![allow(missing_docs, unreachable_pub, missing_debug_implementations, reason = "tests are no interface")]

mod application;
mod back;
mod frames;
#[path = "../played/hypervisor.rs"]
mod hypervisor;
mod lies;
mod machine;
mod offloads;
mod returns;
mod rings;
mod room;
#[allow(dead_code, reason = "the tests of the store need more of it")]
#[path = "../store/server.rs"]
mod server;
#[path = "../played/sleeper.rs"]
mod sleeper;
mod wire;
