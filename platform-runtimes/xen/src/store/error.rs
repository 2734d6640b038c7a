//! How XenStore fails: what the server refuses, what it must not be asked, and what becomes of a broken connection.

use alloc::string::String;
use core::fmt;

use unik::ErrorKind;

/// What the server says when it does not do what it was asked (xs_wire.h, `xsd_errors`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// `EINVAL`: a malformed path or message.
    Invalid,
    /// `EACCES`: the domain may not.
    Access,
    /// `EEXIST`: it exists already.
    Exists,
    /// `EISDIR`: that cannot be done with a node that has others below.
    IsDirectory,
    /// `ENOENT`: there is no such node.
    NotFound,
    /// `ENOMEM`: the server has no memory.
    Memory,
    /// `ENOSPC`: the domain has used up what it may have.
    Space,
    /// `EIO`: the server cannot read its data.
    Io,
    /// `ENOTEMPTY`: there are nodes below.
    NotEmpty,
    /// `ENOSYS`: the server does not know the request.
    Unknown,
    /// `EROFS`: nothing can be written.
    ReadOnly,
    /// `EBUSY`: the domain has too many transactions.
    Busy,
    /// `EAGAIN`: somebody else has changed what a transaction has seen.
    Again,
    /// `EISCONN`: it is connected already.
    Connected,
    /// `E2BIG`: it does not fit into a message.
    TooBig,
    /// `EPERM`: the domain may not.
    Permission,
    /// A word that is not in the list.
    Other,
}

impl Refusal {
    /// What a word of the server means.
    pub(crate) fn of(word: &[u8]) -> Self {
        match word {
            b"EINVAL" => Self::Invalid,
            b"EACCES" => Self::Access,
            b"EEXIST" => Self::Exists,
            b"EISDIR" => Self::IsDirectory,
            b"ENOENT" => Self::NotFound,
            b"ENOMEM" => Self::Memory,
            b"ENOSPC" => Self::Space,
            b"EIO" => Self::Io,
            b"ENOTEMPTY" => Self::NotEmpty,
            b"ENOSYS" => Self::Unknown,
            b"EROFS" => Self::ReadOnly,
            b"EBUSY" => Self::Busy,
            b"EAGAIN" => Self::Again,
            b"EISCONN" => Self::Connected,
            b"E2BIG" => Self::TooBig,
            b"EPERM" => Self::Permission,
            _ => Self::Other,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Invalid => "XenStore takes the request for malformed (EINVAL)",
            Self::Access => "XenStore does not let this domain do that (EACCES)",
            Self::Exists => "there is such a node in XenStore already (EEXIST)",
            Self::IsDirectory => "there are nodes below this one in XenStore (EISDIR)",
            Self::NotFound => "there is no such node in XenStore (ENOENT)",
            Self::Memory => "XenStore has no memory left (ENOMEM)",
            Self::Space => "XenStore keeps no more for this domain (ENOSPC)",
            Self::Io => "XenStore cannot read its data (EIO)",
            Self::NotEmpty => "there are nodes below this one in XenStore (ENOTEMPTY)",
            Self::Unknown => "XenStore does not know the request (ENOSYS)",
            Self::ReadOnly => "XenStore takes no changes (EROFS)",
            Self::Busy => "this domain has too many transactions with XenStore (EBUSY)",
            Self::Again => "XenStore was changed during the transaction (EAGAIN)",
            Self::Connected => "XenStore is connected already (EISCONN)",
            Self::TooBig => "that is more than fits into a message of XenStore (E2BIG)",
            Self::Permission => "XenStore does not let this domain do that (EPERM)",
            Self::Other => "XenStore refuses the request, and does not say why in words that are known",
        })
    }
}

/// Why a request did not do what it should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The server refuses.
    Refused(Refusal),
    /// The path cannot name a node: it has other characters than letters, digits and `-/_@`, an empty name, or too many bytes.
    Path(String),
    /// A message cannot be as long: path and value.
    TooLong {
        /// Bytes that it would have.
        bytes: usize,
    },
    /// A word of the message has a zero byte.
    Zero,
    /// The server's answer makes no sense.
    Answer,
    /// The connection was made anew meanwhile; whether the request was carried out is not known.
    Lost,
    /// Somebody else changed what the transaction saw each time that it was tried.
    Contended,
    /// There is no connection any more.
    Broken,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => refusal.fmt(f),
            Self::Path(path) => write!(f, "no node of XenStore can be called {path:?}"),
            Self::TooLong { bytes } => {
                write!(f, "a message to XenStore has at most 4096 bytes, this one would have {bytes}")
            }
            Self::Zero => f.write_str("a word for XenStore has no zero byte"),
            Self::Answer => f.write_str("XenStore's answer makes no sense"),
            Self::Lost => f.write_str("the connection with XenStore was made anew meanwhile"),
            Self::Contended => {
                f.write_str("XenStore is changed by others faster than a transaction can be made")
            }
            Self::Broken => f.write_str("the connection with XenStore is broken"),
        }
    }
}

impl core::error::Error for Error {}

impl unik::Error for Error {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Refused(refusal) => match refusal {
                Refusal::NotFound => ErrorKind::NotFound,
                Refusal::Exists => ErrorKind::AlreadyExists,
                Refusal::Access | Refusal::Permission | Refusal::ReadOnly => ErrorKind::Denied,
                Refusal::Invalid | Refusal::IsDirectory | Refusal::NotEmpty => ErrorKind::Invalid,
                Refusal::Memory | Refusal::Space | Refusal::Busy => ErrorKind::Exhausted,
                Refusal::TooBig => ErrorKind::TooLarge,
                Refusal::Unknown => ErrorKind::Unsupported,
                Refusal::Io => ErrorKind::Corrupt,
                Refusal::Again | Refusal::Connected | Refusal::Other => ErrorKind::Other,
            },
            Self::Path(_) | Self::Zero => ErrorKind::Invalid,
            Self::TooLong { .. } => ErrorKind::TooLarge,
            Self::Answer => ErrorKind::Corrupt,
            Self::Lost | Self::Contended => ErrorKind::Other,
            Self::Broken => ErrorKind::Detached,
        }
    }
}
