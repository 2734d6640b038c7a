//! An interface as its stack has it: `std/net.Nic`.
//!
//! While there is no back end nothing arrives and there is no room; frames flow again once there is one. An interface that was given up says
//! that it is detached.

use alloc::rc::Rc;
use core::fmt;
use core::task::{Context, Poll};

use unik::net::{Capabilities, Detached, Mac, Received, Transmit};
use unik_driver::{Atomics, Dma, Memory};

use super::Net;
use crate::hypervisor::Hypervisor;

/// A network interface that has been connected once. Clones are the same one.
pub struct Nic<H: Hypervisor, D: Dma<Memory: Atomics>> {
    pub(super) net: Rc<Net<H, D>>,
    pub(super) mac: Mac,
    pub(super) capabilities: Capabilities,
}

impl<H: Hypervisor, D: Dma<Memory: Atomics>> Clone for Nic<H, D> {
    fn clone(&self) -> Self {
        Self { net: self.net.clone(), mac: self.mac, capabilities: self.capabilities }
    }
}

impl<H: Hypervisor, D: Dma<Memory: Atomics>> fmt::Debug for Nic<H, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Nic").field("mac", &self.mac).finish_non_exhaustive()
    }
}

impl<H: Hypervisor + Clone, D: Dma<Memory: Atomics> + Clone> unik::net::Nic for Nic<H, D> {
    fn mac(&self) -> Mac {
        self.mac
    }

    fn capabilities(&self) -> Capabilities {
        self.capabilities
    }

    fn receive<R>(&self, take: impl FnOnce(&[u8], Received) -> R) -> Option<R> {
        let link = self.net.link()?;
        let taken = link.receive.borrow_mut().take();
        let Some(frame) = self.net.checked(taken)? else {
            link.show_pages();
            return None;
        };
        // Nothing is borrowed: `take` may call back.
        let result = take(frame.bytes(), frame.received());
        let mut receive = link.receive.borrow_mut();
        receive.put(frame);
        let is_due = receive.is_due();
        drop(receive);
        if is_due {
            link.show_pages();
        }
        Some(result)
    }

    fn has_received(&self) -> bool {
        self.net.has_frame()
    }

    fn transmit<R>(&self, length: usize, fill: impl FnOnce(&mut [u8]) -> (R, Transmit)) -> Option<R> {
        let Some(link) = self.net.link() else {
            self.net.lacks_room();
            return None;
        };
        let opened = link.transmit.borrow_mut().open(length);
        let Some(room) = self.net.checked(opened)? else {
            self.net.lacks_room();
            return None;
        };
        let (result, offload) = link.frames.lend_mut(room.range(), |frame| {
            let (result, offload) = fill(frame);
            (result, link.finish(frame, offload))
        });
        link.transmit.borrow_mut().close(room, offload);
        Some(result)
    }

    fn can_transmit(&self) -> bool {
        let room = self.net.has_room();
        if !room {
            self.net.lacks_room();
        }
        room
    }

    fn flush(&self) {
        if let Some(link) = self.net.link() {
            link.show_frames();
        }
    }

    fn poll_ready(&self, cx: &mut Context<'_>) -> Poll<()> {
        self.net.poll_ready(cx)
    }

    fn detached(&self) -> Option<Detached> {
        self.net.detached()
    }
}
