//! Where frames stand until they are sent: a ring of bytes, given out in one piece each.
//!
//! Small frames take little and long ones what they need. Pieces may come back in any order; their room is free again once
//! those before have come back too.

use alloc::collections::VecDeque;

/// A ring of bytes.
#[derive(Debug)]
pub struct Arena {
    size: usize,
    most: usize,
    /// Where the next piece starts, unless it does not fit there.
    head: usize,
    pieces: VecDeque<Piece>,
    /// The name of the oldest piece; the others follow, modulo 2¹⁶.
    oldest: u16,
}

#[derive(Debug)]
struct Piece {
    start: usize,
    returned: bool,
}

impl Arena {
    /// A ring of `size` bytes for at most `pieces` pieces.
    pub fn new(size: usize, pieces: u16) -> Self {
        Self { size, most: pieces.into(), head: 0, pieces: VecDeque::new(), oldest: 0 }
    }

    /// Where a piece of `length` bytes, at least one, would start.
    fn find(&self, length: usize) -> Option<usize> {
        let Some(oldest) = self.pieces.front() else {
            return (length <= self.size).then_some(0);
        };
        if self.head > oldest.start {
            if length <= self.size - self.head {
                Some(self.head)
            } else {
                (length <= oldest.start).then_some(0)
            }
        } else {
            (length <= oldest.start - self.head).then_some(self.head)
        }
    }

    /// Whether a piece of `length` bytes could be taken.
    pub fn fits(&self, length: usize) -> bool {
        self.pieces.len() < self.most && self.find(length).is_some()
    }

    /// Takes a piece: its name, and where it starts.
    pub fn take(&mut self, length: usize) -> Option<(u16, usize)> {
        let length = length.max(1);
        if !self.fits(length) {
            return None;
        }
        let start = self.find(length)?;
        let name = self.oldest.wrapping_add(self.pieces.len() as u16);
        self.pieces.push_back(Piece { start, returned: false });
        self.head = start + length;
        Some((name, start))
    }

    /// Gives a piece back.
    pub fn give_back(&mut self, name: u16) {
        if let Some(piece) = self.pieces.get_mut(usize::from(name.wrapping_sub(self.oldest))) {
            piece.returned = true;
        }
        while self.pieces.front().is_some_and(|piece| piece.returned) {
            self.pieces.pop_front();
            self.oldest = self.oldest.wrapping_add(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn pieces_never_overlap_and_all_room_comes_back() {
        let (mut arena, mut state) = (Arena::new(1000, 40), 1u64);
        let mut taken: Vec<(u16, usize, usize)> = Vec::new();
        let mut random = |below: usize| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 33) as usize % below
        };
        let mut refused = 0;
        for _ in 0..100_000 {
            if random(2) == 0 {
                let length = 1 + random(200);
                let fits = arena.fits(length);
                let Some((name, start)) = arena.take(length) else {
                    refused += 1;
                    assert!(!fits);
                    continue;
                };
                assert!(start + length <= 1000);
                let apart = |&(_, other, size): &(u16, usize, usize)| {
                    start + length <= other || other + size <= start
                };
                assert!(taken.iter().all(apart), "{start} {length} in {taken:?}");
                taken.push((name, start, length));
            } else if !taken.is_empty() {
                let (name, ..) = taken.swap_remove(random(taken.len()));
                arena.give_back(name);
            }
        }
        assert!(refused > 1000);
        for (name, ..) in taken {
            arena.give_back(name);
        }
        assert_eq!(arena.take(1000).map(|(_, start)| start), Some(0));
    }

    #[test]
    fn a_full_ring_takes_nothing() {
        let mut arena = Arena::new(100, 8);
        let (first, _) = arena.take(60).expect("it is empty");
        let (second, _) = arena.take(40).expect("it just fits");
        assert!(!arena.fits(1));
        arena.give_back(second);
        assert!(!arena.fits(1), "the first is still out");
        arena.give_back(first);
        assert!(arena.fits(100));
    }
}
