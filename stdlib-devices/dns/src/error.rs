//! What goes wrong with names.

use alloc::string::String;
use core::fmt;

use unik::ErrorKind;

/// Why a name has no addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// No host can have such a name.
    Malformed(String),
    /// No host has the name, or one without an address.
    NotFound(String),
    /// Nobody is known who could be asked.
    NoServer,
    /// Nobody who was asked has answered in time.
    TimedOut(String),
    /// Who was asked cannot or will not say, or cannot be reached.
    Refused(String),
    /// The answers lead nowhere: in a circle, or on and on.
    Endless(String),
    /// The host's network interface has gone for good; why.
    Detached(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(name) => write!(f, "{name:?} is no name of a host"),
            Self::NotFound(name) => write!(f, "no host is called {name}"),
            Self::NoServer => f.write_str("there is no server to ask for names"),
            Self::TimedOut(name) => write!(f, "no server has said in time what {name} is"),
            Self::Refused(name) => write!(f, "no server wants to say what {name} is"),
            Self::Endless(name) => write!(f, "the answers for {name} lead nowhere"),
            Self::Detached(reason) => f.write_str(reason),
        }
    }
}

impl core::error::Error for Error {}

impl unik::Error for Error {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Malformed(_) => ErrorKind::Invalid,
            Self::NotFound(_) => ErrorKind::NotFound,
            Self::NoServer | Self::Refused(_) => ErrorKind::Unreachable,
            Self::TimedOut(_) => ErrorKind::TimedOut,
            Self::Endless(_) => ErrorKind::Corrupt,
            Self::Detached(_) => ErrorKind::Detached,
        }
    }
}
