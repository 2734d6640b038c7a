//! What the drivers of all paravirtual targets share, whatever they speak with the other side.
//!
//! It decides how a driver sees memory that the other side reaches too ([`Memory`]), and how it divides it: an [`Arena`] for frames on
//! their way out, [`Pages`] for what is read from disks and written, a [`Line`] of those who wait for room. `space` is the double of
//! the machine in tests.

#![no_std]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

extern crate alloc;
#[cfg(any(feature = "double", test))]
extern crate std;

mod arena;
mod line;
mod memory;
mod pages;
#[cfg(any(feature = "double", test))]
pub mod space;

pub use arena::Arena;
pub use line::Line;
pub use memory::{Atomics, Dma, Memory, NoMemory};
pub use pages::{PAGE, PAGES, Pages, Run};
