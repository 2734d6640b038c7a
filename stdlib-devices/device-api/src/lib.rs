//! The module types of unikc as small async traits: what an application imports and what devices implement.
//!
//! A device is a cheap handle. Its methods take `&self`; whatever state it has is shared by its clones. Everything
//! runs on one thread, so nothing here asks for `Send`. Platforms, executors and the devices themselves are none of
//! this crate's business: it must not name any.
//!
//! Start at [`kv::ReadOnly`] (a plain module type), [`net::Network`] and [`http::Handler`] (how requests arrive),
//! then [`error::Error`] (what all of them fail with).

#![no_std]
#![forbid(unsafe_code)]
#![warn(missing_docs)]
#![allow(async_fn_in_trait, reason = "one thread runs everything: no caller needs a bound on the futures")]

extern crate alloc;

pub mod block;
pub mod clock;
pub mod concurrent;
pub mod error;
pub mod http;
pub mod job;
pub mod kv;
pub mod log;
pub mod net;
pub mod program;
pub mod random;

pub use bytes::Bytes;
pub use error::{Error, ErrorKind};
pub use job::Failure;
