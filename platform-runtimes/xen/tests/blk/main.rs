//! Disks against back ends that play the other end, honestly and otherwise.

#![allow(missing_docs, unreachable_pub, missing_debug_implementations, reason = "tests are no interface")]
#![allow(dead_code, reason = "what is played is shared with other tests")]

mod back;
mod coming;
mod disks;
#[path = "../played/hypervisor.rs"]
mod hypervisor;
mod lies;
mod machine;
#[path = "../store/server.rs"]
mod server;
#[path = "../played/sleeper.rs"]
mod sleeper;
