//! What a back end can do wrong. None of it is a mistake of the program, and none of it may hurt the program's memory.

use core::fmt;

use crate::ring::Overrun;

/// Why a back end is let go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It has answered more than it was asked.
    Responses,
    /// It has answered what it was not asked, or not there where the answer belongs.
    Identifier,
    /// It answers with a status that there is not.
    Status,
    /// It says that a frame lies where there is no room for it, or that it is longer or shorter than frames are.
    Length,
    /// It says that a frame lies in more pieces than one may.
    Pieces,
    /// It says more of a frame than was agreed on.
    Extra,
}

impl From<Overrun> for Fault {
    fn from(Overrun: Overrun) -> Self {
        Self::Responses
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Responses => "its back end has answered more than it was asked",
            Self::Identifier => "its back end has answered what it was not asked",
            Self::Status => "its back end answers with a status that there is not",
            Self::Length => "its back end says that a frame lies where there is no room for it",
            Self::Pieces => "its back end says that a frame lies in more pieces than one may",
            Self::Extra => "its back end says more of a frame than was agreed on",
        })
    }
}

impl core::error::Error for Fault {}
