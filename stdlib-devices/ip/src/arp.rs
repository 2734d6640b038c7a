//! `ip.arp`: whose Ethernet address an IPv4 address has, and whose ours is (RFC 826, RFC 5227).

use core::convert::Infallible;

use crate::layer::{self, Layer};
use crate::link::{Link, World};

/// Asking and answering who has an address of IPv4.
#[derive(Debug)]
pub struct Arp<W: World>(Link<W>);

impl<W: World> Arp<W> {
    /// Answers from now on. Our addresses are announced when they come; that somebody else claims one is logged.
    pub async fn new(ethernet: impl layer::Ethernet<World = W>) -> Result<Self, Infallible> {
        ethernet.link().with(|state, _| state.start_arp());
        Ok(Self(ethernet.link().clone()))
    }

    /// How often somebody else has claimed an address of ours.
    pub fn conflicts(&self) -> u64 {
        self.0.with(|state, _| state.parts().arp.conflicts)
    }
}

impl<W: World> Clone for Arp<W> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<W: World> Layer for Arp<W> {
    type World = W;

    fn link(&self) -> &Link<W> {
        &self.0
    }
}

impl<W: World> layer::Arp for Arp<W> {}
