//! Disks that need no host: one in memory, `std/block.ram`. The disks of a target are devices of its runtime crate.

#![no_std]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

extern crate alloc;

mod ram;

pub use ram::{Error, Ram};
