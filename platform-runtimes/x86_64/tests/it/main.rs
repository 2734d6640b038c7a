//! Boots the program in `tests/guest` on virtual machines and reads what it says.
//!
//! QEMU interprets the processor (`-accel tcg`), so that the tests run where nothing can be virtualized. Who has no
//! QEMU is told so; nothing is passed over.

mod ends;
mod faults;
mod guest;
mod runs;
