//! Queues, against the device's side of them.

use unik_virtio::fault::Fault;
use unik_virtio::memory::{Dma, Memory};
use unik_virtio::queue::{Full, Piece, Queue};

use crate::bench::Numbers;
use crate::ring::{Chain, Ring};
use unik_driver::space::{self, Space};

struct Pair {
    space: Space,
    queue: Queue<space::Piece>,
    ring: Ring,
    data: space::Piece,
}

fn pair(size: u16, legacy: bool, event_index: bool) -> Pair {
    let space = Space::default();
    let queue = Queue::new(&space, size, legacy, event_index).expect("there is memory");
    let ring = Ring { size, addresses: queue.addresses(), event_index, taken: 0, used: 0 };
    let data = space.allocate(1 << 16).expect("there is memory");
    ring.want(&space, true);
    Pair { space, queue, ring, data }
}

impl Pair {
    fn piece(&self, offset: usize, length: u32, write: bool) -> Piece {
        Piece { address: self.data.address() + offset as u64, length, write }
    }

    /// One chain of which the device may write 16 bytes.
    fn add(&mut self, token: u16) {
        let pieces = [self.piece(0, 8, false), self.piece(64, 16, true)];
        self.queue.add(&pieces, token).expect("there is room");
        self.queue.publish();
    }

    fn take(&mut self) -> Chain {
        self.ring.take(&self.space).expect("the driver has told of it")
    }
}

#[test]
fn chains_come_back_as_they_went_out() {
    for (size, legacy, event_index) in
        [(1, false, true), (2, false, false), (8, true, true), (64, false, true), (256, true, false)]
    {
        let mut pair = pair(size, legacy, event_index);
        let mut numbers = Numbers(u64::from(size) + 7);
        let mut out: Vec<(u16, Vec<Piece>)> = Vec::new();
        let mut taken: Vec<Chain> = Vec::new();
        let mut back = 0u32;
        for round in 0..16_000u32 {
            let token = round as u16;
            let count = 1 + numbers.below(usize::from(size.min(5)));
            let readable = numbers.below(count + 1);
            let pieces: Vec<Piece> = (0..count)
                .map(|at| pair.piece(numbers.below(1000) * 16, 1 + numbers.below(99) as u32, at >= readable))
                .collect();
            let room = pair.queue.room();
            match pair.queue.add(&pieces, token) {
                Ok(()) => out.push((token, pieces)),
                Err(Full) => assert!(usize::from(room) < count),
            }
            pair.queue.publish();
            while let Some(chain) = pair.ring.take(&pair.space) {
                taken.push(chain);
            }
            while !taken.is_empty() && numbers.below(3) > 0 {
                let chain = taken.swap_remove(numbers.below(taken.len()));
                let length = numbers.below(chain.room() + 1) as u32;
                pair.ring.put(&pair.space, chain.head, length);
                let used = pair.queue.take().expect("all is well").expect("one was used");
                let at = out.iter().position(|(token, _)| *token == used.token).expect("it is out");
                let (_, pieces) = out.swap_remove(at);
                let side = |write| {
                    let pieces = pieces.iter().filter(move |piece| piece.write == write);
                    pieces.map(|piece| (piece.address, piece.length)).collect::<Vec<_>>()
                };
                assert_eq!((side(false), side(true)), (chain.readable, chain.writable));
                assert_eq!(used.length, length);
                pair.queue.free(used.chain);
                back += 1;
            }
        }
        assert!(back > 2_000, "{back} of a queue of {size}");
        assert_eq!(usize::from(pair.queue.in_flight()), out.len());
        let held: usize = out.iter().map(|(_, pieces)| pieces.len()).sum();
        assert_eq!(usize::from(pair.queue.room()) + held, usize::from(size));
    }
}

#[test]
fn tables_take_one_descriptor() {
    let mut pair = pair(4, false, true);
    for (index, write) in [(0u64, 0u16), (1, 2), (2, 2)] {
        let at = 512 + 16 * index as usize;
        pair.data.store64(at, pair.data.address() + 64 * index);
        pair.data.store32(at + 8, 32);
        pair.data.store16(at + 12, write | u16::from(index < 2));
        pair.data.store16(at + 14, index as u16 + 1);
    }
    for token in 0..4 {
        pair.queue.add_indirect(pair.data.address() + 512, 3, 64, token).expect("there is room");
    }
    assert_eq!(pair.queue.add_indirect(pair.data.address() + 512, 3, 64, 9), Err(Full));
    pair.queue.publish();
    for token in 0..4 {
        let chain = pair.take();
        assert_eq!((chain.readable.len(), chain.writable.len()), (1, 2));
        pair.ring.put(&pair.space, chain.head, 64);
        let used = pair.queue.take().expect("all is well").expect("one was used");
        assert_eq!((used.token, used.length), (token, 64));
        pair.queue.free(used.chain);
    }
}

#[test]
fn a_chain_can_go_out_again_as_it_was() {
    let mut pair = pair(4, false, false);
    pair.add(7);
    for _ in 0..70_000 {
        let chain = pair.take();
        pair.ring.put(&pair.space, chain.head, 3);
        let used = pair.queue.take().expect("all is well").expect("one was used");
        assert_eq!((used.token, used.length), (7, 3));
        pair.queue.resubmit(used.chain);
        pair.queue.publish();
    }
    assert_eq!(pair.queue.in_flight(), 1);
}

#[test]
fn the_device_is_told_once_and_only_when_it_wants() {
    for event_index in [false, true] {
        let mut pair = pair(8, false, event_index);
        let data = pair.piece(0, 8, false);
        let add = |pair: &mut Pair| pair.queue.add(&[data], 0).expect("there is room");
        add(&mut pair);
        add(&mut pair);
        assert!(pair.queue.publish(), "two chains, one notification");
        assert!(!pair.queue.publish(), "nothing is new");
        pair.ring.want(&pair.space, false);
        add(&mut pair);
        assert!(!pair.queue.publish(), "it is looking by itself");
        for _ in 0..3 {
            pair.take();
        }
        pair.ring.want(&pair.space, true);
        add(&mut pair);
        assert!(pair.queue.publish(), "it sleeps again");
    }
}

#[test]
fn an_interrupt_comes_when_it_was_asked_for() {
    for event_index in [false, true] {
        let mut pair = pair(8, false, event_index);
        for token in 0..4 {
            pair.queue.add(&[pair.piece(0, 8, false)], token).expect("there is room");
        }
        pair.queue.publish();
        let put = |pair: &mut Pair| {
            let head = pair.take().head;
            pair.ring.put(&pair.space, head, 0)
        };
        assert!(!put(&mut pair), "nobody has asked");
        assert!(pair.queue.arm(1), "it has happened already");
        assert!(pair.queue.take().expect("all is well").is_some());
        assert!(!pair.queue.arm(if event_index { 2 } else { 1 }));
        assert_eq!(put(&mut pair), !event_index);
        assert!(put(&mut pair), "the second was asked for");
        pair.queue.disarm();
        assert!(!put(&mut pair), "once is enough");
    }
}

#[test]
fn what_a_device_says_wrongly_is_a_fault() {
    type Lie = fn(&mut Pair);
    let check = |name: &str, expected, lie: Lie| {
        let mut pair = pair(4, false, false);
        pair.add(0);
        pair.add(1);
        let head = pair.take().head;
        pair.ring.put(&pair.space, head, 16);
        let used = pair.queue.take().expect("all is well").expect("one was used");
        pair.queue.free(used.chain);
        lie(&mut pair);
        assert_eq!(pair.queue.take(), Err(expected), "{name}");
        assert_eq!(pair.queue.in_flight(), 1, "{name}: what it has is still known");
    };
    check("an index ahead", Fault::UsedIndex, |pair| {
        pair.ring.advance(&pair.space, 2);
    });
    check("an index back", Fault::UsedIndex, |pair| {
        pair.ring.advance(&pair.space, u16::MAX);
    });
    check("a chain twice", Fault::UsedId, |pair| {
        pair.ring.put(&pair.space, 0, 0);
    });
    check("no head of a chain", Fault::UsedId, |pair| {
        pair.ring.put(&pair.space, 3, 0);
    });
    check("no descriptor", Fault::UsedId, |pair| {
        pair.ring.put(&pair.space, 4, 0);
    });
    check("no number of one", Fault::UsedId, |pair| {
        pair.ring.write_entry(&pair.space, 0x1_0002, 0);
        pair.ring.advance(&pair.space, 1);
    });
    check("too much written", Fault::UsedLength, |pair| {
        pair.ring.put(&pair.space, 2, 17);
    });
}

/// A device that writes anything anywhere in the queue can be wrong, but the driver's count stays right.
#[test]
fn rubbish_in_the_rings_does_not_confuse_the_driver() {
    let mut faults = 0;
    for seed in 1..400 {
        let mut numbers = Numbers(seed);
        let mut pair = pair(8, seed % 2 == 0, seed % 3 == 0);
        let bytes = unik_virtio::layout::Layout::new(8, if seed % 2 == 0 { 4096 } else { 4 }).bytes();
        let mut out = Vec::new();
        for token in 0..200 {
            let count = 1 + numbers.below(3);
            let pieces: Vec<Piece> = (0..count).map(|_| pair.piece(0, 64, true)).collect();
            if pair.queue.add(&pieces, token).is_ok() {
                out.push(token);
            }
            pair.queue.publish();
            for _ in 0..numbers.below(4) {
                let at = pair.ring.addresses[0] + numbers.below(bytes) as u64;
                pair.space.write(at, &[numbers.below(16) as u8]);
            }
            pair.queue.arm(numbers.below(9) as u16);
            match pair.queue.take() {
                Ok(Some(used)) => {
                    assert!(used.length <= 192);
                    let at = out.iter().position(|token| *token == used.token).expect("it was out");
                    out.swap_remove(at);
                    if numbers.below(2) == 0 {
                        pair.queue.free(used.chain);
                    } else {
                        pair.queue.resubmit(used.chain);
                        out.push(used.token);
                    }
                }
                Ok(None) => {}
                Err(_) => faults += 1,
            }
            assert_eq!(usize::from(pair.queue.in_flight()), out.len());
            assert!(pair.queue.room() <= 8);
        }
    }
    assert!(faults > 1_000, "{faults} faults");
}
