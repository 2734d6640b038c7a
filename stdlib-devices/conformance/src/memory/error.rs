//! Why stacks and listeners in memory fail, and the numbers that they fail at.

use core::fmt;
use core::net::{Ipv4Addr, SocketAddr};

use unik::ErrorKind;

/// The first port that is given when any will do (RFC 6335, 6: dynamic ports).
pub(super) const FIRST_FREE: u16 = 49_152;
/// The address of every stack in memory.
pub(super) const OWN: Ipv4Addr = Ipv4Addr::LOCALHOST;
/// The most bytes of a datagram over IPv4: 65,535 less both headers.
pub(super) const LONGEST: usize = 65_507;

/// Why a stack or a listener in memory fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// The listener was stopped.
    Stopped,
    /// The port has a listener.
    InUse(u16),
    /// The port has none, or the address is another host's.
    Refused(SocketAddr),
    /// So many bytes fit into no datagram.
    TooLong(usize),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stopped => f.write_str("the listener was stopped"),
            Self::InUse(port) => write!(f, "port {port} is in use"),
            Self::Refused(address) => write!(f, "nobody listens at {address}"),
            Self::TooLong(length) => write!(f, "{length} bytes fit into no datagram"),
        }
    }
}

impl core::error::Error for Error {}

impl unik::Error for Error {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Stopped => ErrorKind::Closed,
            Self::InUse(_) => ErrorKind::InUse,
            Self::Refused(_) => ErrorKind::Unreachable,
            Self::TooLong(_) => ErrorKind::TooLarge,
        }
    }
}
