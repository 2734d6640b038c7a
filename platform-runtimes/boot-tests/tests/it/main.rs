//! Images that boot.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod examples;
mod launcher;
mod libvirt;
mod load;
mod network;
mod sizes;
mod troubles;
mod xen;
