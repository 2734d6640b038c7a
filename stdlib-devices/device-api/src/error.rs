//! How devices fail: an error that people read, with a kind that generic code matches.
//!
//! A device has an error type of its own, an enum with a case per thing that goes wrong. Which kinds a method may
//! give is said at the method; a caller that does not know a kind treats it as [`ErrorKind::Other`].

use core::convert::Infallible;

/// An error of a device.
pub trait Error: core::error::Error + 'static {
    /// What kind of failure it is.
    fn kind(&self) -> ErrorKind;
}

/// Kinds of failures that callers tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// What was asked for does not exist.
    NotFound,
    /// It exists already.
    AlreadyExists,
    /// The request makes no sense: a malformed key, a dictionary where a value is wanted.
    Invalid,
    /// The request is understood and refused.
    Denied,
    /// Somebody else has it: a port, an interface.
    InUse,
    /// Cannot be reached: nobody listens, no route.
    Unreachable,
    /// It has ended: the peer has gone, or the program was asked to stop. No further call will succeed.
    Closed,
    /// The device has gone for good, or was given up for what it did. No further call will succeed, and whatever stood on it ends with it.
    /// An end that somebody asked for is [`Self::Closed`].
    Detached,
    /// It took longer than it may.
    TimedOut,
    /// Larger or more than a limit allows.
    TooLarge,
    /// Memory, descriptors, sectors or the like have run out; it may work later.
    Exhausted,
    /// What was stored or received is damaged.
    Corrupt,
    /// This device never does that.
    Unsupported,
    /// None of the above.
    Other,
}

impl From<embedded_io_async::ErrorKind> for ErrorKind {
    fn from(kind: embedded_io_async::ErrorKind) -> Self {
        use embedded_io_async::ErrorKind as Io;
        match kind {
            Io::NotFound => Self::NotFound,
            Io::PermissionDenied => Self::Denied,
            Io::ConnectionRefused | Io::AddrNotAvailable => Self::Unreachable,
            Io::ConnectionReset | Io::ConnectionAborted | Io::NotConnected | Io::BrokenPipe => Self::Closed,
            Io::AddrInUse => Self::InUse,
            Io::AlreadyExists => Self::AlreadyExists,
            Io::InvalidInput => Self::Invalid,
            Io::InvalidData => Self::Corrupt,
            Io::TimedOut => Self::TimedOut,
            Io::Unsupported => Self::Unsupported,
            Io::OutOfMemory => Self::Exhausted,
            _ => Self::Other,
        }
    }
}

impl From<ErrorKind> for embedded_io_async::ErrorKind {
    fn from(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::NotFound => Self::NotFound,
            ErrorKind::AlreadyExists => Self::AlreadyExists,
            ErrorKind::Invalid => Self::InvalidInput,
            ErrorKind::Denied => Self::PermissionDenied,
            ErrorKind::InUse => Self::AddrInUse,
            ErrorKind::Unreachable => Self::ConnectionRefused,
            ErrorKind::Closed => Self::ConnectionReset,
            ErrorKind::Detached => Self::ConnectionAborted,
            ErrorKind::TimedOut => Self::TimedOut,
            ErrorKind::Exhausted => Self::OutOfMemory,
            ErrorKind::Corrupt => Self::InvalidData,
            ErrorKind::Unsupported => Self::Unsupported,
            ErrorKind::TooLarge | ErrorKind::Other => Self::Other,
        }
    }
}

impl Error for Infallible {
    fn kind(&self) -> ErrorKind {
        match *self {}
    }
}
