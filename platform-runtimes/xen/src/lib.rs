//! The Xen target: PVH guests with paravirtual devices (Xen 4.10 and later, x86_64).
//!
//! It decides how a guest speaks with the hypervisor and with the domains behind its devices. What lies below, from the first
//! instruction to time and memory, is `unik-x86_64`'s.
//!
//! **Drivers know no machine.** They are written against [`hypervisor::Hypervisor`] and shared memory (`unik_driver`), so they run in
//! tests against a hypervisor and back ends that play their part honestly and otherwise; the calls themselves are `hypercall`'s.
//!
//! **Back ends are not trusted to be right.** Every index, length and reference that they give is checked against what the driver keeps to
//! itself; a back end that is wrong is let go, and its users see an error.
//!
//! Start at `hypervisor` (what there is to ask for), `grants`, `events` and `ring` (how pages are shared and talked over).
//! `store` is XenStore, `bus` how front ends and back ends find each other there.

#![no_std]
#![deny(unsafe_code)]
#![warn(missing_docs)]

extern crate alloc;

pub mod bus;
pub mod console;
pub mod events;
pub mod grants;
#[allow(dead_code, reason = "the machine, which makes these calls, is to follow")]
mod hypercall;
pub mod hypervisor;
pub mod page;
pub mod ring;
pub mod store;
