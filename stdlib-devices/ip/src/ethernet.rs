//! `ip.ethernet`: the part that all others stand on.

use core::convert::Infallible;

use unik::clock::Sleep;
use unik::net::Nic;
use unik::program::Program;
use unik::random::Random;

use crate::layer;
use crate::link::{Link, On, World};

/// Frames of an interface, and the task that moves them.
#[derive(Debug)]
pub struct Ethernet<W: World>(Link<W>);

impl<N: Nic + 'static, S: Sleep + 'static, R: Random + 'static, P: Program> Ethernet<On<N, S, R, P>> {
    /// A stack over an interface of which nothing is switched on yet.
    pub async fn new(nic: N, sleep: S, random: R, program: P) -> Result<Self, Infallible> {
        let (mac, capabilities) = (nic.mac(), nic.capabilities());
        log::info!("Ethernet address {mac}, packets of {} bytes", capabilities.mtu);
        Ok(Self(Link::start(nic, sleep, random, program)))
    }
}

impl<W: World> Clone for Ethernet<W> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<W: World> layer::Layer for Ethernet<W> {
    type World = W;

    fn link(&self) -> &Link<W> {
        &self.0
    }
}

impl<W: World> layer::Ethernet for Ethernet<W> {}
