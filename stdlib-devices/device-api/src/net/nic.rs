//! Network interfaces: Ethernet frames in and out, `std/net.Nic`.
//!
//! The trait is shaped by what makes a stack fast: frames are lent, not copied; the other side is told of many frames
//! at once; and an interface says what it does in the stack's place (checksums, segmentation), in the terms of virtio's
//! header for network packets (virtio 1.2, 5.1.6), which tap interfaces of Linux speak too.
//!
//! No frame now, no room now: that is how an interface is whose cable is out or whose other side may come back, and nobody above it ends
//! for that. One that is detached says so in a word of its own, [`Nic::detached`].

use alloc::format;
use alloc::rc::Rc;
use core::fmt;
use core::task::{Context, Poll};

use super::Mac;
use crate::{Error, ErrorKind};

/// A network interface.
///
/// Methods take `&self`, and the closure given to [`Nic::receive`] may call [`Nic::transmit`]: a stack answers a frame while
/// it looks at it. Frames start with the Ethernet header and end before the frame check sequence.
pub trait Nic {
    /// Its Ethernet address.
    fn mac(&self) -> Mac;

    /// What it can do. The same at every call.
    fn capabilities(&self) -> Capabilities;

    /// Takes the next frame that has arrived, and lends it to `take`; nothing if there is none.
    fn receive<R>(&self, take: impl FnOnce(&[u8], Received) -> R) -> Option<R>;

    /// Whether [`Nic::receive`] would give a frame.
    fn has_received(&self) -> bool;

    /// Sends a frame of `length` bytes, at most [`Capabilities::longest`] of them: `fill` gets them, with whatever they held
    /// before, writes all of them, and says what is left to the interface. Nothing if there is no room now; `fill` is not
    /// called then.
    fn transmit<R>(&self, length: usize, fill: impl FnOnce(&mut [u8]) -> (R, Transmit)) -> Option<R>;

    /// Whether [`Nic::transmit`] has room for a frame.
    fn can_transmit(&self) -> bool;

    /// Tells the other side of the frames that were sent since the last call. A frame may go out before.
    fn flush(&self);

    /// Ready once a frame has arrived, or, after [`Nic::transmit`] has found no room, once there is some, or once it is detached. One task
    /// waits. A hint: it may be ready early.
    fn poll_ready(&self, cx: &mut Context<'_>) -> Poll<()>;

    /// Why it is of no use any more, once it is detached: it has gone for good, or was given up since the other side broke the
    /// protocol. It stays so: no frame arrives, and there is no room for one. Nothing as long as frames may flow again: a link that is
    /// down, another side that goes and may come back.
    fn detached(&self) -> Option<Detached>;
}

/// A network interface has gone for good, and why. Stacks give it on to whoever waits for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detached(Rc<str>);

impl Detached {
    /// For this reason, which names the interface: there may be several.
    pub fn new(reason: impl fmt::Display) -> Self {
        Self(format!("the network interface has gone for good: {reason}").into())
    }
}

impl fmt::Display for Detached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl core::error::Error for Detached {}

impl Error for Detached {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Detached
    }
}

/// What an interface can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// The longest payload of a frame on the wire, in bytes: 1500 for Ethernet. What Linux calls the MTU.
    pub mtu: usize,
    /// The longest frame that [`Nic::transmit`] takes, its 14 bytes of header included: `mtu + 14`, or more if it segments.
    pub longest: usize,
    /// Whether it completes the checksums of TCP and UDP that [`Transmit::checksum`] leaves to it.
    pub checksum: bool,
    /// Whether it cuts long TCP segments over IPv4 ([`Transmit::segment`]).
    pub segments_v4: bool,
    /// Whether it cuts long TCP segments over IPv6.
    pub segments_v6: bool,
}

/// What is known of a frame that has arrived.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Received {
    /// Its TCP or UDP checksum has been verified, or was never completed since the frame did not leave the host: it must not be
    /// looked at. Such a frame may be longer than the MTU: several segments in one.
    pub verified: bool,
}

/// What a frame that is sent leaves to the interface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Transmit {
    /// The checksum that it must complete; only if [`Capabilities::checksum`].
    pub checksum: Option<Checksum>,
    /// How it must cut the frame; only together with `checksum`, and if the capabilities say so.
    pub segment: Option<Segment>,
}

/// A checksum to complete: the ones' complement sum of everything from `start` to the end of the frame, whose field holds the sum
/// of the pseudo header so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checksum {
    /// Where the transport header starts, in bytes from the start of the frame.
    pub start: u16,
    /// Where the checksum field is, in bytes from `start`: 16 for TCP, 6 for UDP.
    pub offset: u16,
}

/// How a long TCP segment is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Bytes of payload in each piece.
    pub size: u16,
    /// Bytes of all headers together, which each piece gets a copy of.
    pub headers: u16,
    /// Over IPv6, not IPv4.
    pub v6: bool,
}

impl<T: Nic> Nic for &T {
    fn mac(&self) -> Mac {
        T::mac(self)
    }

    fn capabilities(&self) -> Capabilities {
        T::capabilities(self)
    }

    fn receive<R>(&self, take: impl FnOnce(&[u8], Received) -> R) -> Option<R> {
        T::receive(self, take)
    }

    fn has_received(&self) -> bool {
        T::has_received(self)
    }

    fn transmit<R>(&self, length: usize, fill: impl FnOnce(&mut [u8]) -> (R, Transmit)) -> Option<R> {
        T::transmit(self, length, fill)
    }

    fn can_transmit(&self) -> bool {
        T::can_transmit(self)
    }

    fn flush(&self) {
        T::flush(self);
    }

    fn poll_ready(&self, cx: &mut Context<'_>) -> Poll<()> {
        T::poll_ready(self, cx)
    }

    fn detached(&self) -> Option<Detached> {
        T::detached(self)
    }
}
