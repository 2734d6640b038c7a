//! The bus: how a front end and its back end find each other in XenStore and agree on when they talk (xen/include/public/io/xenbus.h).
//!
//! It decides nothing itself. `state` is what either end says of itself, `handshake` what a front end does about it, `front` does it;
//! `shutdown` hears what the tools ask of the domain as a whole.

mod front;
mod handshake;
mod shutdown;
mod state;

pub use front::{Back, Driver, Error, Front};
pub use handshake::{Handshake, Step};
pub use shutdown::{Request, listen};
pub use state::State;
