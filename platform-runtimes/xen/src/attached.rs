//! What the tools have attached, and under which names.
//!
//! Names are the image's, numbers the tools': the first interface of the image is the one of index 0, its first disk is `xvda`, the second ones
//! are 1 and `xvdb`, whatever else is there. So one that is missing is missed, and no other is written to in its place. Numbers of disks are
//! those of docs/man/xen-vbd-interface.7.

use alloc::string::ToString;
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
}

/// Network interfaces.
pub(crate) const NIC: Kind =
    Kind { what: "network interface", option: "nic", folder: "vif", number: |index| index };
/// Disks.
pub(crate) const DISK: Kind = Kind { what: "disk", option: "disk", folder: "vbd", number: virtual_device };

/// The number of a disk: `xvda` is the first one. Sixteen have numbers of the old kind.
fn virtual_device(index: usize) -> usize {
    if index < 16 { 202 << 8 | index << 4 } else { 1 << 28 | index << 8 }
}

/// Says what the image wants to be attached.
pub(crate) fn expect(names: &'static [Attachment]) {
    NAMES.set(names);
}

/// The front end of a name.
pub(crate) async fn front(kind: &Kind, name: &str) -> Result<Front, Error> {
    let guest = machine::guest().ok_or(Error::NotXen { what: kind.what })?;
    let fronts = Front::all(&guest.store, kind.folder).await?;
    let found = fronts.len();
    let missing = Error::Missing { what: kind.what, option: kind.option, name: name.into(), found };
    let number = number(NAMES.get(), kind, name).ok_or_else(|| missing.clone())?.to_string();
    fronts.into_iter().find(|front| front.number() == number).ok_or(missing)
}

/// The number that the tools give to what has this name.
fn number(names: &[Attachment], kind: &Kind, name: &str) -> Option<usize> {
    let mut known = names.iter().filter(|attachment| attachment.kind == kind.option);
    known.position(|attachment| attachment.name == name).map(kind.number)
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
            (&NIC, "service", Some(0)),
            (&NIC, "management", Some(1)),
            (&NIC, "data", None),
            (&DISK, "data", Some(51712)),
            (&DISK, "log", Some(51728)),
            (&DISK, "data2", None),
        ] {
            assert_eq!(number(&names, kind, name), expected, "{name}");
        }
        assert_eq!(virtual_device(15), 51952);
        assert_eq!(virtual_device(16), 268_439_552);
    }
}
