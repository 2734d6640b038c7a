//! The machine below every bare target on x86_64: one processor, without an operating system.
//!
//! It decides how an image boots, what memory may be run and written, what happens at an exception, what the time is,
//! how the program waits, where random bytes come from, and how the program ends. Devices behind buses, and the
//! loaders of single platforms, are the affair of the platforms' own crates.
//!
//! **Boot** goes `entry` (assembly, a loader's own) to `boot` (registers, memory, traps, time) to [`run`] (boot
//! arguments, the program, its exit code).
//!
//! **Unsafe code** is of these kinds: instructions and registers of the processor (`cpu`, `port`, `traps`), page
//! tables (`paging`), memory that the loader or the firmware has written (`boot`, `acpi`), registers of devices
//! (`mmio`) and memory that they share (`memory`), the allocator (`heap`), the symbols that the compiler wants
//! (`symbols`), and statics of the one processor (`single`, `traps`).
//!
//! The symbols that an image must have once exist only with `--cfg unik_bare`. Without it this is an ordinary
//! library, whose pure parts the tests run on the host.

#![no_std]
#![warn(missing_docs)]
#![allow(
    unsafe_code,
    reason = "this crate is where the machine is touched; its kinds of unsafe are listed above"
)]
#![cfg_attr(
    not(unik_bare),
    allow(dead_code, reason = "only an image boots; the host compiles and tests its parts")
)]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod acpi;
mod boot;
pub mod clock;
mod command_line;
pub mod console;
mod cpu;
mod devices;
#[cfg(unik_bare)]
mod entry;
mod error;
mod exit;
mod heap;
pub mod hypervisor;
pub mod interrupt;
mod machine;
pub mod memory;
mod memory_map;
pub mod mmio;
mod page_table;
mod paging;
mod panics;
pub mod pci;
pub mod port;
pub mod random;
mod registers;
mod run;
mod single;
mod start_info;
mod stop;
mod symbols;
mod traps;

pub use acpi::machine_language;
pub use command_line::{Malformed, boot_words, command_line};
pub use devices::{Entropy, Program, Serial, Timer, Wall};
pub use error::Error;
pub use exit::{End, end_by, exit};
pub use machine::{Machine, Source, current};
pub use run::run;
pub use stop::press;
/// The executor, which runs the program over a [`Machine`].
pub use unik_executor::Executor;
