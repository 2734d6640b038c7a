//! A network device: frames that the driver sends, and frames for it.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use crate::bench::Device;
use crate::peer::Peer;

pub const CSUM: u64 = 1;
pub const GUEST_CSUM: u64 = 1 << 1;
pub const MTU: u64 = 1 << 3;
pub const MAC: u64 = 1 << 5;
pub const GUEST_TSO: u64 = 0b11 << 7;
pub const HOST_TSO: u64 = 0b11 << 11;
pub const MRG_RXBUF: u64 = 1 << 15;
pub const STATUS: u64 = 1 << 16;
pub const ALL: u64 = CSUM | GUEST_CSUM | MTU | MAC | GUEST_TSO | HOST_TSO | MRG_RXBUF | STATUS;

/// A network device.
pub struct Network {
    pub peer: Rc<Peer>,
    /// Whether interrupts are messages.
    pub message: bool,
    /// Frames for the driver: header without the count of buffers, and bytes.
    pub incoming: RefCell<VecDeque<([u8; 10], Vec<u8>)>>,
    /// Frames of the driver: header, and bytes.
    pub outgoing: RefCell<Vec<(Vec<u8>, Vec<u8>)>>,
    /// Answers each frame with itself.
    pub echoes: Cell<bool>,
    /// Does nothing with what is sent.
    pub stalled: Cell<bool>,
    /// Uses the buffers of a frame backwards, from the last that it needs to the first.
    pub backwards: Cell<bool>,
    /// Whether it lacks buffers and waits to be told of more.
    starved: Cell<bool>,
}

/// The configuration: address, link up, one pair of queues, MTU.
pub fn config(mtu: u16) -> Vec<u8> {
    let mut config = vec![2, 0, 0, 0xaa, 0xbb, 0xcc, 1, 0, 1, 0];
    config.extend(mtu.to_le_bytes());
    config
}

impl Network {
    pub fn new(peer: &Rc<Peer>, message: bool) -> Rc<Self> {
        Rc::new(Self {
            peer: peer.clone(),
            message,
            incoming: RefCell::default(),
            outgoing: RefCell::default(),
            echoes: Cell::new(false),
            stalled: Cell::new(false),
            backwards: Cell::new(false),
            starved: Cell::new(false),
        })
    }

    /// A frame for the driver, with flags in its header.
    pub fn arrive(&self, flags: u8, frame: Vec<u8>) {
        let mut header = [0; 10];
        header[0] = flags;
        self.incoming.borrow_mut().push_back((header, frame));
    }

    pub fn header(&self) -> usize {
        if self.peer.has(MRG_RXBUF | crate::peer::VERSION_1) { 12 } else { 10 }
    }

    fn send(&self) {
        let space = &self.peer.space;
        while let Some(Some(chain)) = self.peer.ring(1, |ring| ring.take(space)) {
            let bytes = chain.read(space);
            let (header, frame) = bytes.split_at(self.header());
            if self.peer.legacy && !self.peer.has(crate::peer::ANY_LAYOUT) {
                assert_eq!(chain.readable[0].1 as usize, self.header(), "the header is apart");
            }
            if self.echoes.get() {
                self.arrive(0, frame.to_vec());
            }
            self.outgoing.borrow_mut().push((header.to_vec(), frame.to_vec()));
            self.peer.put(1, chain.head, 0, self.message);
        }
        self.peer.ring(1, |ring| ring.want(space, true));
    }

    /// Puts the first frame into buffers; whether there were enough.
    fn deliver(&self) -> bool {
        let Some((header, frame)) = self.incoming.borrow().front().cloned() else { return false };
        let space = &self.peer.space;
        let mut bytes = vec![0; self.header()];
        bytes[..10].copy_from_slice(&header);
        bytes.extend(&frame);
        let taken = self.peer.ring(0, |ring| {
            let (before, mut chains, mut room) = (ring.taken, Vec::new(), 0);
            while room < bytes.len() {
                let Some(chain) = ring.take(space) else {
                    ring.taken = before;
                    return None;
                };
                room += chain.room();
                chains.push(chain);
            }
            Some(chains)
        });
        let Some(Some(mut chains)) = taken else { return false };
        assert!(chains.len() == 1 || self.peer.has(MRG_RXBUF), "{} bytes do not fit", bytes.len());
        if self.header() == 12 {
            bytes[10..12].copy_from_slice(&(chains.len() as u16).to_le_bytes());
        }
        if self.backwards.get() {
            chains.reverse();
        }
        let (mut at, mut count) = (0, 0);
        for chain in &chains {
            let here = chain.room().min(bytes.len() - at);
            chain.write(space, 0, &bytes[at..at + here]);
            self.peer.ring(0, |ring| ring.write_later_entry(space, count, chain.head.into(), here as u32));
            at += here;
            count += 1;
        }
        if self.peer.ring(0, |ring| ring.advance(space, count)) == Some(true) {
            self.peer.raise(1, self.message);
        }
        self.incoming.borrow_mut().pop_front();
        true
    }
}

impl Device for Network {
    fn work(&self) {
        if !self.peer.is_ready() {
            return;
        }
        if !self.stalled.get() && std::mem::take(&mut self.peer.notified.borrow_mut()[1]) {
            self.send();
        }
        let told = std::mem::take(&mut self.peer.notified.borrow_mut()[0]);
        if self.starved.get() && !told {
            return;
        }
        // Only a device that lacks buffers wants to hear of new ones, and it looks once more before it waits for that.
        loop {
            while self.deliver() {}
            let lacks = !self.incoming.borrow().is_empty();
            self.peer.ring(0, |ring| ring.want(&self.peer.space, lacks));
            if !lacks || !self.deliver() {
                break;
            }
        }
        self.starved.set(!self.incoming.borrow().is_empty());
    }

    fn peer(&self) -> &Peer {
        &self.peer
    }
}
