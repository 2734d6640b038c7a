//! Tap interfaces of the host: frames through a descriptor, one system call each.
//!
//! The descriptor speaks virtio's header, so the host's network code leaves checksums open and segments long in both
//! directions: at most 64 KiB a call. Frames lie in one buffer for each direction, which the stack reads and writes
//! directly; the kernel's copy is the only one.

mod address;
mod error;
mod header;
mod ioctl;

use std::cell::{Cell, RefCell, RefMut};
use std::fmt;
use std::future::poll_fn;
use std::io;
use std::os::fd::OwnedFd;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

pub use error::{TapCause, TapError};
use rustix::io::Errno;
use unik::net::{Capabilities, Detached, Mac, Nic, Received, Transmit};

use self::address::{address, made};
use self::ioctl::Interface;
use crate::attached;
use crate::error::Error;
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
    /// Whether somebody has found no room for a frame, and has not been told since that there is some.
    wants_room: Cell<bool>,
    /// Whether a task waits to send the frame that is held.
    sends: Cell<bool>,
    /// Why the interface has gone for good.
    gone: Cell<Option<Errno>>,
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
        let mac = given.unwrap_or_else(|| made(name, interface.mac));
        Self::over(name, fd, mac, interface.mtu, offload).map_err(|_| fail(TapCause::System(Errno::MFILE)))
    }

    /// An interface whose frames go through `fd`, one each call.
    fn over(name: &str, fd: OwnedFd, mac: Mac, mtu: usize, offload: bool) -> Result<Self, Error> {
        let capabilities = Capabilities {
            mtu,
            longest: if offload { LONGEST } else { mtu + ETHERNET },
            checksum: offload,
            segments_v4: offload,
            segments_v6: offload,
        };
        let buffer = || vec![0; header::LENGTH + LONGEST.max(mtu + ETHERNET)].into_boxed_slice();
        Ok(Self(Rc::new(Shared {
            name: name.into(),
            source: Source::new(current()?.platform(), fd, true)?,
            mac,
            capabilities,
            arrived: RefCell::new(Arrived { buffer: buffer(), length: None }),
            leaving: RefCell::new(Leaving { buffer: buffer(), held: None }),
            wants_room: Cell::new(false),
            sends: Cell::new(false),
            gone: Cell::new(None),
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

impl Shared {
    /// Fetches the next frame, if there is one and none lies here; whether one lies here now.
    fn fetch(&self, arrived: &mut Arrived) -> bool {
        while arrived.length.is_none() && !self.is_gone() {
            match self.source.try_read(|fd| rustix::io::read(fd, &mut arrived.buffer[..])) {
                None => return false,
                // What is shorter than its headers is no frame.
                Some(Ok(length)) if length < header::LENGTH + ETHERNET => {}
                Some(Ok(length)) => arrived.length = Some(length),
                Some(Err(errno)) => self.lose(errno),
            }
        }
        if self.is_gone() {
            arrived.length = None;
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

    /// Where a frame can be written, if there is room for it.
    fn room(&self) -> Option<RefMut<'_, Leaving>> {
        let leaving = self.leaving.try_borrow_mut().ok().filter(|_| !self.is_gone());
        let room = leaving.and_then(|mut leaving| self.send_held(&mut leaving).then_some(leaving));
        if room.is_none() {
            self.wants_room.set(true);
        }
        room
    }

    /// Sends the frame that is held once the host has room.
    fn poll_held(&self, cx: &Context<'_>) -> Poll<()> {
        let Ok(mut leaving) = self.leaving.try_borrow_mut() else { return Poll::Pending };
        while leaving.held.is_some() && !self.is_gone() {
            ready!(self.source.poll_writable(cx));
            self.send_held(&mut leaving);
        }
        Poll::Ready(())
    }

    /// Sends the frame that is held in the background: who has handed it over need not ask after it.
    fn send_later(self: &Rc<Self>) {
        let shared = self.clone();
        if !self.sends.replace(true)
            && let Ok(executor) = current()
        {
            executor.spawn(async move {
                poll_fn(|cx| shared.poll_held(cx)).await;
                shared.sends.set(false);
            });
        }
    }

    fn lose(&self, errno: Errno) {
        if !self.is_gone() {
            self.gone.set(Some(errno));
            log::error!("{} has gone: {}", self.name, io::Error::from(errno));
            self.source.end();
        }
    }

    fn is_gone(&self) -> bool {
        self.gone.get().is_some()
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
        if length > self.0.capabilities.longest {
            return None;
        }
        let mut leaving = self.0.room()?;
        let (header, frames) =
            leaving.buffer.split_first_chunk_mut().expect("the buffer is longer than the header");
        let (result, open) = fill(&mut frames[..length]);
        header::encode(open, header);
        leaving.held = Some(header::LENGTH + length);
        if !self.0.send_held(&mut leaving) {
            self.0.send_later();
        }
        Some(result)
    }

    fn can_transmit(&self) -> bool {
        self.0.room().is_some()
    }

    /// Nothing is left to tell: each frame is a system call.
    fn flush(&self) {}

    fn poll_ready(&self, cx: &mut Context<'_>) -> Poll<()> {
        let shared = &*self.0;
        if shared.is_gone() {
            return Poll::Ready(());
        }
        let lies_here = shared.arrived.try_borrow().is_ok_and(|arrived| arrived.length.is_some());
        // Both are asked, so that either wakes.
        let ready = lies_here || shared.source.poll_readable(cx).is_ready();
        let has_room = shared.wants_room.get() && shared.poll_held(cx).is_ready();
        if has_room {
            shared.wants_room.set(false);
        }
        if ready || has_room { Poll::Ready(()) } else { Poll::Pending }
    }

    /// The host has deleted it, or fails in a way that does not pass.
    fn detached(&self) -> Option<Detached> {
        let gone = self.0.gone.get()?;
        Some(Detached::new(format_args!("{}: {}", self.0.name, io::Error::from(gone))))
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
    use std::task::Waker;

    use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair, sockopt};

    use super::*;
    use crate::block_on;

    /// Sockets that keep frames apart, as tap interfaces do, and that have little room, as those never have.
    fn pair() -> (OwnedFd, OwnedFd) {
        let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
        let pair = socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, flags, None).expect("a pair");
        for fd in [&pair.0, &pair.1] {
            sockopt::set_socket_send_buffer_size(fd, 8192).expect("it is smaller");
        }
        pair
    }

    fn over(fd: OwnedFd, last: u8, offload: bool) -> Tap {
        Tap::over("tap0", fd, Mac([2, 0, 0, 0, 0, last]), 1500, offload).expect("there is an event loop")
    }

    fn send(tap: &Tap, byte: u8) -> bool {
        let fill = |frame: &mut [u8]| {
            frame.fill(byte);
            ((), Transmit::default())
        };
        tap.transmit(1000, fill).is_some()
    }

    /// The bytes that the frames at the other end are filled with.
    fn drain(fd: &OwnedFd) -> Vec<u8> {
        let mut buffer = [0; 2000];
        let read = || rustix::io::read(fd, &mut buffer).ok().map(|_| buffer[header::LENGTH]);
        std::iter::from_fn(read).collect()
    }

    async fn ready(tap: &Tap) {
        poll_fn(|cx| tap.poll_ready(cx)).await;
    }

    fn is_ready(tap: &Tap) -> bool {
        tap.poll_ready(&mut Context::from_waker(Waker::noop())).is_ready()
    }

    #[test]
    fn a_pair_keeps_what_interfaces_promise_when_the_host_has_little_room() {
        for offload in [false, true] {
            block_on(async {
                let (a, b) = pair();
                let (a, b) = (over(a, 1, offload), over(b, 2, offload));
                unik_conformance::nic::pair(&a, &b).await;
            })
            .expect("there is an event loop");
        }
    }

    #[test]
    fn who_finds_no_room_is_told_once_when_there_is_some() {
        block_on(async {
            let (fd, other) = pair();
            let tap = over(fd, 1, false);
            let sent: Vec<u8> = (0..).take_while(|byte| send(&tap, *byte)).collect();
            assert!(tap.receive(|_, _| ()).is_none() && !is_ready(&tap) && !tap.can_transmit());
            let mut arrived = drain(&other);
            ready(&tap).await;
            assert!(!is_ready(&tap), "it is told once");
            arrived.extend(drain(&other));
            assert_eq!(arrived, sent);
            assert!(tap.can_transmit());
        })
        .expect("there is an event loop");
    }

    #[test]
    fn a_frame_that_waits_for_room_goes_though_nobody_asks_after_it() {
        block_on(async {
            let (fd, other) = pair();
            let tap = over(fd, 1, false);
            let waits = || tap.0.leaving.borrow().held.is_some();
            let sent: Vec<u8> = (0..).take_while(|byte| !waits() && send(&tap, *byte)).collect();
            assert!(tap.receive(|_, _| ()).is_none() && !is_ready(&tap));
            let last = *sent.last().expect("some were sent");
            let other = over(other, 2, false);
            for byte in 0..=last {
                while other.receive(|frame, _| assert_eq!(frame[0], byte)).is_none() {
                    ready(&other).await;
                }
            }
            assert!(!is_ready(&tap), "nobody has found no room");
        })
        .expect("there is an event loop");
    }
}
