//! Why a device of the program cannot be had.

use alloc::string::String;
use core::fmt;

use unik::ErrorKind;

use crate::{bus, store};

/// Why a device cannot be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The machine is no guest of Xen, and so has nothing of the kind.
    NotXen {
        /// What is wanted: `network interface`, `disk`, `store`.
        what: &'static str,
    },
    /// The tools have not attached it.
    Missing {
        /// What it is: `network interface`, `disk`.
        what: &'static str,
        /// The option of `unikc run` that attaches one: `nic`, `disk`.
        option: &'static str,
        /// Its name.
        name: String,
        /// What the tools call it, as in their configuration: `vdev=xvda`, `devid=0`.
        called: String,
        /// How many of the kind are attached.
        found: usize,
    },
    /// It is attached and its back end does not come, or does not do what it must.
    Unconnected {
        /// What it is, and where: "the network interface `service` (devid=0, device/vif/0)".
        place: String,
        /// What is wrong.
        reason: String,
    },
    /// XenStore does not do what it must.
    Store(store::Error),
    /// What the tools have written of a device makes no sense.
    Bus(bus::Error),
    /// What the machine itself lacks.
    Machine(unik_x86_64::Error),
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}

impl From<bus::Error> for Error {
    fn from(error: bus::Error) -> Self {
        match error {
            bus::Error::Store(error) => Self::Store(error),
            error => Self::Bus(error),
        }
    }
}

impl From<unik_x86_64::Error> for Error {
    fn from(error: unik_x86_64::Error) -> Self {
        Self::Machine(error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotXen { what } => write!(f, "there is no {what}: this machine is no guest of Xen"),
            Self::Missing { what, option, name, called, found } => {
                let (are, s) = if *found == 1 { ("is", "") } else { ("are", "s") };
                write!(
                    f,
                    "the tools have attached no {what} `{name}`, which is the one of `{called}`; attached {are} {found} {what}{s}: \
                     `--{option} {name}=…` of `unikc run` attaches it, and so does `{called}` in the configuration of the domain"
                )
            }
            Self::Unconnected { place, reason } => write!(f, "{place} does not work: {reason}"),
            Self::Store(error) => error.fmt(f),
            Self::Bus(error) => error.fmt(f),
            Self::Machine(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for Error {}

impl unik::Error for Error {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotXen { .. } | Self::Missing { .. } => ErrorKind::NotFound,
            Self::Unconnected { .. } => ErrorKind::Closed,
            Self::Store(error) => error.kind(),
            Self::Bus(_) | Self::Machine(_) => ErrorKind::Other,
        }
    }
}
