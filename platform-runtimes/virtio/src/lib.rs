//! The virtio target: network interfaces, disks, entropy and consoles of a virtual machine (virtio 1.2).
//!
//! It decides how virtio devices are found and brought up, and how they become devices of a program. What lies below, from
//! the first instruction to interrupts and time, is `unik-x86_64`'s.
//!
//! **Drivers know no machine.** They are written against [`memory`]: shared memory and registers. So they run in tests against
//! a device that plays the other end honestly and otherwise.
//!
//! **Devices are not trusted to be right.** All that a device says is checked against what the driver keeps to itself; a device that is
//! wrong is reset, and its users see an error.
//!
//! Start at `find` (which devices there are), `device` (how one comes up) and `queue` (how it is talked to); then `net` and `blk`.
//! `attached` says which device of the host has which name, `devices` what a program gets.

#![no_std]
#![deny(unsafe_code)]
#![warn(missing_docs)]

extern crate alloc;

mod assign;
mod attached;
pub mod blk;
pub mod console;
pub mod device;
mod devices;
mod error;
pub mod fault;
pub mod find;
mod firmware;
pub mod layout;
mod lines;
mod machine;
pub mod memory;
pub mod net;
pub mod pci;
pub mod queue;
pub mod rng;
pub mod transport;
mod watched;

pub use devices::{Disk, Entropy, Nic};
pub use error::Error;
pub use lines::Terminal;
use unik_platform::{Arguments, Failure, Image};
/// Writes a line to the console.
pub use unik_x86_64::console::write_line;
/// What the machine gives by itself.
pub use unik_x86_64::{Program, Serial, Timer, Wall};

/// Makes the entry of an image and its `async fn start(arguments: Arguments) -> Result<(), Failure>`.
#[macro_export]
macro_rules! entry {
    ($image:expr, $start:path) => {
        #[unsafe(no_mangle)]
        fn unik_image_main() -> ! {
            $crate::run(&$image, $start)
        }
    };
}

/// Runs an image from its boot arguments to its exit code; what `entry!` calls.
pub fn run<F>(image: &'static Image, start: fn(Arguments) -> F) -> !
where
    F: Future<Output = Result<(), Failure>>,
{
    attached::expect(image.attachments);
    unik_x86_64::run(image, start)
}
