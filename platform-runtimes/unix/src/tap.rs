//! Tap interfaces of the host: frames through a descriptor, one system call each.
//!
//! The descriptor speaks virtio's header, so the host's network code leaves checksums open and segments long in both
//! directions: at most 64 KiB a call. Frames lie in one buffer for each direction, which the stack reads and writes
//! directly; the kernel's copy is the only one.

mod error;
mod header;
mod ioctl;

use std::cell::{Cell, RefCell};
use std::fmt;
use std::os::fd::OwnedFd;
use std::rc::Rc;
use std::task::{Context, Poll};

pub use error::{TapCause, TapError};
use rustix::io::Errno;
use unik::net::{Capabilities, Mac, Nic, Received, Transmit};

use self::ioctl::Interface;
use crate::attached;
use crate::reactor::current;
use crate::source::Source;

/// Bytes of an Ethernet header.
const ETHERNET: usize = 14;
/// The longest frame that is segmented or was joined: the most that an IPv4 header can say, behind an Ethernet header.
const LONGEST: usize = 65_535 + ETHERNET;

/// A tap interface; clones are the same one.
#[derive(Clone)]
pub struct Tap(Rc<Shared>);

struct Shared {
    name: String,
    source: Source,
    mac: Mac,
    capabilities: Capabilities,
    arrived: RefCell<Arrived>,
    leaving: RefCell<Leaving>,
    /// Whether the interface has failed for good.
    gone: Cell<bool>,
}

/// The next frame, behind its header.
struct Arrived {
    buffer: Box<[u8]>,
    /// The length of both, if there is one.
    length: Option<usize>,
}

/// The frame that is sent, behind its header.
struct Leaving {
    buffer: Box<[u8]>,
    /// The length of both, while the host has no room for it.
    held: Option<usize>,
}

impl Tap {
    /// What the boot arguments attach as the interface `name`, after `--nic NAME=tap0`. An interface of the host that has
    /// this very name need not be given.
    pub async fn new(name: &str) -> Result<Self, TapError> {
        let given = attached::value("nic", name);
        Self::open(given.as_deref().unwrap_or(name)).map_err(|mut error| {
            if given.is_none() && error.cause == TapCause::Missing {
                error.cause = TapCause::NotGiven;
            }
            error
        })
    }

    /// Opens an interface of the host: `tap0`, or `tap0,mac=02:00:00:00:00:01`. Without an address it
    /// gets a locally administered one that is made of the interface's name, always the same.
    ///
    /// # Errors
    /// A [`TapError`], which says what to do about it.
    pub fn open(value: &str) -> Result<Self, TapError> {
        let (name, option) = match value.split_once(',') {
            Some((name, option)) => (name, Some(option)),
            None => (value, None),
        };
        let fail = |cause| TapError { interface: name.into(), cause };
        if name.is_empty() || name.len() > ioctl::LONGEST_NAME || name.contains(['/', '\0', ' ']) {
            return Err(fail(TapCause::Name));
        }
        let given = option.map(|text| address(text).ok_or_else(|| fail(TapCause::Option(text.into()))));
        let given = given.transpose()?;
        let (fd, interface) = attached(name).map_err(fail)?;
        if !interface.is_up {
            log::warn!("{name} is down: nothing arrives before `ip link set {name} up`");
        }
        let offload = ioctl::offload(&fd);
        let capabilities = Capabilities {
            mtu: interface.mtu,
            longest: if offload { LONGEST } else { interface.mtu + ETHERNET },
            checksum: offload,
            segments_v4: offload,
            segments_v6: offload,
        };
        let reactor = current().map_err(|_| fail(TapCause::System(Errno::MFILE)))?;
        let source = Source::new(reactor.platform(), fd, true);
        let buffer = || vec![0; header::LENGTH + LONGEST.max(interface.mtu + ETHERNET)].into_boxed_slice();
        Ok(Self(Rc::new(Shared {
            name: name.into(),
            source: source.map_err(|_| fail(TapCause::System(Errno::MFILE)))?,
            mac: given.unwrap_or_else(|| made(name, interface.mac)),
            capabilities,
            arrived: RefCell::new(Arrived { buffer: buffer(), length: None }),
            leaving: RefCell::new(Leaving { buffer: buffer(), held: None }),
            gone: Cell::new(false),
        })))
    }
}

/// The other end of an interface that exists.
fn attached(name: &str) -> Result<(OwnedFd, Interface), TapCause> {
    // Who may, would otherwise make an interface that nobody knows of and that ends with the program.
    let interface = ioctl::look_up(name).map_err(|errno| match errno {
        Errno::NODEV => TapCause::Missing,
        errno => TapCause::System(errno),
    })?;
    let fd = ioctl::open().map_err(|errno| match errno {
        Errno::NOENT | Errno::NODEV | Errno::NXIO => TapCause::NoNode,
        Errno::ACCESS | Errno::PERM => TapCause::Denied,
        errno => TapCause::System(errno),
    })?;
    ioctl::attach(&fd, name).map_err(|errno| match errno {
        Errno::PERM | Errno::ACCESS => TapCause::Denied,
        Errno::BUSY => TapCause::Busy,
        Errno::INVAL => TapCause::OtherKind,
        errno => TapCause::System(errno),
    })?;
    Ok((fd, interface))
}

/// `mac=02:00:00:00:00:01`, of one host.
fn address(option: &str) -> Option<Mac> {
    let mac: Mac = option.strip_prefix("mac=")?.parse().ok()?;
    if mac.0[0] & 1 == 1 || mac.0 == [0; 6] { None } else { Some(mac) }
}

/// A locally administered address (IEEE 802c) that is made of a name and is not the host's own.
fn made(name: &str, host: [u8; 6]) -> Mac {
    // FNV-1a: few names, and no two of one host shall meet.
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let [_, _, bytes @ ..] = hash.to_be_bytes();
    let mut mac = bytes;
    mac[0] = mac[0] & !0b11 | 0b10;
    if mac == host {
        mac[5] ^= 1;
    }
    Mac(mac)
}

impl Shared {
    /// Fetches the next frame, if there is one and none lies here; whether one lies here now.
    fn fetch(&self, arrived: &mut Arrived) -> bool {
        while arrived.length.is_none() && !self.gone.get() {
            match self.source.try_read(|fd| rustix::io::read(fd, &mut arrived.buffer[..])) {
                None => return false,
                // What is shorter than its headers is no frame.
                Some(Ok(length)) if length < header::LENGTH + ETHERNET => {}
                Some(Ok(length)) => arrived.length = Some(length),
                Some(Err(errno)) => self.lose(errno),
            }
        }
        arrived.length.is_some()
    }

    /// Sends the frame that is held, if there is one; whether there is room.
    fn send_held(&self, leaving: &mut Leaving) -> bool {
        let Some(length) = leaving.held.take() else { return true };
        match self.source.try_write(|fd| rustix::io::write(fd, &leaving.buffer[..length])) {
            None => leaving.held = Some(length),
            Some(Ok(_)) => {}
            // The interface is down or the host short of memory: the frame is lost, as it may be on any wire.
            Some(Err(Errno::IO | Errno::NOMEM | Errno::NOBUFS)) => {}
            Some(Err(Errno::INVAL)) => {
                log::debug!("{}: the host refuses a frame of {length} bytes", self.name)
            }
            Some(Err(errno)) => self.lose(errno),
        }
        leaving.held.is_none()
    }

    fn lose(&self, errno: Errno) {
        if !self.gone.replace(true) {
            log::error!("{} has gone: {errno}", self.name);
        }
    }
}

impl Nic for Tap {
    fn mac(&self) -> Mac {
        self.0.mac
    }

    fn capabilities(&self) -> Capabilities {
        self.0.capabilities
    }

    fn receive<R>(&self, take: impl FnOnce(&[u8], Received) -> R) -> Option<R> {
        // Within `take` nothing more is received.
        let mut arrived = self.0.arrived.try_borrow_mut().ok()?;
        self.0.fetch(&mut arrived);
        let length = arrived.length.take()?;
        let (header, frame) = arrived.buffer[..length].split_at(header::LENGTH);
        Some(take(frame, header::decode(header)))
    }

    fn has_received(&self) -> bool {
        self.0.arrived.try_borrow_mut().is_ok_and(|mut arrived| self.0.fetch(&mut arrived))
    }

    fn transmit<R>(&self, length: usize, fill: impl FnOnce(&mut [u8]) -> (R, Transmit)) -> Option<R> {
        let mut leaving = self.0.leaving.try_borrow_mut().ok()?;
        if length > self.0.capabilities.longest || !self.0.send_held(&mut leaving) {
            return None;
        }
        let (header, frames) =
            leaving.buffer.split_first_chunk_mut().expect("the buffer is longer than the header");
        let (result, open) = fill(&mut frames[..length]);
        header::encode(open, header);
        leaving.held = Some(header::LENGTH + length);
        self.0.send_held(&mut leaving);
        Some(result)
    }

    fn can_transmit(&self) -> bool {
        self.0.leaving.try_borrow_mut().is_ok_and(|mut leaving| self.0.send_held(&mut leaving))
    }

    /// Nothing is left to tell: each frame is a system call.
    fn flush(&self) {}

    fn poll_ready(&self, cx: &mut Context<'_>) -> Poll<()> {
        let shared = &*self.0;
        if shared.gone.get() {
            return Poll::Pending;
        }
        let lies_here = shared.arrived.try_borrow().is_ok_and(|arrived| arrived.length.is_some());
        let held = shared.leaving.try_borrow().is_ok_and(|leaving| leaving.held.is_some());
        let mut ready = lies_here || shared.source.poll_readable(cx).is_ready();
        if held {
            ready |= shared.source.poll_writable(cx).is_ready();
        }
        if ready { Poll::Ready(()) } else { Poll::Pending }
    }
}

impl fmt::Debug for Tap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Shared { name, mac, .. } = &*self.0;
        f.debug_struct("Tap").field("name", name).field("mac", mac).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_is_made_is_stable_local_and_not_the_hosts() {
        let mac = made("tap0", [0; 6]);
        assert_eq!(mac, made("tap0", [0; 6]));
        assert_ne!(mac, made("tap1", [0; 6]));
        assert_ne!(mac, made("tap0", mac.0));
        for name in ["tap0", "tap1", "service", "x"] {
            assert_eq!(made(name, [0; 6]).0[0] & 0b11, 0b10, "{name}");
        }
    }

    #[test]
    fn an_address_is_that_of_one_host() {
        assert_eq!(address("mac=02:00:00:00:00:01"), Some(Mac([2, 0, 0, 0, 0, 1])));
        for wrong in
            ["", "mac=", "mac", "02:00:00:00:00:01", "mac=01:00:00:00:00:01", "mac=00:00:00:00:00:00"]
        {
            assert_eq!(address(wrong), None, "{wrong}");
        }
    }
}
