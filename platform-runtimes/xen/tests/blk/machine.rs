//! Disks on the machine of the tests, each with its back end.

use std::rc::Rc;

use unik_driver::space::Space;
use unik_xen::blk;
use unik_xen::bus::Front;

use crate::back::{Back, Offer};
use crate::hypervisor::Calls;
use crate::sleeper::{Driver, Worker};
pub use crate::sleeper::{Machine, Numbers, Tasks, run, settle};

pub type Disk = blk::Disk<Calls, Space>;

impl Driver for Disk {
    fn poll(&self) -> bool {
        self.poll()
    }

    fn arm(&self) -> bool {
        self.arm()
    }
}

impl Worker for Back {
    fn work(&self) -> bool {
        self.work()
    }
}

/// A disk and its back end, which is there and has not been used.
pub async fn start(machine: &Machine, tasks: &Tasks, number: u32, offer: &Offer<'_>) -> (Rc<Disk>, Rc<Back>) {
    let back = Back::new(&machine.played, &machine.server, number, offer);
    back.come();
    let fronts = Front::all(&machine.guest.store, blk::KIND).await.expect("the store answers");
    let front =
        fronts.into_iter().find(|front| front.number() == number.to_string()).expect("it was attached");
    let disk = Rc::new(Disk::new(machine.guest.clone(), front));
    machine.watch(disk.clone(), back.clone());
    let running = disk.clone();
    tasks.spawn(async move {
        running.run().await;
    });
    (disk, back)
}

/// A disk that is connected.
pub async fn disk(machine: &Machine, tasks: &Tasks, offer: &Offer<'_>) -> (Rc<Disk>, Rc<Back>) {
    let (disk, back) = start(machine, tasks, 51712, offer).await;
    disk.opened().await.expect("it connects");
    (disk, back)
}
