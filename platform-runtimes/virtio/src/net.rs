//! Network interfaces (virtio 1.2, 5.1).
//!
//! It decides which features are used, how much memory frames get, and whom an interrupt wakes. Frames in are `receive`'s,
//! frames out `transmit`'s. What the device can do in the stack's place it does: checksums both ways, cutting long segments,
//! joining them. All of it falls away piece by piece where the device does not offer it.

mod header;
mod receive;
mod transmit;

use alloc::boxed::Box;
use alloc::format;
use core::cell::{Cell, RefCell};
use core::task::{Context, Poll, Waker};

use unik::net::{Capabilities, Detached, Mac, Received, Transmit as Offload};

use crate::device::{ANY_LAYOUT, Device, EVENT_IDX, VERSION_1, stable};
use crate::fault::Fault;
use crate::memory::{Dma, Memory};
use crate::transport::Transport;
use receive::{Cut, Receive};
use transmit::Transmit;

/// The type of network devices.
pub const KIND: u32 = 1;

const RECEIVE: u16 = 0;
const TRANSMIT: u16 = 1;

// Feature bits (5.1.3).
const CSUM: u32 = 0;
const GUEST_CSUM: u32 = 1;
const MTU: u32 = 3;
const MAC: u32 = 5;
const GUEST_TSO4: u32 = 7;
const GUEST_TSO6: u32 = 8;
const HOST_TSO4: u32 = 11;
const HOST_TSO6: u32 = 12;
const MRG_RXBUF: u32 = 15;
const STATUS: u32 = 16;

/// The link is up, in the status of the configuration (5.1.4).
const LINK_UP: u16 = 1;

/// Bytes of an Ethernet header.
const ETHERNET: usize = 14;
/// The longest frame that is cut: an IP packet of 65535 bytes.
const LONGEST: usize = 65_535 + ETHERNET;

/// How much memory an interface gets.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// Descriptors of each queue, a power of two, if the device allows that many.
    pub queue: u16,
    /// Buffers for frames that arrive.
    pub buffers: u16,
    /// Bytes of each: if frames may be spread over several; otherwise each takes the longest frame.
    pub buffer: usize,
    /// Bytes for frames that are sent; at least one of the longest.
    pub transmit: usize,
}

/// 128 buffers of 2 KiB, and three or four of the longest segments on their way out: half a MiB.
pub const SIZES: Sizes = Sizes { queue: 128, buffers: 128, buffer: 2048, transmit: 256 * 1024 };

/// A network interface.
#[derive(Debug)]
pub struct Net<M> {
    // Dropped first: the device is reset before its memory is freed.
    device: Device,
    mac: Mac,
    capabilities: Capabilities,
    receive: RefCell<Receive<M>>,
    received: M,
    transmit: RefCell<Transmit<M>>,
    sent: M,
    /// Whether somebody has found no room for a frame, and has not been told since that there is some.
    wants_room: Cell<bool>,
    /// Whether its link was up when last looked at.
    is_up: Cell<bool>,
    waiting: RefCell<Option<Waker>>,
}

impl<M: Memory> Net<M> {
    /// Brings an interface up.
    pub fn start(
        transport: Box<dyn Transport>,
        dma: &impl Dma<Memory = M>,
        sizes: Sizes,
    ) -> Result<Self, Fault> {
        let device = Device::start(transport, choose)?;
        let config = device.config(|config| (mac(config), config.config16(6), config.config16(10)))?;
        let (address, status, mtu) = config;
        let mtu = if device.has(MTU) { usize::from(mtu) } else { 1500 };
        let merges = device.has(MRG_RXBUF);
        let header = if merges || device.has(VERSION_1) { header::LONG } else { header::SHORT };
        let capabilities = capabilities(&device, mtu);
        let apart = !device.has(VERSION_1) && !device.has(ANY_LAYOUT);
        let joins = device.has(GUEST_TSO4) || device.has(GUEST_TSO6);
        let longest = if joins { LONGEST } else { mtu + ETHERNET };
        let cut =
            Cut { buffer: sizes.buffer, header, merges, verifies: device.has(GUEST_CSUM), apart, longest };
        let queue = device.queue(dma, RECEIVE, sizes.queue)?;
        let (receive, received) = Receive::new(dma, queue, sizes.buffers, cut)?;
        let queue = device.queue(dma, TRANSMIT, sizes.queue)?;
        let (transmit, sent) =
            Transmit::new(dma, queue, sizes.transmit, header, capabilities.longest, apart)?;
        device.ready();
        let net = Self {
            mac: address,
            device,
            capabilities,
            receive: RefCell::new(receive),
            received,
            transmit: RefCell::new(transmit),
            sent,
            wants_room: Cell::new(false),
            is_up: Cell::new(true),
            waiting: RefCell::new(None),
        };
        net.receive.borrow_mut().tell(&net.device);
        net.tell_link(status);
        Ok(net)
    }

    /// Whether the device has an address of its own.
    pub fn has_address(&self) -> bool {
        self.device.has(MAC)
    }

    /// Gives it another address: one without any must have one.
    pub fn set_address(&mut self, address: Mac) {
        self.mac = address;
    }

    /// Whether its link was up when the device last said so; a device that does not say is up.
    pub fn is_up(&self) -> bool {
        self.is_up.get()
    }

    /// What is wrong with it, if it was given up.
    pub fn fault(&self) -> Option<Fault> {
        self.device.fault()
    }

    /// Looks at the queues and wakes who waits; whether anybody did for something that has happened.
    pub fn poll(&self) -> bool {
        if self.fault().is_none() {
            self.receive.borrow().disarm();
            self.transmit.borrow().disarm();
            if self.device.look() && self.device.has(STATUS) {
                let status = self.device.config(|config| config.config16(6));
                self.device.checked(status).inspect(|status| self.tell_link(*status));
            }
        }
        if !self.is_ready() {
            return false;
        }
        // The waker runs when nothing is borrowed.
        let waiting = self.waiting.take();
        waiting.map(Waker::wake).is_some()
    }

    /// Asks for interrupts for what somebody waits for; whether it has happened meanwhile.
    pub fn arm(&self) -> bool {
        if self.waiting.borrow().is_none() {
            return false;
        }
        if self.fault().is_some() {
            return true;
        }
        let received = self.receive.borrow().arm();
        let sent = self.wants_room.get() && self.transmit.borrow().arm();
        received || sent
    }

    /// Tells people of a link that has gone down or come up.
    fn tell_link(&self, status: u16) {
        let is_up = !self.device.has(STATUS) || status & LINK_UP != 0;
        if self.is_up.replace(is_up) != is_up {
            log::warn!("{}: its link is {}", self.device.name(), if is_up { "up" } else { "down" });
        }
    }

    /// Somebody has found no room: the device must get on with what it has.
    fn lacks_room(&self) {
        self.wants_room.set(true);
        unik::net::Nic::flush(self);
    }

    /// Whether who waits has something to look at, a fault included.
    fn is_ready(&self) -> bool {
        self.has_frame() || self.wants_room.get() && self.has_room() || self.fault().is_some()
    }

    fn has_frame(&self) -> bool {
        self.fault().is_none() && self.receive.borrow().has_frame()
    }

    fn has_room(&self) -> bool {
        if self.fault().is_some() {
            return false;
        }
        let room = self.transmit.borrow_mut().has_room();
        self.device.checked(room).unwrap_or(false)
    }
}

/// The features that are used of those offered.
fn choose(offered: u64, config: &dyn Transport) -> u64 {
    let has = |feature: u32| offered & 1 << feature != 0;
    let mut chosen = 0;
    let mut choose =
        |feature: u32, condition: bool| chosen |= u64::from(condition && has(feature)) << feature;
    for feature in [EVENT_IDX, ANY_LAYOUT, MAC, STATUS, MRG_RXBUF, CSUM, GUEST_CSUM] {
        choose(feature, true);
    }
    choose(HOST_TSO4, has(CSUM));
    choose(HOST_TSO6, has(CSUM));
    // Without buffers that are joined, each would have to take 64 KiB.
    choose(GUEST_TSO4, has(GUEST_CSUM) && has(MRG_RXBUF));
    choose(GUEST_TSO6, has(GUEST_CSUM) && has(MRG_RXBUF));
    let mtu = if has(MTU) { stable(config, |config| config.config16(10)).unwrap_or(0) } else { 0 };
    // The least of IPv6, and what fits into a packet.
    choose(MTU, (1280..=65_521).contains(&mtu));
    chosen
}

fn mac(config: &dyn Transport) -> Mac {
    Mac(core::array::from_fn(|index| config.config8(index)))
}

fn capabilities(device: &Device, mtu: usize) -> Capabilities {
    let (segments_v4, segments_v6) = (device.has(HOST_TSO4), device.has(HOST_TSO6));
    Capabilities {
        mtu,
        longest: if segments_v4 || segments_v6 { LONGEST } else { mtu + ETHERNET },
        checksum: device.has(CSUM),
        segments_v4,
        segments_v6,
    }
}

impl<M: Memory> unik::net::Nic for Net<M> {
    fn mac(&self) -> Mac {
        self.mac
    }

    fn capabilities(&self) -> Capabilities {
        self.capabilities
    }

    fn receive<R>(&self, take: impl FnOnce(&[u8], Received) -> R) -> Option<R> {
        if self.fault().is_some() {
            return None;
        }
        let mut receive = self.receive.borrow_mut();
        let Some(mut frame) = self.device.checked(receive.next(&self.received))? else {
            receive.tell(&self.device);
            return None;
        };
        let cut = receive.cut();
        // `take` may call back.
        drop(receive);
        let received = frame.received();
        let result = frame.lend(&self.received, cut, |bytes| take(bytes, received));
        if self.fault().is_none() {
            self.receive.borrow_mut().give_back(&self.device, frame);
        }
        Some(result)
    }

    fn has_received(&self) -> bool {
        self.has_frame()
    }

    fn transmit<R>(&self, length: usize, fill: impl FnOnce(&mut [u8]) -> (R, Offload)) -> Option<R> {
        if self.fault().is_some() {
            return None;
        }
        let room = self.transmit.borrow_mut().open(length);
        let Some(room) = self.device.checked(room)? else {
            self.lacks_room();
            return None;
        };
        let header = room.length - length;
        let result = self.sent.lend_mut(room.start..room.start + room.length, |bytes| {
            let (head, frame) = bytes.split_at_mut(header);
            let (result, offload) = fill(frame);
            Transmit::<M>::write_header(head, offload);
            result
        });
        let closed = self.transmit.borrow_mut().close(&self.sent, room);
        self.device.checked(closed)?;
        Some(result)
    }

    fn can_transmit(&self) -> bool {
        let room = self.has_room();
        if !room {
            self.lacks_room();
        }
        room
    }

    fn flush(&self) {
        if self.fault().is_none() {
            self.transmit.borrow_mut().flush(&self.device);
        }
    }

    fn poll_ready(&self, cx: &mut Context<'_>) -> Poll<()> {
        // Only who is told of room no longer waits for it: neither a frame that arrives nor a short one that fits ends that.
        let has_room = self.wants_room.get() && self.has_room();
        if has_room {
            self.wants_room.set(false);
        }
        if has_room || self.has_frame() || self.fault().is_some() {
            return Poll::Ready(());
        }
        // Who waits has nothing more to say.
        self.receive.borrow_mut().tell(&self.device);
        self.transmit.borrow_mut().flush(&self.device);
        *self.waiting.borrow_mut() = Some(cx.waker().clone());
        Poll::Pending
    }

    /// A link that is down may come up again; a device that was given up is never used again.
    fn detached(&self) -> Option<Detached> {
        let given_up = |fault| format!("{} was given up: {fault}", self.device.name());
        self.fault().map(|fault| Detached::new(given_up(fault)))
    }
}
