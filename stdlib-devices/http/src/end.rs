//! Why a connection ends: the last answer said so, a request is refused, or the flow cannot go on.
//!
//! What each of them still owes the client is decided in `connection`.

use core::fmt;

use crate::refusal::Refusal;

/// Why a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The last answer said so.
    Said,
    /// A request is refused; the answer that says so is still to be written.
    Refused(Refusal),
    /// It cannot go on.
    Broken(Broken),
}

impl From<Broken> for End {
    fn from(broken: Broken) -> End {
        End::Broken(broken)
    }
}

/// Why a connection does not go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Broken {
    /// The peer sends no more.
    Ended,
    /// The flow failed: a reset, mostly.
    Failed,
    /// The peer did nothing for too long.
    Late,
    /// The program stops, and nothing was under way.
    Stopped,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Broken::Ended => "the client has gone",
            Broken::Failed => "the connection broke",
            Broken::Late => "the client did nothing for too long",
            Broken::Stopped => "the program stops",
        })
    }
}
