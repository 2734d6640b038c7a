//! Key-value stores: crunched into the image, in memory, or a folder of the host.
//!
//! What a key is and what the methods promise is decided by `unik::kv`; here it is kept. `Crunch` and `Mem` need nothing but memory;
//! `Direct` needs a host, so it hides behind the feature `direct`. Which of them an application gets, it never learns.

#![cfg_attr(not(feature = "direct"), no_std)]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

extern crate alloc;

mod crunch;
#[cfg(feature = "direct")]
mod direct;
mod error;
mod mem;

pub use crunch::{Crunch, Crunched};
#[cfg(feature = "direct")]
pub use direct::{Direct, DirectError, OpenFile};
pub use error::Error;
pub use mem::{Mem, Remembered};

use bytes::Bytes;

/// The bytes of `all` from `offset` on, at most `length`; empty behind the end.
fn window(all: &Bytes, offset: u64, length: usize) -> Bytes {
    let start = usize::try_from(offset).unwrap_or(usize::MAX).min(all.len());
    all.slice(start..start.saturating_add(length).min(all.len()))
}
