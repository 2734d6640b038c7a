//! What goes wrong with a stack, its connections, and its start.

use core::fmt;
use core::net::{IpAddr, SocketAddr};

use unik::ErrorKind;
use unik::net::{Cidr, Detached};

/// Why a stack fails.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The program was asked to stop.
    Stopping,
    /// The connection was closed on this side.
    Closed,
    /// The other side has reset the connection.
    Reset,
    /// The other side does not answer any more.
    Silent,
    /// The port is taken.
    InUse(u16),
    /// No port is free for a connection to this address.
    NoPort,
    /// Nobody listens there.
    Refused(SocketAddr),
    /// A router or the host itself says that it cannot be reached.
    Unreachable(IpAddr),
    /// No network of ours has the address, and no gateway leads there; or we have no address of its family.
    NoRoute(IpAddr),
    /// Nobody has answered in time.
    TimedOut(IpAddr),
    /// So many bytes fit into no packet of the network.
    TooLarge(usize),
    /// No memory is left for another connection.
    Exhausted,
    /// An address of the other family is wanted here.
    WrongFamily {
        /// What was given.
        given: IpAddr,
        /// The version of IP that is wanted: 4 or 6.
        wanted: u8,
    },
    /// Nobody can be addressed so: a group, a broadcast, an unspecified or loopback address.
    NotUnicast(IpAddr),
    /// The gateway is in no network of ours.
    GatewayOutside {
        /// The gateway.
        gateway: IpAddr,
        /// Our network.
        network: Cidr,
    },
    /// No DHCP server has given a lease within this many seconds.
    NoLease(u64),
    /// The parts of a stack stand on different network interfaces.
    OtherInterface,
    /// The network interface has gone for good.
    Detached(Detached),
}

impl From<Detached> for Error {
    fn from(cause: Detached) -> Self {
        Self::Detached(cause)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stopping => f.write_str("the program was asked to stop"),
            Self::Closed => f.write_str("the connection is closed"),
            Self::Reset => f.write_str("the other side has reset the connection"),
            Self::Silent => f.write_str("the other side does not answer any more"),
            Self::InUse(port) => write!(f, "port {port} is in use"),
            Self::NoPort => f.write_str("no port is free"),
            Self::Refused(address) => write!(f, "nobody listens at {address}"),
            Self::Unreachable(address) => write!(f, "{address} cannot be reached"),
            Self::NoRoute(address) => write!(f, "there is no route to {address}"),
            Self::TimedOut(address) => write!(f, "{address} does not answer"),
            Self::TooLarge(length) => write!(f, "{length} bytes fit into no packet of this network"),
            Self::Exhausted => f.write_str("no memory is left for another connection"),
            Self::WrongFamily { given, wanted } => {
                write!(f, "{given} is no address of IPv{wanted}")
            }
            Self::NotUnicast(address) => write!(f, "{address} is no address of one host"),
            Self::GatewayOutside { gateway, network } => {
                write!(f, "the gateway {gateway} is outside of the network {network}")
            }
            Self::NoLease(seconds) => {
                write!(f, "no DHCP server has given an address within {seconds} seconds")
            }
            Self::OtherInterface => f.write_str("the parts of a stack stand on different network interfaces"),
            Self::Detached(cause) => cause.fmt(f),
        }
    }
}

impl core::error::Error for Error {}

impl unik::Error for Error {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Stopping | Self::Closed | Self::Reset => ErrorKind::Closed,
            Self::Silent | Self::TimedOut(_) | Self::NoLease(_) => ErrorKind::TimedOut,
            Self::InUse(_) => ErrorKind::InUse,
            Self::NoPort | Self::Exhausted => ErrorKind::Exhausted,
            Self::Refused(_) | Self::Unreachable(_) | Self::NoRoute(_) => ErrorKind::Unreachable,
            Self::TooLarge(_) => ErrorKind::TooLarge,
            Self::WrongFamily { .. }
            | Self::NotUnicast(_)
            | Self::GatewayOutside { .. }
            | Self::OtherInterface => ErrorKind::Invalid,
            Self::Detached(_) => ErrorKind::Detached,
        }
    }
}

impl embedded_io_async::Error for Error {
    fn kind(&self) -> embedded_io_async::ErrorKind {
        unik::Error::kind(self).into()
    }
}
