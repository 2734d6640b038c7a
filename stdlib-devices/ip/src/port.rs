//! The network interface as smoltcp sees it: tokens over frames that the interface lends.
//!
//! A frame that the interface has no room for waits in the outbox, and while one waits, smoltcp gets no more room. So nothing that
//! smoltcp believes to have sent is lost here, and the interface knows that somebody waits for room.
//! What this host sends to itself never reaches the interface: it waits in the outbox to arrive again.

use alloc::collections::VecDeque;
use alloc::vec;
use alloc::vec::Vec;
use core::num::NonZeroU16;

use smoltcp::phy::{Device, DeviceCapabilities, RxToken, TxToken};
use smoltcp::time::Instant;
use smoltcp::wire::{ArpPacket, EthernetAddress, EthernetFrame, EthernetProtocol, IpProtocol, Ipv6Packet};
use unik::net::{Nic, Transmit};

use crate::offload;

/// The type of the ICMPv6 message (RFC 4861, 4.3).
const NEIGHBOR_SOLICITATION: u8 = 135;

/// How many frames wait for room; answers to what arrives beyond that are dropped.
const WAITING: usize = 64;
/// How many frames to this host itself wait to arrive.
const TO_OURSELVES: usize = 1024;
/// Frames up to here are wiped before they are written, so that no byte of an earlier frame can go out in a field that
/// nobody fills in.
const SHORT: usize = 600;

/// Frames that wait.
#[derive(Debug)]
pub(crate) struct Outbox {
    own: EthernetAddress,
    /// Whether the interface makes checksums.
    checksum: bool,
    for_room: VecDeque<(Vec<u8>, Transmit)>,
    to_ourselves: VecDeque<Vec<u8>>,
    /// How many frames smoltcp has written.
    written: u64,
}

impl Outbox {
    pub(crate) fn new(own: EthernetAddress, checksum: bool) -> Self {
        Self { own, checksum, for_room: VecDeque::new(), to_ourselves: VecDeque::new(), written: 0 }
    }

    /// How many frames smoltcp has written so far.
    pub(crate) fn written(&self) -> u64 {
        self.written
    }

    /// Whether the interface has no room.
    pub(crate) fn is_stuck(&self) -> bool {
        !self.for_room.is_empty()
    }

    /// Whether there is room for another frame, should the interface have none.
    pub(crate) fn has_room(&self) -> bool {
        !self.is_stuck() && self.to_ourselves.len() < TO_OURSELVES
    }

    /// Hands over what waits, as far as the interface takes it.
    pub(crate) fn drain(&mut self, nic: &impl Nic) {
        while let Some((frame, left)) = self.for_room.front() {
            let taken = nic.transmit(frame.len(), |room| {
                room.copy_from_slice(frame);
                ((), *left)
            });
            if taken.is_none() {
                return;
            }
            self.for_room.pop_front();
        }
    }

    /// Forgets all frames: the interface has gone for good.
    pub(crate) fn clear(&mut self) {
        self.for_room.clear();
        self.to_ourselves.clear();
    }

    /// The next frame to this host itself.
    pub(crate) fn take(&mut self) -> Option<Vec<u8>> {
        self.to_ourselves.pop_front()
    }

    /// Whether frames to this host itself wait.
    pub(crate) fn has_some(&self) -> bool {
        !self.to_ourselves.is_empty()
    }

    /// Sends a frame that was written in our memory.
    pub(crate) fn send(&mut self, nic: &impl Nic, frame: Vec<u8>) {
        if self.for_room.len() < WAITING {
            self.for_room.push_back((frame, Transmit::default()));
            self.drain(nic);
        }
    }

    fn keep(&mut self, nic: &impl Nic, frame: Vec<u8>, left: Transmit) {
        if is_to(self.own, &frame) {
            if self.to_ourselves.len() < TO_OURSELVES {
                self.to_ourselves.push_back(frame);
            }
        } else if self.for_room.len() < WAITING {
            self.for_room.push_back((frame, left));
            self.drain(nic);
        }
    }
}

/// An interface, and the one frame of it that is looked at now.
pub(crate) struct Port<'a, N> {
    pub(crate) nic: &'a N,
    pub(crate) outbox: &'a mut Outbox,
    pub(crate) arrived: Option<&'a [u8]>,
    /// Whether what is sent may go to this host itself; it is then written in our memory first.
    pub(crate) inside: bool,
}

impl<N: Nic> Port<'_, N> {
    /// Whether there is room for a frame.
    pub(crate) fn has_room(&self) -> bool {
        self.outbox.has_room()
    }

    fn room(&mut self) -> Room<'_, N> {
        Room { nic: self.nic, outbox: self.outbox, inside: self.inside, size: None }
    }
}

impl<N: Nic> Device for Port<'_, N> {
    type RxToken<'b>
        = Arrived<'b>
    where
        Self: 'b;
    type TxToken<'b>
        = Room<'b, N>
    where
        Self: 'b;

    fn receive(&mut self, _: Instant) -> Option<(Arrived<'_>, Room<'_, N>)> {
        let frame = self.arrived.take()?;
        Some((Arrived(frame), self.room()))
    }

    fn transmit(&mut self, _: Instant) -> Option<Room<'_, N>> {
        self.outbox.has_room().then(|| self.room())
    }

    fn capabilities(&self) -> DeviceCapabilities {
        offload::capabilities(&self.nic.capabilities())
    }
}

/// A frame that has arrived.
#[derive(Debug)]
pub(crate) struct Arrived<'a>(&'a [u8]);

impl RxToken for Arrived<'_> {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, read: F) -> R {
        read(self.0)
    }
}

/// Room for a frame.
pub(crate) struct Room<'a, N> {
    nic: &'a N,
    outbox: &'a mut Outbox,
    inside: bool,
    /// How many bytes of payload the pieces may have that the interface must cut the frame into.
    size: Option<NonZeroU16>,
}

impl<N: Nic> TxToken for Room<'_, N> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, length: usize, fill: F) -> R {
        let (checksum, size) = (self.outbox.checksum, self.size);
        self.outbox.written += 1;
        let mut fill = Some(fill);
        let mut write = |frame: &mut [u8]| {
            if frame.len() <= SHORT {
                frame.fill(0);
            }
            let fill = fill.take().expect("an interface that has room asks for the frame once");
            let result = fill(frame);
            let left = if checksum { offload::complete(frame, size) } else { Transmit::default() };
            (result, left)
        };
        if !self.inside
            && !self.outbox.is_stuck()
            && let Some(result) = self.nic.transmit(length, &mut write)
        {
            return result;
        }
        let mut frame = vec![0; length];
        let (result, left) = write(&mut frame);
        self.outbox.keep(self.nic, frame, left);
        result
    }

    #[cfg(feature = "tcp")]
    fn set_meta(&mut self, meta: smoltcp::phy::PacketMeta) {
        self.size = meta.segmentation_offload_size;
    }
}

/// Whether a frame is for the station that sends it, or asks who has an address of its own.
fn is_to(own: EthernetAddress, frame: &[u8]) -> bool {
    let Ok(frame) = EthernetFrame::new_checked(frame) else { return false };
    if frame.dst_addr() == own {
        return true;
    }
    match frame.ethertype() {
        EthernetProtocol::Arp => ArpPacket::new_checked(frame.payload())
            .is_ok_and(|arp| arp.source_protocol_addr() == arp.target_protocol_addr()),
        // A solicitation whose source and target are one: the target stands behind type, code, checksum and 4 bytes (RFC 4861, 4.3).
        EthernetProtocol::Ipv6 => Ipv6Packet::new_checked(frame.payload()).is_ok_and(|packet| {
            packet.next_header() == IpProtocol::Icmpv6
                && packet.payload().first() == Some(&NEIGHBOR_SOLICITATION)
                && packet.payload().get(8..24) == Some(&packet.src_addr().octets()[..])
        }),
        EthernetProtocol::Ipv4 | EthernetProtocol::Unknown(_) => false,
    }
}
