//! The direct network stack: from frames to connections, without an operating system. `std/ip`.
//!
//! smoltcp is what speaks the protocols; around it is an asynchronous layer of ours. The nodes of the graph (Ethernet, ARP, IPv4, IPv6,
//! ICMP, UDP, TCP) configure one object that they share, and one task moves its packets. What is not in the graph is switched off, and
//! its code is in no image (the features of this crate).
//!
//! Not done: fragments are neither sent nor put together, addresses of IPv6 are not tried out before use, and TCP segments over IPv6 are
//! not cut by the interface.
//!
//! Start at `state.rs` (whom a frame is for) and `link.rs` (the task), then `tcp/table.rs`.

#![no_std]
#![forbid(unsafe_code)]
#![warn(missing_docs)]
#![cfg_attr(
    not(all(feature = "tcp", feature = "udp", feature = "icmp", feature = "dhcp")),
    allow(
        dead_code,
        unused_imports,
        unused_variables,
        reason = "a part that is left out does not use what all share"
    )
)]

extern crate alloc;

mod agenda;
pub mod arp;
mod error;
pub mod ethernet;
mod frame;
#[cfg(feature = "icmp")]
pub mod icmp;
pub mod ipv4;
pub mod ipv6;
pub mod layer;
mod link;
mod net;
mod offload;
mod port;
#[cfg(any(feature = "tcp", feature = "udp"))]
mod ports;
mod questions;
mod slot;
#[cfg(all(feature = "tcp", feature = "udp", feature = "icmp"))]
pub mod stack;
mod state;
#[cfg(feature = "tcp")]
pub mod tcp;
#[cfg(feature = "udp")]
pub mod udp;

pub use error::Error;
pub use link::{Link, On, World};
