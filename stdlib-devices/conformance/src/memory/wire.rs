//! Network interfaces in memory that are joined by a wire, in virtual time and with faults.
//!
//! The wire is a hub: every interface hears what another sends, and keeps what is for it. What it does wrong is drawn from a
//! seed, so that a test goes the same way each time.

mod nic;
mod segment;

use alloc::collections::BTreeMap;
use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::RefCell;
use core::task::Waker;
use core::time::Duration;

pub use nic::{Nic, Offers};
use unik::clock::Monotonic;
use unik::net::{Detached, Mac};

use crate::virtual_time::Timer;

/// What a wire does wrong; nothing by default. Chances are in thousandths.
#[derive(Clone, Copy, Debug, Default)]
pub struct WireFaults {
    /// How long a frame takes.
    pub delay: Duration,
    /// How long each byte of a frame keeps the sender's end busy.
    pub per_byte: Duration,
    /// Frames that vanish.
    pub loss: u32,
    /// Frames that come twice.
    pub duplicates: u32,
    /// Frames of which a bit is another.
    pub corruption: u32,
    /// Frames that take up to three times as long, so that others overtake them; at least a millisecond.
    pub reordering: u32,
    /// How many frames an interface may have to send, 0 for as many as it likes.
    pub room: usize,
}

/// A wire; clones are the same one.
#[derive(Clone, Debug)]
pub struct Wire {
    timer: Timer,
    shared: Rc<RefCell<Shared>>,
}

#[derive(Debug)]
struct Shared {
    faults: WireFaults,
    seed: u64,
    sequence: u64,
    ends: Vec<End>,
    /// Nothing gets through.
    cut: bool,
    frames: u64,
}

/// One interface's end.
#[derive(Debug)]
struct End {
    mac: Mac,
    /// Whether it hears what is for others too.
    curious: bool,
    deaf: bool,
    /// Why its interface has gone for good.
    detached: Option<Detached>,
    arriving: BTreeMap<(Duration, u64), Vec<u8>>,
    waker: Option<Waker>,
}

impl Wire {
    /// A wire without faults.
    pub fn new(timer: &Timer) -> Self {
        Self::with(timer, WireFaults::default(), 0)
    }

    /// A wire with faults, drawn from a seed.
    pub fn with(timer: &Timer, faults: WireFaults, seed: u64) -> Self {
        let shared = Shared { faults, seed, sequence: 0, ends: Vec::new(), cut: false, frames: 0 };
        Self { timer: timer.clone(), shared: Rc::new(RefCell::new(shared)) }
    }

    /// Another interface at the wire, with an Ethernet address that ends in `number`.
    pub fn nic(&self, number: u8, offers: Offers) -> Nic {
        self.join(Mac([2, 0, 0, 0, 0, number]), offers, false)
    }

    /// An interface that hears everything: for who plays a router, a server, or somebody bad.
    pub fn curious(&self, number: u8) -> Nic {
        self.join(Mac([2, 0, 0, 0, 0, number]), Offers::default(), true)
    }

    fn join(&self, mac: Mac, offers: Offers, curious: bool) -> Nic {
        let mut shared = self.shared.borrow_mut();
        let arriving = BTreeMap::new();
        shared.ends.push(End { mac, curious, deaf: false, detached: None, arriving, waker: None });
        Nic::new(self.clone(), shared.ends.len() - 1, mac, offers)
    }

    /// From now on the wire does other things wrong.
    pub fn set(&self, faults: WireFaults) {
        self.shared.borrow_mut().faults = faults;
    }

    /// Cuts the wire, or mends it.
    pub fn cut(&self, cut: bool) {
        self.shared.borrow_mut().cut = cut;
    }

    /// From now on the interface whose address ends in `number` hears nothing, or hears again.
    pub fn deafen(&self, number: u8, deaf: bool) {
        let mut shared = self.shared.borrow_mut();
        for end in shared.ends.iter_mut().filter(|end| end.mac.0[5] == number) {
            end.deaf = deaf;
        }
    }

    /// The interface whose address ends in `number` goes for good, and with it what has not been looked at.
    pub fn detach(&self, number: u8) {
        let mut shared = self.shared.borrow_mut();
        for end in shared.ends.iter_mut().filter(|end| end.mac.0[5] == number) {
            end.detached = Some(Detached::new(format_args!("{} was taken from its wire", end.mac)));
            end.arriving.clear();
            end.waker.take().into_iter().for_each(Waker::wake);
        }
    }

    /// How many frames were sent, those included that were lost.
    pub fn frames(&self) -> u64 {
        self.shared.borrow().frames
    }

    /// Carries a frame from an end to the others; it leaves at `leaves`.
    fn carry(&self, from: usize, frame: &[u8], leaves: Duration) {
        let mut shared = self.shared.borrow_mut();
        let shared = &mut *shared;
        shared.frames += 1;
        let faults = shared.faults;
        for end in 0..shared.ends.len() {
            if end == from || shared.cut || !shared.ends[end].wants(frame) || shared.chance(faults.loss) {
                continue;
            }
            let copies = 1 + u32::from(shared.chance(faults.duplicates));
            for _ in 0..copies {
                let mut at = leaves + faults.delay;
                if shared.chance(faults.reordering) {
                    let longest = (2 * faults.delay).max(Duration::from_millis(1));
                    at += longest.mul_f64(shared.draw() as f64 / u64::MAX as f64);
                }
                let mut frame = frame.to_vec();
                if shared.chance(faults.corruption) {
                    let bit = shared.draw() as usize % (frame.len() * 8);
                    frame[bit / 8] ^= 1 << (bit % 8);
                }
                shared.sequence += 1;
                let key = (at, shared.sequence);
                shared.ends[end].arriving.insert(key, frame);
                shared.ends[end].waker.take().into_iter().for_each(Waker::wake);
            }
        }
    }
}

impl Shared {
    /// SplitMix64: enough for faults.
    fn draw(&mut self) -> u64 {
        self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.seed;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn chance(&mut self, thousandths: u32) -> bool {
        thousandths > 0 && self.draw() % 1000 < u64::from(thousandths)
    }
}

impl End {
    fn wants(&self, frame: &[u8]) -> bool {
        let many = frame.first().is_some_and(|byte| byte & 1 != 0);
        let own = frame.get(..6) == Some(&self.mac.0[..]);
        !self.deaf && self.detached.is_none() && (self.curious || many || own)
    }
}

impl Wire {
    fn now(&self) -> Duration {
        self.timer.now()
    }
}
