//! An interface at a wire, which does what it offers and insists that it is asked for nothing else.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::rc::Rc;
use alloc::vec;
use alloc::vec::Vec;
use core::cell::RefCell;
use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};
use core::time::Duration;

use unik::clock::Sleep;
use unik::net::{Capabilities, Detached, Mac, Received, Transmit};

use super::{Wire, segment};

/// Bytes of an Ethernet header.
const HEADER: usize = 14;
/// The longest frame of an interface that cuts segments.
const LONG: usize = 65_535 + HEADER;

/// What an interface offers.
#[derive(Clone, Copy, Debug)]
pub struct Offers {
    /// The longest packet.
    pub mtu: usize,
    /// To complete and to verify checksums.
    pub checksum: bool,
    /// To cut segments.
    pub segments: bool,
}

impl Default for Offers {
    fn default() -> Self {
        Self { mtu: 1500, checksum: false, segments: false }
    }
}

impl Offers {
    /// Everything.
    pub const ALL: Self = Self { mtu: 1500, checksum: true, segments: true };
}

/// An interface; clones are the same one.
#[derive(Clone)]
pub struct Nic {
    wire: Wire,
    end: usize,
    mac: Mac,
    offers: Offers,
    state: Rc<RefCell<State>>,
}

/// A timer that runs.
type Waiting = Pin<Box<dyn Future<Output = ()>>>;

#[derive(Default)]
struct State {
    /// When the frames that were sent have left.
    leaving: VecDeque<Duration>,
    /// Somebody has found no room.
    wanted: bool,
    timer: Option<(Duration, Waiting)>,
}

impl Nic {
    pub(super) fn new(wire: Wire, end: usize, mac: Mac, offers: Offers) -> Self {
        Self { wire, end, mac, offers, state: Rc::default() }
    }

    /// Sends a frame as it is: for who plays somebody else.
    pub fn send(&self, frame: &[u8]) {
        self.carry(frame);
    }

    /// Waits for the next frame.
    ///
    /// # Panics
    /// If the interface is detached.
    pub async fn next(&self) -> Vec<u8> {
        core::future::poll_fn(|cx| unik::net::Nic::poll_ready(self, cx)).await;
        loop {
            assert_eq!(unik::net::Nic::detached(self), None, "no frame comes any more");
            if let Some(frame) = unik::net::Nic::receive(self, |frame, _| frame.to_vec()) {
                return frame;
            }
            core::future::poll_fn(|cx| unik::net::Nic::poll_ready(self, cx)).await;
        }
    }

    fn carry(&self, frame: &[u8]) {
        let now = self.wire.now();
        let per_byte = self.wire.shared.borrow().faults.per_byte;
        let mut state = self.state.borrow_mut();
        let start = state.leaving.back().copied().unwrap_or(now).max(now);
        let leaves = start + per_byte * u32::try_from(frame.len()).expect("a frame is short");
        state.leaving.push_back(leaves);
        drop(state);
        self.wire.carry(self.end, frame, leaves);
    }

    fn is_detached(&self) -> bool {
        self.wire.shared.borrow().ends[self.end].detached.is_some()
    }

    /// When the next thing happens that somebody waits for.
    fn next_event(&self) -> Option<Duration> {
        let arrives = self.wire.shared.borrow().ends[self.end].arriving.keys().next().map(|(at, _)| *at);
        let state = self.state.borrow();
        let leaves = if state.wanted { state.leaving.front().copied() } else { None };
        arrives.into_iter().chain(leaves).min()
    }
}

impl unik::net::Nic for Nic {
    fn mac(&self) -> Mac {
        self.mac
    }

    fn capabilities(&self) -> Capabilities {
        let longest = if self.offers.segments { LONG } else { self.offers.mtu + HEADER };
        let segments = self.offers.segments;
        Capabilities {
            mtu: self.offers.mtu,
            longest,
            checksum: self.offers.checksum,
            segments_v4: segments,
            segments_v6: segments,
        }
    }

    fn receive<R>(&self, take: impl FnOnce(&[u8], Received) -> R) -> Option<R> {
        if !self.has_received() {
            return None;
        }
        let (_, frame) = self.wire.shared.borrow_mut().ends[self.end].arriving.pop_first()?;
        let verified = self.offers.checksum && segment::is_intact(&frame);
        Some(take(&frame, Received { verified }))
    }

    fn has_received(&self) -> bool {
        let now = self.wire.now();
        self.wire.shared.borrow().ends[self.end].arriving.keys().next().is_some_and(|(at, _)| *at <= now)
    }

    fn transmit<R>(&self, length: usize, fill: impl FnOnce(&mut [u8]) -> (R, Transmit)) -> Option<R> {
        let capabilities = self.capabilities();
        assert!(length <= capabilities.longest, "a frame of {length} bytes is too long");
        assert!(length >= HEADER, "a frame of {length} bytes has no header");
        if !self.can_transmit() {
            self.state.borrow_mut().wanted = true;
            return None;
        }
        // What the memory held before must not go out.
        let mut frame = vec![0xA5; length];
        let (result, left) = fill(&mut frame);
        assert!(left.checksum.is_none() || capabilities.checksum, "checksums are not offered");
        assert!(left.segment.is_none() || self.offers.segments, "cutting is not offered");
        for piece in segment::complete(frame, left) {
            assert!(piece.len() <= self.offers.mtu + HEADER, "a piece of {} bytes is too long", piece.len());
            self.carry(&piece);
        }
        Some(result)
    }

    fn can_transmit(&self) -> bool {
        if self.is_detached() {
            return false;
        }
        let room = self.wire.shared.borrow().faults.room;
        let now = self.wire.now();
        let mut state = self.state.borrow_mut();
        while state.leaving.front().is_some_and(|leaves| *leaves <= now) {
            state.leaving.pop_front();
        }
        room == 0 || state.leaving.len() < room
    }

    fn flush(&self) {}

    fn poll_ready(&self, cx: &mut Context<'_>) -> Poll<()> {
        if self.is_detached() {
            return Poll::Ready(());
        }
        let now = self.wire.now();
        let Some(at) = self.next_event() else {
            self.wire.shared.borrow_mut().ends[self.end].waker = Some(cx.waker().clone());
            return Poll::Pending;
        };
        if at <= now {
            self.state.borrow_mut().wanted = false;
            return Poll::Ready(());
        }
        self.wire.shared.borrow_mut().ends[self.end].waker = Some(cx.waker().clone());
        let mut state = self.state.borrow_mut();
        if state.timer.as_ref().is_none_or(|(running, _)| *running != at) {
            let timer = self.wire.timer.clone();
            state.timer = Some((at, Box::pin(async move { timer.sleep(at - now).await })));
        }
        let (_, timer) = state.timer.as_mut().expect("it was set");
        let passed = timer.as_mut().poll(cx);
        if passed.is_ready() {
            state.timer = None;
            state.wanted = false;
        }
        passed
    }

    fn detached(&self) -> Option<Detached> {
        self.wire.shared.borrow().ends[self.end].detached.clone()
    }
}

impl fmt::Debug for Nic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Nic").field("mac", &self.mac).finish_non_exhaustive()
    }
}
