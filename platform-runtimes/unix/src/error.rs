//! What goes wrong with the host: an error number, and the address that it is about.

use std::fmt;
use std::io;
use std::net::SocketAddr;

use rustix::io::Errno;
use unik::ErrorKind;

/// An error of a socket or of the event loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error {
    /// The address that was listened on or connected to.
    pub address: Option<SocketAddr>,
    /// What is wrong.
    pub cause: Cause,
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The program was asked to stop, and the listener has closed.
    Stopped,
    /// The host lets this program send no echo requests.
    EchoDenied,
    /// The host says so.
    System(Errno),
}

impl Error {
    pub(crate) const STOPPED: Self = Self { address: None, cause: Cause::Stopped };

    pub(crate) fn at(address: SocketAddr, errno: Errno) -> Self {
        Self { address: Some(address), cause: Cause::System(errno) }
    }
}

impl From<Errno> for Error {
    fn from(errno: Errno) -> Self {
        Self { address: None, cause: Cause::System(errno) }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.address {
            // Of no port: a host that was asked for an echo, or any port of an address.
            Some(address) if address.port() == 0 => write!(f, "{}: ", address.ip())?,
            Some(address) => write!(f, "{address}: ")?,
            None => {}
        }
        match self.cause {
            Cause::Stopped => f.write_str("the program was asked to stop"),
            Cause::EchoDenied => f.write_str(
                "this program may not send echo requests: add its group to the host's net.ipv4.ping_group_range \
                 (sysctl -w net.ipv4.ping_group_range='0 2147483647'), or give it CAP_NET_RAW",
            ),
            Cause::System(errno) => write!(f, "{}", io::Error::from(errno)),
        }
    }
}

impl std::error::Error for Error {}

impl unik::Error for Error {
    fn kind(&self) -> ErrorKind {
        let errno = match self.cause {
            Cause::Stopped => return ErrorKind::Closed,
            Cause::EchoDenied => return ErrorKind::Denied,
            Cause::System(errno) => errno,
        };
        match errno {
            Errno::ADDRINUSE => ErrorKind::InUse,
            Errno::ACCESS | Errno::PERM => ErrorKind::Denied,
            Errno::CONNRESET | Errno::CONNABORTED | Errno::PIPE | Errno::NOTCONN => ErrorKind::Closed,
            Errno::CONNREFUSED | Errno::HOSTUNREACH | Errno::NETUNREACH | Errno::ADDRNOTAVAIL => {
                ErrorKind::Unreachable
            }
            Errno::MSGSIZE => ErrorKind::TooLarge,
            Errno::TIMEDOUT => ErrorKind::TimedOut,
            Errno::MFILE | Errno::NFILE | Errno::NOBUFS | Errno::NOMEM => ErrorKind::Exhausted,
            Errno::AFNOSUPPORT | Errno::OPNOTSUPP => ErrorKind::Unsupported,
            Errno::INVAL => ErrorKind::Invalid,
            _ => ErrorKind::Other,
        }
    }
}

impl embedded_io_async::Error for Error {
    fn kind(&self) -> embedded_io_async::ErrorKind {
        unik::Error::kind(self).into()
    }
}
