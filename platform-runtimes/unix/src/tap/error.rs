//! Why a tap interface cannot be had, and what to do about it.

use std::fmt;
use std::io;

use rustix::io::Errno;
use unik::ErrorKind;

use super::ioctl::{LONGEST_NAME, NODE};

/// Why a tap interface cannot be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TapError {
    /// The name of the interface.
    pub interface: String,
    /// What is wrong.
    pub cause: TapCause,
}

/// What is wrong with an interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TapCause {
    /// Not what an interface can be called.
    Name,
    /// What stands behind the name of the interface means nothing.
    Option(String),
    /// The boot arguments do not say which interface it is, and none has its name.
    NotGiven,
    /// There is no interface of this name.
    Missing,
    /// The host has no device node for tap interfaces.
    NoNode,
    /// The program may not open it.
    Denied,
    /// Another program has it.
    Busy,
    /// It is an interface of another kind.
    OtherKind,
    /// The host says so.
    System(Errno),
}

impl fmt::Display for TapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.interface;
        match &self.cause {
            TapCause::Name => {
                write!(f, "`{name}` is no name of an interface: it has 1 to {LONGEST_NAME} characters")
            }
            TapCause::Option(text) => write!(
                f,
                "`{text}` behind the interface {name} means nothing: expected mac= and an Ethernet address of \
                 one host, as in {name},mac=02:00:00:00:00:01"
            ),
            TapCause::NotGiven => write!(
                f,
                "no interface is attached as {name}: give --nic {name}=INTERFACE; one is made with `ip tuntap add \
                 dev tap0 mode tap user $USER` and `ip link set tap0 up`, as root"
            ),
            TapCause::Missing => write!(
                f,
                "there is no interface {name}: make it with `ip tuntap add dev {name} mode tap user $USER` and \
                 `ip link set {name} up`, as root"
            ),
            TapCause::NoNode => write!(
                f,
                "{name} cannot be opened, since this host has no {NODE}: load the kernel's module tun, or give \
                 the container this device"
            ),
            TapCause::Denied => write!(
                f,
                "this program may not open {name}: make it for its user, as root, with `ip tuntap add dev {name} \
                 mode tap user $USER`, or run it with CAP_NET_ADMIN"
            ),
            TapCause::Busy => write!(f, "another program has {name}: an interface serves one program"),
            TapCause::OtherKind => write!(
                f,
                "{name} is no tap interface with one queue: such a one is made with `ip tuntap add dev NAME mode tap`"
            ),
            TapCause::System(errno) => write!(f, "{name}: {}", io::Error::from(*errno)),
        }
    }
}

impl std::error::Error for TapError {}

impl unik::Error for TapError {
    fn kind(&self) -> ErrorKind {
        match self.cause {
            TapCause::Name | TapCause::Option(_) | TapCause::OtherKind => ErrorKind::Invalid,
            TapCause::NotGiven | TapCause::Missing => ErrorKind::NotFound,
            TapCause::NoNode => ErrorKind::Unsupported,
            TapCause::Denied => ErrorKind::Denied,
            TapCause::Busy => ErrorKind::InUse,
            TapCause::System(_) => ErrorKind::Other,
        }
    }
}
