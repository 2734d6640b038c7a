//! Why a device of the program cannot be had.

use alloc::string::String;
use core::fmt;

use unik::ErrorKind;

use crate::fault::Fault;
use crate::find;

/// Why a device cannot be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The command line names devices in a way that cannot be read.
    CommandLine(find::Malformed),
    /// The host has not attached it.
    Missing {
        /// What it is: `network interface`, `disk`.
        what: &'static str,
        /// The option of `unikc run` that attaches one: `nic`, `disk`.
        option: &'static str,
        /// Its name.
        name: String,
        /// How many of the kind the host has attached.
        found: usize,
    },
    /// It is attached and does not work.
    Broken {
        /// Where it is.
        place: String,
        /// What is wrong.
        fault: Fault,
    },
    /// What the machine itself lacks.
    Machine(unik_x86_64::Error),
}

impl From<unik_x86_64::Error> for Error {
    fn from(error: unik_x86_64::Error) -> Self {
        Self::Machine(error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CommandLine(malformed) => malformed.fmt(f),
            Self::Missing { what, option, name, found } => {
                let (has, s) = if *found == 1 { ("there is", "") } else { ("there are", "s") };
                write!(
                    f,
                    "the host has attached no {what} for `{name}`, {has} {found} {what}{s}: `--{option} {name}=…` of `unikc run` \
                     attaches one, and so does another virtio {what} of the virtual machine"
                )
            }
            Self::Broken { place, fault } => write!(f, "{place} does not work: {fault}"),
            Self::Machine(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for Error {}

impl unik::Error for Error {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::CommandLine(_) => ErrorKind::Invalid,
            Self::Missing { .. } => ErrorKind::NotFound,
            Self::Broken { fault: Fault::Memory(_), .. } => ErrorKind::Exhausted,
            Self::Broken { .. } | Self::Machine(_) => ErrorKind::Other,
        }
    }
}
