//! Rings: how requests go to the other side and responses come back (xen/include/public/io/ring.h).
//!
//! The front end's half. Both sides count on without end; an index is a count modulo the size. What the other side says is checked
//! against what was sent, and what was sent is kept here, where the other side cannot reach it.

use core::sync::atomic::{Ordering, fence};

use unik_driver::Memory;

use crate::hypervisor::PAGE;

// Offsets in the page.
const REQUESTS: usize = 0;
const REQUEST_EVENT: usize = 4;
const RESPONSES: usize = 8;
const RESPONSE_EVENT: usize = 12;
/// Where the entries start.
const ENTRIES: usize = 64;

/// The other side has answered more than it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overrun;

/// The front end of a ring.
#[derive(Debug)]
pub struct Front<M> {
    page: M,
    /// How many entries there are, a power of two.
    size: u32,
    /// Bytes of an entry.
    entry: usize,
    /// Requests that were written, and that the other side was told of.
    written: u32,
    published: u32,
    /// Responses that were taken.
    taken: u32,
}

impl<M: Memory> Front<M> {
    /// A ring in a page that is zero, with entries of so many bytes: the larger of request and response.
    pub fn new(page: M, entry: usize) -> Self {
        let fits = ((PAGE - ENTRIES) / entry) as u32;
        let size = 1 << fits.ilog2();
        page.store32(REQUEST_EVENT, 1);
        page.store32(RESPONSE_EVENT, 1);
        Self { page, size, entry, written: 0, published: 0, taken: 0 }
    }

    /// The page, to be granted.
    pub fn page(&self) -> &M {
        &self.page
    }

    /// How many entries there are.
    pub fn size(&self) -> u32 {
        self.size
    }

    /// How many requests have no response yet, those not published included.
    pub fn open(&self) -> u32 {
        self.written.wrapping_sub(self.taken)
    }

    /// How many requests can be written.
    pub fn room(&self) -> u32 {
        self.size - self.open()
    }

    /// Writes a request: `write` gets the page and where the entry stands. False if there is no room.
    pub fn push(&mut self, write: impl FnOnce(&M, usize)) -> bool {
        if self.room() == 0 {
            return false;
        }
        write(&self.page, self.offset(self.written));
        self.written = self.written.wrapping_add(1);
        true
    }

    /// Shows the other side what was written; whether it wants to be told.
    #[must_use]
    pub fn publish(&mut self) -> bool {
        let old = self.published;
        if old == self.written {
            return false;
        }
        // The entries come before the count.
        fence(Ordering::SeqCst);
        self.page.store32(REQUESTS, self.written);
        self.published = self.written;
        // And the count before the look at what the other side waits for.
        fence(Ordering::SeqCst);
        let event = self.page.load32(REQUEST_EVENT);
        self.written.wrapping_sub(event) < self.written.wrapping_sub(old)
    }

    /// Takes a response: `read` gets the page and where the entry stands, and copies what it needs; the other side may write there
    /// at any time. Nothing if there is none.
    pub fn pop<R>(&mut self, read: impl FnOnce(&M, usize) -> R) -> Result<Option<R>, Overrun> {
        if self.responses()? == 0 {
            return Ok(None);
        }
        // The count comes before the entry.
        fence(Ordering::SeqCst);
        let result = read(&self.page, self.offset(self.taken));
        self.taken = self.taken.wrapping_add(1);
        Ok(Some(result))
    }

    /// How many responses are there.
    pub fn responses(&self) -> Result<u32, Overrun> {
        let there = self.page.load32(RESPONSES).wrapping_sub(self.taken);
        // Only what was published can have been answered.
        if there > self.published.wrapping_sub(self.taken) { Err(Overrun) } else { Ok(there) }
    }

    /// Asks to be told of the response `after` so many from now on, one being the next; whether there are so many already.
    pub fn arm(&self, after: u32) -> Result<bool, Overrun> {
        self.page.store32(RESPONSE_EVENT, self.taken.wrapping_add(after.max(1)));
        fence(Ordering::SeqCst);
        Ok(self.responses()? >= after.max(1))
    }

    fn offset(&self, count: u32) -> usize {
        ENTRIES + (count & (self.size - 1)) as usize * self.entry
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::VecDeque;
    use alloc::vec::Vec;
    use unik_driver::Dma;
    use unik_driver::space::{Piece, Space};

    const ENTRY: usize = 12;

    fn front() -> Front<Piece> {
        Front::new(Space::default().allocate(PAGE).expect("there is memory"), ENTRY)
    }

    /// The other side: answers so many requests, each with its own number.
    #[derive(Default)]
    struct Back {
        answered: u32,
    }

    impl Back {
        fn answer(&mut self, front: &Front<Piece>, most: u32) {
            let there = front.page.load32(REQUESTS).wrapping_sub(self.answered).min(most);
            for _ in 0..there {
                let at = front.offset(self.answered);
                front.page.store32(at + 4, front.page.load32(at));
                self.answered = self.answered.wrapping_add(1);
            }
            front.page.store32(RESPONSES, self.answered);
        }
    }

    fn push(front: &mut Front<Piece>, number: u32) -> bool {
        front.push(|page, at| page.store32(at, number))
    }

    fn pop(front: &mut Front<Piece>) -> Result<Option<u32>, Overrun> {
        front.pop(|page, at| page.load32(at + 4))
    }

    #[test]
    fn a_page_has_as_many_entries_as_the_protocol_says() {
        // netif: requests to send, responses to receive; blkif.
        for (entry, entries) in [(12, 256), (8, 256), (112, 32)] {
            let page = Space::default().allocate(PAGE).expect("there is memory");
            assert_eq!(Front::new(page, entry).size(), entries);
        }
    }

    #[test]
    fn what_is_asked_is_answered_in_order_around_the_ring() {
        let (mut front, mut back) = (front(), Back::default());
        // Counts that overflow on the way.
        let start = u32::MAX - 1_000;
        (front.written, front.published, front.taken, back.answered) = (start, start, start, start);
        front.page.store32(REQUESTS, start);
        front.page.store32(RESPONSES, start);
        let (mut next, mut open, mut seed) = (0_u32, VecDeque::new(), 1_u64);
        for _ in 0..20_000 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let many = (seed >> 60) as u32 + 1;
            match seed >> 40 & 3 {
                0 | 1 => {
                    for _ in 0..many {
                        let room = front.room() > 0;
                        assert_eq!(push(&mut front, next), room);
                        if room {
                            open.push_back(next);
                            next = next.wrapping_add(1);
                        }
                    }
                    let _ = front.publish();
                }
                2 => back.answer(&front, many),
                _ => {
                    while let Some(number) = pop(&mut front).expect("the other side is honest") {
                        assert_eq!(Some(number), open.pop_front());
                    }
                }
            }
            assert_eq!(front.open() as usize, open.len());
        }
        assert!(next > 10_000);
    }

    #[test]
    fn the_other_side_is_told_when_it_wants_to_be() {
        let (mut front, mut back) = (front(), Back::default());
        assert!(!front.publish(), "nothing was written");
        assert!(push(&mut front, 0) && front.publish(), "it waits for the first");
        assert!(push(&mut front, 1) && !front.publish(), "it has not asked again");
        back.answer(&front, 8);
        front.page.store32(REQUEST_EVENT, 3);
        assert!(push(&mut front, 2) && push(&mut front, 3) && front.publish());
    }

    #[test]
    fn an_answer_is_seen_before_sleep_or_wakes() {
        let (mut front, mut back) = (front(), Back::default());
        assert!((0..3).all(|number| push(&mut front, number)));
        let _ = front.publish();
        assert_eq!(front.arm(1), Ok(false));
        assert_eq!(front.page.load32(RESPONSE_EVENT), 1);
        back.answer(&front, 2);
        assert_eq!(front.arm(1), Ok(true));
        assert_eq!(front.arm(3), Ok(false));
        assert_eq!(front.page.load32(RESPONSE_EVENT), 3);
    }

    #[test]
    fn more_answers_than_questions_are_an_error() {
        let mut front = front();
        // One was written and not published: it cannot have been answered.
        assert!(push(&mut front, 0));
        for responses in [1, 2, 300, u32::MAX] {
            front.page.store32(RESPONSES, responses);
            assert_eq!(pop(&mut front), Err(Overrun), "{responses}");
            assert_eq!(front.arm(1), Err(Overrun), "{responses}");
        }
        front.page.store32(RESPONSES, 0);
        let _ = front.publish();
        front.page.store32(RESPONSES, 1);
        assert_eq!(pop(&mut front).map(|answer| answer.is_some()), Ok(true));
        // Back to before what was taken.
        front.page.store32(RESPONSES, 0);
        assert_eq!(pop(&mut front), Err(Overrun));
    }

    #[test]
    fn a_full_ring_takes_no_more() {
        let mut front = front();
        let taken: Vec<bool> = (0..300).map(|number| push(&mut front, number)).collect();
        assert_eq!(taken.iter().filter(|taken| **taken).count(), 256);
        assert_eq!(front.room(), 0);
    }
}
