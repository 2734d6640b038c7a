//! Network interfaces (xen/include/public/io/netif.h).
//!
//! It decides how much memory frames get, whom an event wakes, and what becomes of an interface whose back end goes. Frames in are
//! `receive`'s, frames out `transmit`'s; `link` is all that one back end has been given, `features` what it can do. What it can do in the
//! stack's place it does: checksums both ways, cutting long segments, joining them.
//!
//! One ring each way, one channel for both: an image has one processor. Frames are copied by the hypervisor, into pages that stay granted.
//!
//! A back end that goes takes the frames on their way with it, as a wire does that is unplugged. One that lies is let go for good, and then
//! the interface is detached; so it is when it cannot be on the bus any more.

mod checksum;
mod fault;
mod features;
mod link;
mod nic;
mod receive;
mod transmit;
mod wire;

use alloc::format;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};
use core::fmt;
use core::future::poll_fn;
use core::task::{Context, Poll, Waker};

use unik::concurrent::join;
use unik::net::{Capabilities, Detached, Mac};
use unik_driver::{Atomics, Dma};

use crate::bus::{Back, Driver, Error, Front, State};
use crate::guest::Guest;
use crate::hypervisor::Hypervisor;
pub use fault::Fault;
use features::Features;
use link::Link;
pub use nic::Nic;

/// How much memory an interface gets while it has a back end, in pages of 4 KiB.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// For frames in: a power of two, at most 256. A frame of the usual length takes one, the longest seventeen.
    pub receive: usize,
    /// For frames out: at least one of the longest. A frame of the usual length takes half of one.
    pub transmit: usize,
}

/// Half a MiB for frames in, a quarter for frames out: three or four of the longest segments.
pub const SIZES: Sizes = Sizes { receive: 128, transmit: 64 };

/// The front end of a network interface.
pub struct Net<H: Hypervisor, D: Dma<Memory: Atomics>> {
    guest: Guest<H, D>,
    front: Front,
    sizes: Sizes,
    link: RefCell<Option<Rc<Link<H, D>>>>,
    /// What its users were told, once it has been connected.
    promised: Cell<Option<(Mac, Capabilities)>>,
    fault: Cell<Option<Fault>>,
    ended: RefCell<Option<Error>>,
    /// Whether somebody has found no room for a frame, and has not been told since that there is some.
    wants_room: Cell<bool>,
    waiting: RefCell<Option<Waker>>,
    /// Who waits for a fault, and who waits until it is connected.
    failing: RefCell<Option<Waker>>,
    opening: RefCell<Vec<Waker>>,
}

impl<H: Hypervisor, D: Dma<Memory: Atomics>> fmt::Debug for Net<H, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Net").field("front", &self.front).field("fault", &self.fault).finish_non_exhaustive()
    }
}

impl<H: Hypervisor + Clone, D: Dma<Memory: Atomics> + Clone> Net<H, D> {
    /// The interface of a front end. It is used once [`Net::run`] runs.
    pub fn new(guest: Guest<H, D>, front: Front, sizes: Sizes) -> Rc<Self> {
        Rc::new(Self {
            guest,
            front,
            sizes,
            link: RefCell::new(None),
            promised: Cell::new(None),
            fault: Cell::new(None),
            ended: RefCell::new(None),
            wants_room: Cell::new(false),
            waiting: RefCell::new(None),
            failing: RefCell::new(None),
            opening: RefCell::new(Vec::new()),
        })
    }

    /// Drives the interface as long as the program runs; ends only with what makes that impossible.
    pub async fn run(&self) -> Error {
        let error = self.front.run(self).await;
        log::error!("the network interface {} is given up: {error}", self.front);
        self.ended.replace(Some(error.clone()));
        self.opening.take().into_iter().for_each(Waker::wake);
        self.waiting.take().into_iter().for_each(Waker::wake);
        error
    }

    /// Waits until the interface is connected for the first time.
    ///
    /// # Errors
    /// If it never will be.
    pub async fn opened(self: &Rc<Self>) -> Result<Nic<H, D>, Error> {
        poll_fn(|cx| {
            if let Some((mac, capabilities)) = self.promised.get() {
                return Poll::Ready(Ok(Nic { net: self.clone(), mac, capabilities }));
            }
            if let Some(error) = &*self.ended.borrow() {
                return Poll::Ready(Err(error.clone()));
            }
            self.opening.borrow_mut().push(cx.waker().clone());
            Poll::Pending
        })
        .await
    }

    /// Where it is in XenStore.
    pub fn place(&self) -> String {
        format!("device/vif/{}", self.front.number())
    }

    /// Whether it has a back end.
    pub fn is_up(&self) -> bool {
        self.link().is_some()
    }

    /// What its back end has done, if it was let go for that.
    pub fn fault(&self) -> Option<Fault> {
        self.fault.get()
    }

    /// Why it is of no use any more, if it was given up.
    fn detached(&self) -> Option<Detached> {
        let given_up =
            |reason: &dyn fmt::Display| Detached::new(format_args!("{} was given up: {reason}", self.front));
        match self.fault.get() {
            Some(fault) => Some(given_up(&fault)),
            None => self.ended.borrow().as_ref().map(|error| given_up(error)),
        }
    }

    fn is_detached(&self) -> bool {
        self.fault.get().is_some() || self.ended.borrow().is_some()
    }

    /// Looks at the rings and wakes who waits; whether anybody did for something that has happened.
    pub fn poll(&self) -> bool {
        let was_wrong = self.fault.get().is_some();
        let ready = self.has_frame() || self.wants_room.get() && self.has_room();
        // A fault that the look has found has woken who takes it to the tools.
        let found = !was_wrong && self.fault.get().is_some();
        if !ready && !self.is_detached() {
            return false;
        }
        // The waker runs when nothing is borrowed.
        let waiting = self.waiting.take();
        waiting.map(Waker::wake).is_some() || found
    }

    /// Asks for events for what somebody waits for; whether it has happened meanwhile.
    pub fn arm(&self) -> bool {
        if self.waiting.borrow().is_none() {
            return false;
        }
        let Some(link) = self.link() else { return self.is_detached() };
        let armed = link.arm(self.wants_room.get());
        // That something is wrong has happened, too.
        self.checked(armed).unwrap_or(true)
    }

    /// The connection that is in use.
    fn link(&self) -> Option<Rc<Link<H, D>>> {
        let link = self.link.borrow();
        link.as_ref().filter(|link| self.fault.get().is_none() && link.is_up.get()).cloned()
    }

    /// What a look at the rings has given; nothing if the back end has to be let go for it.
    fn checked<T>(&self, result: Result<T, Fault>) -> Option<T> {
        result
            .map_err(|fault| {
                self.fault.set(Some(fault));
                self.failing.take().into_iter().for_each(Waker::wake);
            })
            .ok()
    }

    fn has_frame(&self) -> bool {
        let Some(link) = self.link() else { return false };
        let has = link.receive.borrow_mut().has_frame();
        self.checked(has).unwrap_or(false)
    }

    fn has_room(&self) -> bool {
        let Some(link) = self.link() else { return false };
        let has = link.transmit.borrow_mut().has_room();
        self.checked(has).unwrap_or(false)
    }

    /// Somebody has found no room: the back end must get on with what it has.
    fn lacks_room(&self) {
        self.wants_room.set(true);
        if let Some(link) = self.link() {
            link.show_frames();
        }
    }

    fn poll_ready(&self, cx: &mut Context<'_>) -> Poll<()> {
        // Only who is told of room no longer waits for it: neither a frame that arrives nor a short one that fits ends that.
        let has_room = self.wants_room.get() && self.has_room();
        if has_room {
            self.wants_room.set(false);
        }
        if has_room || self.has_frame() || self.is_detached() {
            return Poll::Ready(());
        }
        if let Some(link) = self.link() {
            // Who waits has nothing more to say.
            link.show_pages();
            link.show_frames();
        }
        *self.waiting.borrow_mut() = Some(cx.waker().clone());
        Poll::Pending
    }

    /// Its address, which the tools give.
    async fn mac(&self) -> Result<Mac, Error> {
        let malformed = || Error::Malformed { path: format!("{}/mac", self.place()) };
        let text = self.front.text("mac").await?.ok_or_else(malformed)?;
        mac(&text).ok_or_else(malformed)
    }
}

/// An address of one station.
fn mac(text: &str) -> Option<Mac> {
    let bytes = text.split(':').map(|byte| {
        let is_hexadecimal = byte.len() == 2 && byte.bytes().all(|digit| digit.is_ascii_hexdigit());
        is_hexadecimal.then(|| u8::from_str_radix(byte, 16).ok()).flatten()
    });
    let bytes: [u8; 6] = bytes.collect::<Option<Vec<u8>>>()?.try_into().ok()?;
    (bytes[0] & 1 == 0).then_some(Mac(bytes))
}

impl<H: Hypervisor + Clone, D: Dma<Memory: Atomics> + Clone> Driver for Net<H, D> {
    /// The back end connects when this end says that it has.
    const OFFERED: State = State::Connected;

    async fn offer(&self, back: &Back) -> Result<Vec<(String, String)>, Error> {
        let (features, mtu) = join(Features::read(back), self.front.text("mtu")).await;
        let (features, mtu) = (features?, mtu?);
        let promised = match self.promised.get() {
            Some((_, capabilities)) if !features.keep(&capabilities) => {
                return Err(Error::GivenUp("its back end does less than the one before".to_string()));
            }
            Some(promised) => promised,
            None => (self.mac().await?, features.capabilities(mtu.as_deref())),
        };
        // One that was offered and never used must be gone before its memory is needed again.
        self.link.take();
        let link = Link::new(&self.guest, back, self.sizes, features, promised)?;
        let offered = link.offered();
        self.link.replace(Some(Rc::new(link)));
        Ok(offered)
    }

    async fn connected(&self, _back: &Back) -> Result<(), Error> {
        if let Some(link) = &*self.link.borrow() {
            link.go_up();
            if self.promised.replace(Some((link.mac, link.capabilities))).is_some() {
                log::warn!("the network interface {}: its back end is there again", self.front);
            }
        }
        self.opening.take().into_iter().for_each(Waker::wake);
        // There is room, at least.
        self.waiting.take().into_iter().for_each(Waker::wake);
        Ok(())
    }

    fn released(&self) {
        let link = self.link.take();
        if link.is_some_and(|link| link.is_up.get()) && self.fault.get().is_none() {
            log::warn!("the network interface {}: its back end has gone", self.front);
        }
    }

    async fn failed(&self) -> String {
        poll_fn(|cx| {
            if let Some(fault) = self.fault.get() {
                return Poll::Ready(fault.to_string());
            }
            self.failing.replace(Some(cx.waker().clone()));
            Poll::Pending
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_the_tools_write_them() {
        assert_eq!(mac("00:16:3e:5f:A0:01"), Some(Mac([0, 0x16, 0x3e, 0x5f, 0xa0, 1])));
        for text in [
            "",
            "00:16:3e:5f:a0",
            "00:16:3e:5f:a0:01:02",
            "01:16:3e:5f:a0:01",
            "0:16:3e:5f:a0:001",
            "00:16:3e:5f:a0:+1",
        ] {
            assert_eq!(mac(text), None, "{text}");
        }
    }
}
