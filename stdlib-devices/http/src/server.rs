//! The device: `http.server(connections, sleep, wall)` of `http.unik`.
//!
//! It accepts, bounds the number of connections, and tells those that are idle when the program stops. One connection's life
//! is told in `connection`.

use core::convert::Infallible;
use core::fmt;

use unik::clock::{Sleep, Wall};
use unik::http::Handler;
use unik::net::{Listener, Network, serve_each};

use crate::connection;
use crate::limits::Limits;
use crate::shared::Shared;

/// An HTTP/1.1 server: a network whose requests come from the connections of a listener.
#[derive(Clone)]
pub struct Server<L, S, W> {
    connections: L,
    sleep: S,
    wall: W,
    limits: Limits,
}

impl<L: Listener, S: Sleep, W: Wall> Server<L, S, W> {
    /// A server with the default limits.
    pub async fn new(connections: L, sleep: S, wall: W) -> Result<Self, Infallible> {
        Ok(Self { connections, sleep, wall, limits: Limits::default() })
    }

    /// The same with other limits.
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }
}

impl<L: Listener, S: Sleep, W: Wall> Network for Server<L, S, W> {
    type Error = L::Error;

    async fn serve<H: Handler>(&self, handler: H) -> Result<(), L::Error> {
        let shared = Shared::new(handler, &self.sleep, &self.wall, self.limits);
        let run = async |flow| connection::run(flow, &shared).await;
        serve_each(&self.connections, self.limits.connections, run, || shared.stop.ask()).await
    }
}

impl<L, S, W> fmt::Debug for Server<L, S, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("limits", &self.limits).finish_non_exhaustive()
    }
}
