//! The bytes that have come and have not been used: a buffer as small as the requests allow, and none while nothing is in it.
//!
//! Most connections wait most of the time. What they do not hold costs no memory, and the buffer that one has just left is the
//! next one's, while it is still in the processor's cache.

use alloc::vec::Vec;
use core::cell::Cell;

/// How much a connection reads at a time at first. A request of a program or a short one of a browser fits.
const FIRST: usize = 512;

/// A buffer with unused bytes in its middle.
pub(crate) struct Input<'s> {
    /// Where the buffer comes from and goes to.
    spare: &'s Cell<Vec<u8>>,
    /// Its whole length can be read into.
    bytes: Vec<u8>,
    start: usize,
    end: usize,
}

impl<'s> Input<'s> {
    /// Nothing yet. In `spare` lies a buffer that another has left there, or none.
    pub(crate) fn new(spare: &'s Cell<Vec<u8>>) -> Input<'s> {
        Input { spare, bytes: Vec::new(), start: 0, end: 0 }
    }

    /// What has come and is not used.
    pub(crate) fn unused(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// Marks bytes as used.
    pub(crate) fn consume(&mut self, count: usize) {
        self.start = (self.start + count).min(self.end);
        if self.is_empty() {
            (self.start, self.end) = (0, 0);
            let bytes = core::mem::take(&mut self.bytes);
            if bytes.len() == FIRST {
                self.spare.set(bytes);
            }
        }
    }

    /// Removes unused bytes that stand behind the first `keep`.
    pub(crate) fn remove(&mut self, keep: usize, count: usize) {
        let from = (self.start + keep + count).min(self.end);
        let to = (self.start + keep).min(from);
        self.bytes.copy_within(from..self.end, to);
        self.end -= from - to;
    }

    /// Room behind the unused bytes, of which there are fewer than `most`: at least one byte.
    pub(crate) fn room(&mut self, most: usize) -> &mut [u8] {
        if self.bytes.is_empty() {
            self.bytes = self.spare.take();
        }
        if self.end == self.bytes.len() {
            self.make_room(most);
        }
        &mut self.bytes[self.end..]
    }

    fn make_room(&mut self, most: usize) {
        if self.start > 0 {
            self.bytes.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
        if self.end == self.bytes.len() {
            let length = (self.bytes.len() * 2).clamp(FIRST, most.max(FIRST)).max(self.end + 1);
            self.bytes.resize(length, 0);
        }
    }

    /// Says that so many bytes have been read into the room.
    pub(crate) fn came(&mut self, count: usize) {
        self.end = (self.end + count).min(self.bytes.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(input: &mut Input<'_>, bytes: &[u8]) {
        let mut bytes = bytes;
        while !bytes.is_empty() {
            let room = input.room(4096);
            let count = room.len().min(bytes.len());
            room[..count].copy_from_slice(&bytes[..count]);
            input.came(count);
            bytes = &bytes[count..];
        }
    }

    #[test]
    fn unused_bytes_stay_in_order() {
        let spare = Cell::default();
        let mut input = Input::new(&spare);
        let mut expected = Vec::new();
        for round in 0..2000u32 {
            let piece: Vec<u8> = (0..round % 97).map(|byte| byte as u8).collect();
            put(&mut input, &piece);
            expected.extend_from_slice(&piece);
            let used = (round as usize * 31 % 101).min(expected.len());
            input.consume(used);
            expected.drain(..used);
            assert_eq!(input.unused(), expected);
            if expected.len() > 20 {
                input.remove(7, 9);
                expected.drain(7..16);
                assert_eq!(input.unused(), expected);
            }
        }
    }

    #[test]
    fn the_buffer_grows_with_what_is_unused() {
        let spare = Cell::default();
        let mut input = Input::new(&spare);
        put(&mut input, &[b'a'; 400]);
        input.consume(400);
        assert_eq!(input.bytes.capacity(), 0);
        put(&mut input, &[b'a'; 400]);
        assert_eq!(input.bytes.len(), FIRST);
        put(&mut input, &[b'a'; 400]);
        assert_eq!(input.bytes.len(), 2 * FIRST);
    }
}
