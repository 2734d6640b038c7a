//! What the tools have attached, and under which names.
//!
//! Names are the image's, numbers the tools': the first interface of the image is the one of index 0, its first disk is `xvda`, the second ones
//! are 1 and `xvdb`, whatever else is there. So one that is missing is missed, and no other is written to in its place. Numbers of disks are
//! those of docs/man/xen-vbd-interface.7.

use alloc::format;
use alloc::string::{String, ToString};
use core::cell::Cell;

use unik_platform::Attachment;

use crate::bus::Front;
use crate::error::Error;
use crate::machine::{self, OneProcessor};

/// What the image wants to be attached.
static NAMES: OneProcessor<Cell<&'static [Attachment]>> = OneProcessor::new(Cell::new(&[]));

/// A kind of things that are attached.
pub(crate) struct Kind {
    /// For people.
    pub(crate) what: &'static str,
    /// The option of `unikc run`, and the word of `attach`.
    pub(crate) option: &'static str,
    /// The folder of front ends, below `device/`.
    folder: &'static str,
    /// The number of the so manieth one.
    number: fn(usize) -> usize,
    /// What the tools call it, as in their configuration.
    called: fn(usize) -> String,
}

/// Network interfaces.
pub(crate) const NIC: Kind = Kind {
    what: "network interface",
    option: "nic",
    folder: "vif",
    number: |index| index,
    called: |index| format!("devid={index}"),
};
/// Disks.
pub(crate) const DISK: Kind =
    Kind { what: "disk", option: "disk", folder: "vbd", number: virtual_device, called: virtual_name };

/// The number of a disk: `xvda` is the first one. Sixteen have numbers of the old kind.
fn virtual_device(index: usize) -> usize {
    if index < 16 { 202 << 8 | index << 4 } else { 1 << 28 | index << 8 }
}

/// How the configuration of a domain calls a disk: after `xvdz` comes `xvdaa`.
fn virtual_name(index: usize) -> String {
    let letter = |number: usize| char::from(b'a' + (number % 26) as u8);
    let first = (index >= 26).then(|| letter(index / 26 - 1));
    format!("vdev=xvd{}{}", first.map(String::from).unwrap_or_default(), letter(index))
}

/// Says what the image wants to be attached.
pub(crate) fn expect(names: &'static [Attachment]) {
    NAMES.set(names);
}

/// The front end of a name.
pub(crate) async fn front(kind: &Kind, name: &str) -> Result<Front, Error> {
    let guest = machine::guest().ok_or(Error::NotXen { what: kind.what })?;
    let fronts = Front::all(&guest.store, kind.folder).await.map_err(|reason| Error::Unconnected {
        place: format!("the {} `{name}`", kind.what),
        reason: reason.to_string(),
    })?;
    let found = fronts.len();
    let missing = |called: String| Error::Missing {
        what: kind.what,
        option: kind.option,
        name: name.into(),
        called,
        found,
    };
    let index = index(NAMES.get(), kind, name).ok_or_else(|| missing("nothing".into()))?;
    let (number, called) = ((kind.number)(index).to_string(), (kind.called)(index));
    let front = fronts.into_iter().find(|front| front.number() == number);
    Ok(front.ok_or_else(|| missing(called.clone()))?.called(name, &called))
}

/// The place of a name among those of its kind.
fn index(names: &[Attachment], kind: &Kind, name: &str) -> Option<usize> {
    let mut known = names.iter().filter(|attachment| attachment.kind == kind.option);
    known.position(|attachment| attachment.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tools_numbers_follow_the_order_of_names() {
        let named = |kind, name| Attachment { kind, name, doc: "" };
        let names = [
            named("disk", "data"),
            named("nic", "service"),
            named("disk", "log"),
            named("nic", "management"),
            named("other", "data2"),
        ];
        for (kind, name, expected) in [
            (&NIC, "service", Some((0, "devid=0"))),
            (&NIC, "management", Some((1, "devid=1"))),
            (&NIC, "data", None),
            (&DISK, "data", Some((51712, "vdev=xvda"))),
            (&DISK, "log", Some((51728, "vdev=xvdb"))),
            (&DISK, "data2", None),
        ] {
            let index = index(&names, kind, name);
            let found = index.map(|index| ((kind.number)(index), (kind.called)(index)));
            assert_eq!(found, expected.map(|(number, called)| (number, called.to_string())), "{name}");
        }
        assert_eq!(virtual_device(15), 51952);
        assert_eq!(virtual_device(16), 268_439_552);
        for (index, called) in [(15, "p"), (25, "z"), (26, "aa"), (52, "ba")] {
            assert_eq!(virtual_name(index), format!("vdev=xvd{called}"));
        }
    }
}
