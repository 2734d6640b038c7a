//! The device: `http.server(connections, sleep, wall)` of `http.unik`.
//!
//! It accepts, bounds the number of connections, and tells those that are idle when the program stops. One connection's life
//! is told in `connection`.

use core::cell::Cell;
use core::convert::Infallible;
use core::fmt;

use unik::clock::{Sleep, Wall};
use unik::http::Handler;
use unik::net::{Listener, Network, serve_each};

use crate::connection;
use crate::date;
use crate::limits::Limits;
use crate::stop::Stop;

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
        let shared = Shared {
            handler,
            sleep: &self.sleep,
            wall: &self.wall,
            limits: self.limits,
            stop: Stop::default(),
            today: Cell::new((0, date::format(0))),
        };
        let run = async |flow| connection::run(flow, &shared).await;
        serve_each(&self.connections, self.limits.connections, run, || shared.stop.ask()).await
    }
}

impl<L, S, W> fmt::Debug for Server<L, S, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("limits", &self.limits).finish_non_exhaustive()
    }
}

/// What the connections of a server share.
pub(crate) struct Shared<'s, S, W, H> {
    pub handler: H,
    pub sleep: &'s S,
    wall: &'s W,
    pub limits: Limits,
    pub stop: Stop,
    /// The last second that was written, and how.
    today: Cell<(u64, [u8; date::LENGTH])>,
}

impl<S, W: Wall, H> Shared<'_, S, W, H> {
    /// The time of day in seconds since 1970.
    pub(crate) fn now(&self) -> u64 {
        u64::try_from(self.wall.now().seconds).unwrap_or(0)
    }

    /// A time as a date; the text is made once per second.
    pub(crate) fn date(&self, now: u64) -> [u8; date::LENGTH] {
        let (second, text) = self.today.get();
        if second == now {
            return text;
        }
        let text = date::format(now);
        self.today.set((now, text));
        text
    }
}
