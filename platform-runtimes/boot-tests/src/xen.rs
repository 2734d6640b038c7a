//! Real Xen with a real dom0 and its tools, in an emulated machine that is resumed where they are up.
//!
//! `prepared` decides how such a machine comes to be, [`host`] how one is talked to, [`domain`] what is made there by `xl`, `launched` what by the
//! script beside an image. The scripts that run inside and around the machine are in the folder `xen`.

pub mod domain;
pub mod host;
mod launched;
mod prepared;

pub use domain::{Config, Ended};
pub use host::Host;
