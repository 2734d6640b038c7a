//! Interfaces on the machine of the tests, each with its back end.

use std::rc::Rc;

use unik_driver::space::Space;
use unik_xen::bus::{Error, Front};
use unik_xen::hypervisor::Domain;
use unik_xen::net::{self, SIZES, Sizes};

use crate::back::Back;
use crate::hypervisor::Calls;
use crate::sleeper::{Driver, Worker};
pub use crate::sleeper::{Machine, Numbers, Tasks, run, settle};

pub type Net = net::Net<Calls, Space>;
pub type Nic = net::Nic<Calls, Space>;

impl Driver for Net {
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

/// Makes an interface whose back end says so much of itself, and lets its task run.
pub async fn start(
    machine: &Machine,
    tasks: &Tasks,
    index: u32,
    offers: &[(&str, &str)],
    sizes: Sizes,
) -> (Rc<Net>, Rc<Back>) {
    let back = Back::new(&machine.played, &machine.server, index, Domain(0));
    back.attach();
    back.come(offers);
    let fronts = Front::all(&machine.guest.store, "vif").await.expect("the store answers");
    let front =
        fronts.into_iter().find(|front| front.number() == index.to_string()).expect("it was attached");
    let net = Net::new(machine.guest.clone(), front, sizes);
    machine.watch(net.clone(), back.clone());
    let running = net.clone();
    tasks.spawn(async move {
        running.run().await;
    });
    (net, back)
}

/// An interface that is connected.
pub async fn interface(
    machine: &Machine,
    tasks: &Tasks,
    offers: &[(&str, &str)],
    sizes: Sizes,
) -> Result<(Nic, Rc<Net>, Rc<Back>), Error> {
    let (net, back) = start(machine, tasks, 0, offers, sizes).await;
    Ok((net.opened().await?, net, back))
}

pub async fn usual(machine: &Machine, tasks: &Tasks) -> (Nic, Rc<Net>, Rc<Back>) {
    interface(machine, tasks, crate::back::ALL, SIZES).await.expect("it connects")
}
