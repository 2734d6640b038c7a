//! The devices of a program on this target: network interfaces, disks, random bytes, the console.

use alloc::rc::Rc;
use core::task::{Context, Poll};
use core::time::Duration;

use unik::clock::Sleep;
use unik::concurrent::race;
use unik::net::{Capabilities, Detached, Mac, Received, Transmit};
use unik_x86_64::{Timer, random};

use crate::attached::{self, broken};
use crate::error::Error;
use crate::fault::Fault;
use crate::machine::{Heap, Shared, watch};
use crate::watched::Watched;
use crate::{blk, net, rng};

/// How long a source of entropy may take when the program starts.
const PATIENCE: Duration = Duration::from_millis(100);

/// A network interface of the virtual machine.
#[derive(Clone, Debug)]
pub struct Nic(Rc<net::Net<Shared>>);

impl Nic {
    /// The interface that the host attaches under a name: those of the image have the machine's in order.
    pub async fn new(interface: &str) -> Result<Self, Error> {
        let place = attached::nic(interface)?;
        let transport = attached::open(&place)?;
        let started = net::Net::start(transport, &Heap, net::SIZES);
        let mut nic = started.map_err(|fault| broken(&place, fault))?;
        if !nic.has_address() {
            nic.set_address(own_address().await?);
        }
        let nic = Rc::new(nic);
        watch(Rc::new(Watched(nic.clone())));
        Ok(Self(nic))
    }
}

/// A random address, which no maker of interfaces gives out: administered locally, of one station (IEEE 802).
async fn own_address() -> Result<Mac, Error> {
    let mut address = [0; 6];
    unik::random::Random::fill(&unik_x86_64::Entropy::new().await?, &mut address);
    address[0] = address[0] & !1 | 2;
    Ok(Mac(address))
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

/// A disk of the virtual machine.
#[derive(Clone, Debug)]
pub struct Disk(Rc<blk::Disk<Shared>>);

impl Disk {
    /// The disk that the host attaches under a name: the one with this serial number; those without one in order.
    pub async fn new(disk: &str) -> Result<Self, Error> {
        Ok(Self(attached::disk(disk).await?))
    }
}

impl unik::block::Block for Disk {
    type Error = blk::Error;

    fn sector_size(&self) -> usize {
        self.0.sector_size()
    }

    fn sectors(&self) -> u64 {
        self.0.sectors()
    }

    fn is_read_only(&self) -> bool {
        self.0.is_read_only()
    }

    async fn read(&self, sector: u64, buffer: &mut [u8]) -> Result<(), blk::Error> {
        self.0.read(sector, buffer).await
    }

    async fn write(&self, sector: u64, bytes: &[u8]) -> Result<(), blk::Error> {
        self.0.write(sector, bytes).await
    }

    async fn flush(&self) -> Result<(), blk::Error> {
        self.0.flush().await
    }
}

/// Random bytes, fit for keys: of the processor, and of the host where it has a source of entropy.
#[derive(Clone, Debug)]
pub struct Entropy(unik_x86_64::Entropy);

impl Entropy {
    /// Gathers what there is. Fails if that is nothing.
    pub async fn new() -> Result<Self, Error> {
        for place in attached::places(rng::KIND)? {
            if let Err(error) = gather(&place).await {
                log::warn!("{error}");
            }
        }
        Ok(Self(unik_x86_64::Entropy::new().await?))
    }
}

/// Mixes in what a source of entropy gives, if it gives anything in time.
async fn gather(place: &crate::find::Place) -> Result<(), Error> {
    let source = rng::Rng::start(attached::open(place)?, &Heap).map_err(|fault| broken(place, fault))?;
    let source = Rc::new(source);
    watch(Rc::new(Watched(source.clone())));
    let timer = Timer::new().await?;
    let late = async {
        timer.sleep(PATIENCE).await;
        Err(Fault::Silent)
    };
    let gathered = race(source.bytes(random::mix), late).await;
    gathered.map_err(|fault| broken(place, fault))
}

impl unik::random::Random for Entropy {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.fill(bytes);
    }
}
