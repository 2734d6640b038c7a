//! Bringing devices up over each transport.

use std::rc::Rc;

use unik_virtio::device::Device;
use unik_virtio::fault::Fault;
use unik_virtio::pci::{Address, Function, find};
use unik_virtio::transport::Transport;
use unik_virtio::transport::legacy::Legacy;
use unik_virtio::transport::mmio::Mmio;
use unik_virtio::transport::modern::Modern;

use crate::peer::{EVENT_IDX, Line, Peer, VERSION_1, mmio, pci};
use unik_driver::space::Space;

const PLACE: Address = Address { bus: 0, device: 2, function: 0 };

/// The ways to reach a device.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Way {
    Mmio,
    LegacyMmio,
    Pci,
    TransitionalPci,
    LegacyPci,
}

pub const WAYS: [Way; 5] = [Way::Mmio, Way::LegacyMmio, Way::Pci, Way::TransitionalPci, Way::LegacyPci];

impl Way {
    pub fn is_legacy(self) -> bool {
        matches!(self, Self::LegacyMmio | Self::LegacyPci)
    }

    pub fn has_messages(self) -> bool {
        !matches!(self, Self::Mmio | Self::LegacyMmio)
    }

    /// The transport to a peer.
    pub fn transport(self, peer: &Rc<Peer>) -> Result<Box<dyn Transport>, Fault> {
        if matches!(self, Self::Mmio | Self::LegacyMmio) {
            let found = Mmio::probe(mmio::Mmio::new(peer), 0xfeb0_0000)?;
            let mut found = found.expect("there is a device");
            found.connect(Box::new(Line(peer.fired[0].clone())));
            return Ok(Box::new(found));
        }
        let bus = pci::Pci::new(peer, self != Self::LegacyPci, PLACE);
        if self == Self::TransitionalPci {
            bus.space.borrow_mut()[2..4].copy_from_slice(&0x1000u16.to_le_bytes());
        }
        probe(&bus)
    }
}

fn probe(bus: &pci::Pci) -> Result<Box<dyn Transport>, Fault> {
    let function = Function::enable(bus, find(bus)[0]);
    if let Some(modern) = Modern::probe(&function)? {
        return Ok(Box::new(modern));
    }
    Ok(Box::new(Legacy::probe(&function)?.expect("it is one or the other")))
}

fn peer(legacy: bool) -> Rc<Peer> {
    Peer::new(
        &Space::default(),
        1,
        legacy,
        VERSION_1 | EVENT_IDX | 0b1011,
        &[256, 64, 0],
        &[1, 2, 3, 4, 5, 6, 7, 8],
    )
}

#[test]
fn a_device_comes_up_over_every_transport() {
    for way in WAYS {
        let peer = peer(way.is_legacy());
        let transport = way.transport(&peer).expect("it is there");
        assert_eq!((transport.kind(), transport.is_legacy()), (1, way.is_legacy()), "{way:?}");
        let device = Device::start(transport, |offered, _| offered & 0b1111_0010).expect("it starts");
        let version = if way.is_legacy() { 0 } else { VERSION_1 };
        assert_eq!(peer.accepted.get(), 0b10 | version, "{way:?}");
        assert!(device.has(1));
        let queue = device.queue(&peer.space, 1, 16).expect("it has a second queue");
        assert_eq!(queue.size(), if way == Way::LegacyPci { 64 } else { 16 }, "{way:?}");
        let ring = peer.ring(1, |ring| (ring.size, ring.addresses));
        assert_eq!(ring, Some((queue.size(), queue.addresses())), "{way:?}");
        assert_eq!(device.queue(&peer.space, 2, 16).err(), Some(Fault::Queue(2)), "{way:?}");
        device.ready();
        assert!(peer.is_ready(), "{way:?}");
        device.notify(1, true);
        assert_eq!(*peer.notified.borrow(), [false, true, false], "{way:?}");
        let words = device.config(|config| (config.config8(1), config.config16(2), config.config32(4)));
        assert_eq!(words, Ok((2, 0x0403, 0x0807_0605)), "{way:?}");
        assert_eq!(device.config(|config| config.config32(1 << 20)), Ok(0), "{way:?}");
        let resets = peer.resets.get();
        drop(device);
        assert_eq!(peer.resets.get(), resets + 1, "{way:?}: it is reset at the end");
    }
}

#[test]
fn messages_go_to_the_machine() {
    let bus = pci::Pci::new(&peer(false), true, PLACE);
    probe(&bus).expect("it is there");
    let (address, data) = (pci::MESSAGE.0 as u32, pci::MESSAGE.1);
    assert_eq!(bus.table(), [address, 0, data, 0, address, 0, data + 1, 0]);
    assert_eq!(bus.space.borrow()[0x9b] & 0xc0, 0x80, "enabled and not masked");
}

#[test]
fn devices_are_found_behind_bridges() {
    let place = Address { bus: 5, device: 1, function: 0 };
    assert_eq!(find(&pci::Pci::new(&peer(false), true, place)), [place]);
}

#[test]
fn a_device_without_messages_is_told_apart() {
    for modern in [true, false] {
        let bus = pci::Pci::new(&peer(!modern), modern, PLACE);
        bus.space.borrow_mut()[0x98] = 5;
        assert_eq!(probe(&bus).err(), Some(Fault::Interrupt));
    }
}

/// Whatever configuration space holds, probing ends, and with a value.
#[test]
fn rubbish_in_configuration_space_is_refused() {
    let mut refused = 0;
    for seed in 1..3_000 {
        let mut numbers = crate::bench::Numbers(seed);
        let bus = pci::Pci::new(&peer(false), true, PLACE);
        for _ in 0..1 + numbers.below(6) {
            let at = 0x10 + numbers.below(0xb0);
            bus.space.borrow_mut()[at] = numbers.below(256) as u8;
        }
        let function = Function::enable(&bus, PLACE);
        refused += usize::from(!matches!(Modern::probe(&function), Ok(Some(_))));
    }
    assert!(refused > 500, "{refused} refused");
}

#[test]
fn places_without_a_device_are_empty() {
    let peer = Peer::new(&Space::default(), 0, false, 0, &[], &[]);
    assert!(Mmio::probe(mmio::Mmio::new(&peer), 0).expect("it is virtio").is_none());
}

#[test]
fn what_a_device_insists_on_and_we_lack_is_an_error() {
    let strict = |required: u64, offered: u64| {
        let mut peer = peer(false);
        let inner = Rc::get_mut(&mut peer).expect("there is no other");
        (inner.required, inner.offered) = (required, offered);
        let transport = Way::Mmio.transport(&peer).expect("it is there");
        let error = Device::start(transport, |_, _| 0).err();
        (error, peer.resets.get())
    };
    let (platform, packed) = (1 << 33, 1 << 34);
    assert_eq!(strict(platform, VERSION_1 | platform), (None, 2));
    assert_eq!(strict(packed, VERSION_1 | packed), (Some(Fault::Features), 2));
    assert_eq!(strict(0, 1), (Some(Fault::Features), 2), "a modern device is of version 1");
    assert_eq!(strict(0, VERSION_1), (None, 2));
}

#[test]
fn a_device_that_does_not_reset_is_not_used() {
    let peer = peer(false);
    peer.status.set(15);
    peer.stubborn.set(true);
    let transport = Way::Mmio.transport(&peer).expect("it is there");
    assert_eq!(Device::start(transport, |_, _| 0).err(), Some(Fault::Reset));
}

#[test]
fn a_configuration_that_never_stands_still_is_an_error() {
    for way in WAYS {
        let peer = peer(way.is_legacy());
        let device = Device::start(way.transport(&peer).expect("it is there"), |_, _| 0).expect("it starts");
        peer.restless.set(true);
        assert_eq!(device.config(|config| config.config32(0)), Err(Fault::Configuration), "{way:?}");
    }
}
