//! How stores in memory fail.

use core::fmt;

use unik::ErrorKind;
use unik::kv::key::Malformed;

/// Why a store in memory does not do what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// The key names nothing.
    NotFound,
    /// The key is none.
    Malformed(Malformed),
    /// The key names a dictionary, where a value is wanted.
    IsDictionary,
    /// The key, or a name on its way, names a value, where a dictionary is wanted.
    IsValue,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::NotFound => f.write_str("there is nothing of this name"),
            Error::Malformed(malformed) => malformed.fmt(f),
            Error::IsDictionary => f.write_str("this is a dictionary, not a value"),
            Error::IsValue => f.write_str("this is a value, not a dictionary"),
        }
    }
}

impl core::error::Error for Error {}

impl unik::Error for Error {
    fn kind(&self) -> ErrorKind {
        match self {
            Error::NotFound => ErrorKind::NotFound,
            Error::Malformed(_) | Error::IsDictionary | Error::IsValue => ErrorKind::Invalid,
        }
    }
}

impl From<Malformed> for Error {
    fn from(malformed: Malformed) -> Error {
        Error::Malformed(malformed)
    }
}
