//! What one back end has been given: rings, pages, a channel. All of it is taken back when this is dropped.

use alloc::format;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};

use unik::net::{Capabilities, Mac, Transmit as Offload};
use unik_driver::{Atomics, Dma};

use super::Sizes;
use super::checksum;
use super::fault::Fault;
use super::features::{Features, own};
use super::receive::Receive;
use super::transmit::Transmit;
use crate::bus::{Back, Error};
use crate::events::{Channel, Events};
use crate::guest::Guest;
use crate::hypervisor::Hypervisor;

/// A connection.
pub(super) struct Link<H: Hypervisor, D: Dma<Memory: Atomics>> {
    events: Rc<Events<D::Memory>>,
    // Dropped first: nobody is told of pages that are not there.
    channel: Channel<H>,
    pub(super) receive: RefCell<Receive<H, D>>,
    pub(super) transmit: RefCell<Transmit<H, D>>,
    /// Where frames out are written.
    pub(super) frames: Rc<D::Memory>,
    features: Features,
    pub(super) mac: Mac,
    pub(super) capabilities: Capabilities,
    /// Whether the back end has connected.
    pub(super) is_up: Cell<bool>,
}

impl<H: Hypervisor + Clone, D: Dma<Memory: Atomics> + Clone> Link<H, D> {
    /// Makes all that a back end needs.
    pub(super) fn new(
        guest: &Guest<H, D>,
        back: &Back,
        sizes: Sizes,
        features: Features,
        (mac, capabilities): (Mac, Capabilities),
    ) -> Result<Self, Error> {
        let given_up = |reason: &dyn ToString| Error::GivenUp(reason.to_string());
        let (grants, domain) = (&guest.grants, back.domain());
        let receive = Receive::new(grants, domain, sizes.receive).map_err(|error| given_up(&error))?;
        let transmit = Transmit::new(grants, domain, sizes.transmit, capabilities.longest);
        let transmit = transmit.map_err(|error| given_up(&error))?;
        let port = guest.hypervisor.allocate(domain).map_err(|refused| given_up(&refused))?;
        let link = Self {
            events: guest.events.clone(),
            channel: Channel::new(guest.hypervisor.clone(), port),
            receive: RefCell::new(receive),
            frames: transmit.memory().clone(),
            transmit: RefCell::new(transmit),
            features,
            mac,
            capabilities,
            is_up: Cell::new(false),
        };
        if !link.events.unmask(port) {
            return Err(Error::GivenUp(format!("nobody would be woken by port {}", port.0)));
        }
        Ok(link)
    }

    /// What the back end is told, by name.
    pub(super) fn offered(&self) -> Vec<(String, String)> {
        let mut offered = own();
        for (name, number) in [
            ("tx-ring-ref", self.transmit.borrow().reference().0),
            ("rx-ring-ref", self.receive.borrow().reference().0),
            ("event-channel", self.channel.port().0),
        ] {
            offered.push((name.to_string(), number.to_string()));
        }
        offered
    }

    /// The back end has connected: it may not have heard of the pages that it has.
    pub(super) fn go_up(&self) {
        self.is_up.set(true);
        self.channel.notify();
    }

    /// Does of a frame what the back end does not, and says what is left to it.
    pub(super) fn finish(&self, frame: &mut [u8], mut offload: Offload) -> Offload {
        let Some(sum) = offload.checksum else { return offload };
        let v6 = checksum::is_v6(frame);
        let completes = if v6 { self.features.checksum_v6 } else { self.features.checksum_v4 };
        // Each piece of a segment gets a sum of its own; who cuts them makes those.
        if !completes && offload.segment.is_none() {
            checksum::complete(frame, sum);
            offload.checksum = None;
        }
        offload
    }

    /// Shows the back end the pages that it may fill again.
    pub(super) fn show_pages(&self) {
        if self.receive.borrow_mut().show() {
            self.channel.notify();
        }
    }

    /// Shows the back end the frames that were sent.
    pub(super) fn show_frames(&self) {
        if self.transmit.borrow_mut().show() {
            self.channel.notify();
        }
    }

    /// Asks for an event for the next frame, and for room if somebody wants some; whether there is something already.
    pub(super) fn arm(&self, wants_room: bool) -> Result<bool, Fault> {
        let received = self.receive.borrow().arm()?;
        let sent = wants_room && self.transmit.borrow().arm()?;
        Ok(received || sent)
    }
}

impl<H: Hypervisor, D: Dma<Memory: Atomics>> Drop for Link<H, D> {
    fn drop(&mut self) {
        self.events.mask(self.channel.port());
    }
}
