//! Tests generic over the module types: every device of a module type passes the same ones.
//!
//! A device's own tests call these with the device: `unik_conformance::kv::read_write(&store).await`. They panic where a
//! device breaks its contract, and say which sentence of it. [`memory`] has the doubles with which devices that need
//! others are tested, faults included; [`virtual_time`] runs them without waiting.

#![no_std]
#![forbid(unsafe_code)]
#![warn(missing_docs)]
#![allow(async_fn_in_trait, reason = "as in the crate whose traits are tested")]

extern crate alloc;

pub mod block;
pub mod clock;
pub mod http;
pub mod kv;
pub mod log;
pub mod memory;
pub mod net;
pub mod nic;
pub mod ping;
pub mod random;
pub mod stack;
pub mod udp;
pub mod virtual_time;
