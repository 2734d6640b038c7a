//! Network interfaces of the guest.

use alloc::format;
use alloc::rc::Rc;
use alloc::string::ToString;
use core::task::{Context, Poll};

use unik::concurrent::race;
use unik::net::{Capabilities, Detached, Mac, Received, Transmit};
use unik_x86_64::{Source, current};

use super::{PATIENCE, late};
use crate::attached::{self, NIC};
use crate::error::Error;
use crate::hypercall::Xen;
use crate::machine::{self, Heap};
use crate::net;

/// A network interface of the guest. Its back end may go and come back: meanwhile no frame arrives, and there is no room for one. It is
/// detached once a back end has broken the protocol, or cannot be talked with.
#[derive(Clone, Debug)]
pub struct Nic(net::Nic<Xen, Heap>);

/// An interface that the machine looks at.
struct Watched(Rc<net::Net<Xen, Heap>>);

impl Source for Watched {
    fn poll(&self) -> bool {
        self.0.poll()
    }

    fn arm(&self) -> bool {
        self.0.arm()
    }
}

impl Nic {
    /// The interface that the tools attach under a name: those of the image have the guest's in order, by their index.
    pub async fn new(interface: &str) -> Result<Self, Error> {
        let guest = machine::guest().ok_or(Error::NotXen { what: NIC.what })?;
        let front = attached::front(&NIC, interface).await?;
        let place = format!("the network interface {front}");
        let nic = net::Net::new(guest, front, net::SIZES);
        machine::watch(Rc::new(Watched(nic.clone())));
        let running = nic.clone();
        current().spawn(async move {
            running.run().await;
        });
        let opened = async { nic.opened().await.map_err(|error| error.to_string()) };
        let late = async {
            current().sleep(PATIENCE).await;
            Err(late())
        };
        let opened = race(opened, late).await;
        opened.map(Self).map_err(|reason| Error::Unconnected { place, reason })
    }
}

impl unik::net::Nic for Nic {
    fn mac(&self) -> Mac {
        self.0.mac()
    }

    fn capabilities(&self) -> Capabilities {
        self.0.capabilities()
    }

    fn receive<R>(&self, take: impl FnOnce(&[u8], Received) -> R) -> Option<R> {
        self.0.receive(take)
    }

    fn has_received(&self) -> bool {
        self.0.has_received()
    }

    fn transmit<R>(&self, length: usize, fill: impl FnOnce(&mut [u8]) -> (R, Transmit)) -> Option<R> {
        self.0.transmit(length, fill)
    }

    fn can_transmit(&self) -> bool {
        self.0.can_transmit()
    }

    fn flush(&self) {
        self.0.flush();
    }

    fn poll_ready(&self, cx: &mut Context<'_>) -> Poll<()> {
        self.0.poll_ready(cx)
    }

    fn detached(&self) -> Option<Detached> {
        self.0.detached()
    }
}
