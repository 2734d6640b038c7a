//! What the host has attached, and under which names: found when first asked for, kept as long as the program runs.

use alloc::format;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::cell::{Cell, OnceCell, RefCell};
use core::time::Duration;

use unik::concurrent::{race, yield_now};
use unik_platform::Attachment;
use unik_x86_64::{command_line, current};

use crate::assign::assign;
use crate::blk;
use crate::error::Error;
use crate::fault::Fault;
use crate::find::{Place, find};
use crate::machine::{Board, Heap, OneProcessor, Shared, watch};
use crate::transport::Transport;
use crate::watched::Watched;

/// How long a disk may take to say its name.
const PATIENCE: Duration = Duration::from_secs(2);

/// What is known of the host.
struct Attached {
    names: Cell<&'static [Attachment]>,
    places: OnceCell<Vec<Place>>,
    disks: RefCell<Disks>,
}

enum Disks {
    Unknown,
    /// Somebody is asking them for their names.
    Asking,
    Known(Vec<Found>),
}

/// A disk, and the name that the host gave it.
#[derive(Clone)]
struct Found {
    place: String,
    disk: Result<Rc<blk::Disk<Shared>>, Fault>,
    identity: Option<String>,
}

static ATTACHED: OneProcessor<Attached> = OneProcessor::new(Attached {
    names: Cell::new(&[]),
    places: OnceCell::new(),
    disks: RefCell::new(Disks::Unknown),
});

/// Says what the image wants to be attached.
pub(crate) fn expect(names: &'static [Attachment]) {
    ATTACHED.names.set(names);
}

/// All devices of a kind.
pub(crate) fn places(kind: u32) -> Result<Vec<Place>, Error> {
    let all = match ATTACHED.places.get() {
        Some(all) => all,
        None => {
            let found = find(&Board, command_line()).map_err(Error::CommandLine)?;
            ATTACHED.places.get_or_init(|| found)
        }
    };
    Ok(all.iter().filter(|place| place.kind == kind).cloned().collect())
}

/// The names of a kind, in the order of the image.
fn names(kind: &str) -> Vec<&'static str> {
    let all = ATTACHED.names.get();
    all.iter().filter(|attachment| attachment.kind == kind).map(|attachment| attachment.name).collect()
}

/// Opens the way to a device; what is wrong is told with its place.
pub(crate) fn open(place: &Place) -> Result<alloc::boxed::Box<dyn Transport>, Error> {
    place.open(&Board).map_err(|fault| broken(place, fault))
}

pub(crate) fn broken(place: &Place, fault: Fault) -> Error {
    Error::Broken { place: place.to_string(), fault }
}

/// The network interface of a name: the first name has the first interface.
pub(crate) fn nic(name: &str) -> Result<Place, Error> {
    let places = places(crate::net::KIND)?;
    let index = names("nic").iter().position(|known| *known == name).unwrap_or(0);
    let found = places.len();
    places.into_iter().nth(index).ok_or_else(|| Error::Missing {
        what: "network interface",
        option: "nic",
        name: name.into(),
        found,
    })
}

/// The disk of a name.
pub(crate) async fn disk(name: &str) -> Result<Rc<blk::Disk<Shared>>, Error> {
    let disks = disks().await?;
    let mut names = names("disk");
    if !names.contains(&name) {
        names.push("");
    }
    let identities: Vec<Option<&str>> = disks.iter().map(|found| found.identity.as_deref()).collect();
    let index = names.iter().position(|known| *known == name).unwrap_or(names.len() - 1);
    let missing = || Error::Missing { what: "disk", option: "disk", name: name.into(), found: disks.len() };
    let Found { place, disk, .. } =
        assign(&names, &identities)[index].map(|disk| disks[disk].clone()).ok_or_else(missing)?;
    disk.map_err(|fault| Error::Broken { place, fault })
}

/// All disks with their names.
async fn disks() -> Result<Vec<Found>, Error> {
    loop {
        match &*ATTACHED.disks.borrow() {
            Disks::Known(disks) => return Ok(disks.clone()),
            Disks::Unknown => break,
            Disks::Asking => {}
        }
        yield_now().await;
    }
    let places = places(blk::KIND)?;
    ATTACHED.disks.replace(Disks::Asking);
    let mut disks = Vec::new();
    for place in places {
        disks.push(ask(&place).await);
    }
    ATTACHED.disks.replace(Disks::Known(disks.clone()));
    Ok(disks)
}

/// Brings a disk up and asks for its name. One that does not work is only told of if somebody wants it.
async fn ask(place: &Place) -> Found {
    let disk = place.open(&Board).and_then(|transport| blk::Disk::start(transport, &Heap)).map(Rc::new);
    let mut identity = None;
    if let Ok(disk) = &disk {
        watch(Rc::new(Watched(disk.clone())));
        // A host that gives no names says that it does not support the question. One that says nothing must not keep the
        // program from starting: perhaps nobody wants this disk.
        let asked = async { disk.identity().await.ok() };
        let late = async {
            current().sleep(PATIENCE).await;
            log::warn!("{place} does not say its name");
            None
        };
        identity = race(asked, late).await.filter(|identity| !identity.is_empty());
    }
    Found { place: format!("{place}"), disk, identity }
}
