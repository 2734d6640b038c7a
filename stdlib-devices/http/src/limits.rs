//! What a client may ask of the server's memory and patience.
//!
//! Sizes that a parser checks stand here beside times that a connection checks, so that one glance tells what a
//! connection can cost: the head and the content of one request in memory, and so much time for each.

use core::time::Duration;

/// The limits of one server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a request line and its fields together; beyond it 414 or 431.
    pub head: usize,
    /// Bytes of a request's content; beyond it 413.
    pub body: u64,
    /// Time for a head to arrive in full, from its first byte; beyond it 408.
    pub request: Duration,
    /// Time between two requests of a connection, and before the first; beyond it the server hangs up.
    pub idle: Duration,
    /// Time for a request's content to arrive in full; beyond it 408.
    pub content: Duration,
    /// Time in which a client has to take *some* bytes of an answer; beyond it the server hangs up.
    pub progress: Duration,
    /// Time for a client to hang up after an error, while the server reads what was still under way.
    pub linger: Duration,
    /// Connections at once. Further ones wait in the listener's backlog.
    pub connections: usize,
    /// Requests on one connection before the server closes it.
    pub requests: u64,
}

/// Fields of a request; beyond it 431. A constant, since it sizes an array on the stack.
pub const FIELDS: usize = 64;

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            head: 8 * 1024,
            body: 1024 * 1024,
            request: Duration::from_secs(10),
            idle: Duration::from_secs(60),
            content: Duration::from_secs(60),
            progress: Duration::from_secs(30),
            linger: Duration::from_secs(2),
            connections: 4096,
            requests: u64::MAX,
        }
    }
}
