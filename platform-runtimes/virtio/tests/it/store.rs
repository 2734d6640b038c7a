//! A disk device: sectors in memory, requests done in any order.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::bench::{Device, Numbers};
use crate::peer::Peer;
use crate::ring::Chain;

pub const SIZE_MAX: u64 = 1 << 1;
pub const SEG_MAX: u64 = 1 << 2;
pub const READ_ONLY: u64 = 1 << 5;
pub const BLK_SIZE: u64 = 1 << 6;
pub const FLUSH: u64 = 1 << 9;

/// A disk device.
pub struct Store {
    pub peer: Rc<Peer>,
    pub message: bool,
    pub bytes: RefCell<Vec<u8>>,
    /// Requests that were taken and not done.
    pub taken: RefCell<Vec<Chain>>,
    pub numbers: RefCell<Numbers>,
    /// How many requests are taken and not done at most; more are done than taken. 0: nothing is done.
    pub holds: Cell<usize>,
    /// The status of each request, if it is not what it should be.
    pub status: Cell<Option<u8>>,
    pub flushes: Cell<usize>,
    pub requests: Cell<usize>,
    /// The most requests that it has had at once.
    pub deepest: Cell<usize>,
}

/// The configuration: capacity in 512 bytes, longest segment, most segments, sector size.
pub fn config(capacity: u64, size_max: u32, blk_size: u32) -> Vec<u8> {
    let mut config = capacity.to_le_bytes().to_vec();
    config.extend(size_max.to_le_bytes());
    config.extend(126u32.to_le_bytes());
    config.extend([0; 4]);
    config.extend(blk_size.to_le_bytes());
    config
}

impl Store {
    pub fn new(peer: &Rc<Peer>, message: bool) -> Rc<Self> {
        let capacity = u64::from_le_bytes(peer.config.borrow()[..8].try_into().expect("eight bytes"));
        Rc::new(Self {
            peer: peer.clone(),
            message,
            bytes: RefCell::new(vec![0; (capacity as usize).min(1 << 14) * 512]),
            taken: RefCell::default(),
            numbers: RefCell::new(Numbers(77)),
            holds: Cell::new(1),
            status: Cell::new(None),
            flushes: Cell::new(0),
            requests: Cell::new(0),
            deepest: Cell::new(0),
        })
    }

    /// Takes all new requests.
    pub fn take(&self) {
        let space = &self.peer.space;
        while let Some(Some(chain)) = self.peer.ring(0, |ring| ring.take(space)) {
            self.taken.borrow_mut().push(chain);
        }
        self.peer.ring(0, |ring| ring.want(space, true));
        self.deepest.set(self.deepest.get().max(self.taken.borrow().len()));
    }

    pub fn do_one(&self) {
        let at = self.numbers.borrow_mut().below(self.taken.borrow().len());
        let chain = self.taken.borrow_mut().swap_remove(at);
        let space = &self.peer.space;
        self.requests.set(self.requests.get() + 1);
        let request = chain.read(space);
        let (header, data) = request.split_at(16);
        let word = |at: usize| u32::from_le_bytes(header[at..at + 4].try_into().expect("four bytes"));
        let start = (u64::from(word(8)) | u64::from(word(12)) << 32) as usize * 512;
        let room = chain.room() - 1;
        let mut status = self.status.get().unwrap_or(0);
        let mut bytes = self.bytes.borrow_mut();
        match word(0) {
            _ if status != 0 => {}
            0 if start + room <= bytes.len() => chain.write(space, 0, &bytes[start..start + room]),
            1 if start + data.len() <= bytes.len() && !self.peer.has(READ_ONLY) => {
                bytes[start..start + data.len()].copy_from_slice(data);
            }
            4 => self.flushes.set(self.flushes.get() + 1),
            8 => chain.write(space, 0, &b"service\0 and rubbish behind it"[..room]),
            _ => status = 1,
        }
        chain.write(space, room, &[status]);
        self.peer.put(0, chain.head, room as u32 + 1, self.message);
    }
}

impl Device for Store {
    fn work(&self) {
        if !self.peer.is_ready() {
            return;
        }
        if std::mem::take(&mut self.peer.notified.borrow_mut()[0]) {
            self.take();
        }
        let more = self.numbers.borrow_mut().below(self.holds.get() + 1);
        for _ in 0..more {
            if !self.taken.borrow().is_empty() {
                self.do_one();
            }
        }
    }

    fn peer(&self) -> &Peer {
        &self.peer
    }
}
