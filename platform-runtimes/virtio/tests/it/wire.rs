//! Two interfaces whose devices are wired to each other, and what all interfaces promise. A device does for the receiver what its
//! driver has not agreed to take: it completes checksums and cuts segments, as 5.1.6.4 of virtio 1.2 wants it.

use std::rc::{Rc, Weak};

use unik::net::Nic;
use unik_virtio::net::{KIND, Net, SIZES, Sizes};

use crate::bench::{self, Bench, Device};
use crate::network::{ALL, CSUM, GUEST_CSUM, GUEST_TSO, HOST_TSO, MRG_RXBUF, Network, config};
use crate::peer::{ANY_LAYOUT, EVENT_IDX, INDIRECT, Peer, VERSION_1};
use crate::transports::{WAYS, Way};
use unik_driver::space::{Piece, Space};

const ETHERNET: usize = 14;
/// Bytes of an IPv4 header without options, as the frames of these tests have it.
const IPV4: usize = 20;
const NEEDS_CSUM: u8 = 1;
const TCPV4: u8 = 1;
const FIN_AND_PSH: u8 = 0b1001;

/// The end of a wire: what its driver sends, the other device gets.
struct End {
    own: Rc<Network>,
    other: Weak<Network>,
}

impl Device for End {
    fn work(&self) {
        self.own.work();
        let other = self.other.upgrade().expect("both ends are there");
        for (header, frame) in self.own.outgoing.take() {
            let header: [u8; 10] = header[..10].try_into().expect("a header has ten bytes at least");
            assert!(header[0] & NEEDS_CSUM == 0 || self.own.peer.has(CSUM), "checksums were not agreed on");
            assert!(header[1] == 0 || self.own.peer.has(HOST_TSO), "segments were not agreed on");
            pass_on(&other, header, frame);
        }
    }

    fn peer(&self) -> &Peer {
        &self.own.peer
    }
}

fn word(bytes: &[u8], at: usize) -> usize {
    usize::from(u16::from_le_bytes([bytes[at], bytes[at + 1]]))
}

/// Hands a frame to a device as its driver is able to take it.
fn pass_on(to: &Network, header: [u8; 10], frame: Vec<u8>) {
    if header[1] == 0 || to.peer.has(GUEST_TSO) {
        pass_on_whole(to, header, frame);
        return;
    }
    assert_eq!(header[1], TCPV4, "nobody sends other segments here");
    let mut simple = header;
    simple[1..6].fill(0);
    for piece in cut(&frame, word(&header, 2), word(&header, 4)) {
        pass_on_whole(to, simple, piece);
    }
}

fn pass_on_whole(to: &Network, header: [u8; 10], mut frame: Vec<u8>) {
    if header[0] & NEEDS_CSUM == 0 || to.peer.has(GUEST_CSUM) {
        to.incoming.borrow_mut().push_back((header, frame));
        return;
    }
    let (start, offset) = (word(&header, 6), word(&header, 8));
    let sum = !sum(&frame[start..]);
    // In UDP a sum of zero is no sum (RFC 768).
    let sum = if sum == 0 && offset == 6 { 0xffff } else { sum };
    frame[start + offset..start + offset + 2].copy_from_slice(&sum.to_be_bytes());
    to.incoming.borrow_mut().push_back(([0; 10], frame));
}

/// Cuts a segment of TCP over IPv4 whose checksum is open; those of the pieces are open, too.
fn cut(frame: &[u8], headers: usize, size: usize) -> Vec<Vec<u8>> {
    let (head, content) = frame.split_at(headers);
    let tcp = ETHERNET + IPV4;
    let (count, mut pieces) = (content.chunks(size).len(), Vec::new());
    for (index, part) in content.chunks(size).enumerate() {
        let mut piece = [head, part].concat();
        let add = |piece: &mut [u8], at: usize, more: u32| {
            let old = u32::from_be_bytes(piece[at..at + 4].try_into().expect("four bytes"));
            piece[at..at + 4].copy_from_slice(&old.wrapping_add(more).to_be_bytes());
        };
        let length = (piece.len() - ETHERNET) as u16;
        piece[16..18].copy_from_slice(&length.to_be_bytes());
        let name = u16::from_be_bytes([head[18], head[19]]).wrapping_add(index as u16);
        piece[18..20].copy_from_slice(&name.to_be_bytes());
        piece[24..26].fill(0);
        let sum_of_header = !sum(&piece[ETHERNET..tcp]);
        piece[24..26].copy_from_slice(&sum_of_header.to_be_bytes());
        add(&mut piece, tcp + 4, (index * size) as u32);
        if index + 1 < count {
            piece[tcp + 13] &= !FIN_AND_PSH;
        }
        // The pseudo header: addresses, protocol, and length (RFC 9293, 3.1).
        let [high, low] = (length - IPV4 as u16).to_be_bytes();
        let pseudo = sum(&[&piece[26..34], &[0, 6, high, low]].concat());
        piece[tcp + 16..tcp + 18].copy_from_slice(&pseudo.to_be_bytes());
        pieces.push(piece);
    }
    pieces
}

/// The ones' complement sum of words of 16 bits (RFC 1071).
fn sum(bytes: &[u8]) -> u16 {
    let mut sum: u32 = 0;
    for pair in bytes.chunks(2) {
        sum += u32::from(pair[0]) << 8 | pair.get(1).map_or(0, |byte| u32::from(*byte));
    }
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    sum as u16
}

/// Two interfaces at the ends of a wire, each with its transport and features.
fn wire(bench: &Bench, ends: [(Way, u64); 2], limit: u16, sizes: Sizes) -> [Rc<Net<Piece>>; 2] {
    let made = ends.map(|(way, features)| {
        let offered = features | VERSION_1 | INDIRECT;
        let peer =
            Peer::new(&Space::default(), KIND, way.is_legacy(), offered, &[limit, limit], &config(1500));
        let device = Network::new(&peer, way.has_messages());
        let net = Net::start(way.transport(&peer).expect("it is there"), &peer.space, sizes);
        (Rc::new(net.expect("it starts")), device)
    });
    let devices = [&made[0].1, &made[1].1];
    for (index, (net, own)) in made.iter().enumerate() {
        let other = Rc::downgrade(devices[1 - index]);
        bench.add(net.clone(), Rc::new(End { own: own.clone(), other }));
    }
    made.map(|(net, _)| net)
}

/// With much room and with little, and with devices that work at once or only while the machine sleeps.
fn check(ends: [(Way, u64); 2]) {
    let few = Sizes { queue: 8, buffers: 8, buffer: 256, transmit: 4096 };
    for (lazy, limit, sizes) in [(false, 256, SIZES), (true, 256, SIZES), (true, 8, few), (false, 8, few)] {
        bench::run(async |bench: Rc<Bench>, _| {
            bench.lazy.set(lazy);
            let [a, b] = wire(&bench, ends, limit, sizes);
            unik_conformance::nic::pair(&*a, &*b).await;
            assert_eq!((a.fault(), b.fault()), (None, None), "{ends:?}");
        });
    }
}

/// Every set of features that makes a difference to frames.
const SETS: [u64; 7] = [
    0,
    MRG_RXBUF,
    CSUM,
    CSUM | GUEST_CSUM,
    CSUM | HOST_TSO,
    ALL,
    // Without buffers that are joined no long segments are taken.
    ALL & !MRG_RXBUF,
];

#[test]
fn a_pair_keeps_what_interfaces_promise_over_every_transport() {
    for way in WAYS {
        for features in SETS {
            for more in [0, EVENT_IDX, EVENT_IDX | ANY_LAYOUT] {
                check([(way, features | more); 2]);
            }
        }
    }
}

#[test]
fn what_one_end_leaves_open_the_other_need_not_take() {
    for first in SETS {
        for second in SETS {
            check([(Way::Mmio, first), (Way::Pci, second | EVENT_IDX)]);
        }
    }
}

#[test]
fn each_set_of_features_is_one_of_its_own() {
    let able = SETS.map(|features| {
        bench::run(async |bench: Rc<Bench>, _| {
            let [net, _] = wire(&bench, [(Way::Mmio, features); 2], 256, SIZES);
            (net.capabilities().checksum, net.capabilities().segments_v4)
        })
    });
    let (neither, sums, all) = ((false, false), (true, false), (true, true));
    assert_eq!(able, [neither, neither, sums, sums, all, all, all]);
}
