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

#![no_std]
#![deny(unsafe_code)]
#![warn(missing_docs)]

extern crate alloc;

pub mod blk;
pub mod device;
pub mod fault;
pub mod layout;
pub mod memory;
pub mod net;
pub mod pci;
pub mod queue;
pub mod transport;
