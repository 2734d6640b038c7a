//! The console: a ring of bytes to the host (xen/include/public/io/console.h).
//!
//! Lines for people go out; nothing is read. A host that does not take them for long loses them: the program goes on.

use core::sync::atomic::{Ordering, fence};

use crate::page::Page;

// Offsets in the page: 1024 bytes in, then 2048 bytes out, then the four counts.
const OUT: usize = 1024;
const SIZE: u32 = 2048;
const CONSUMED: usize = 3080;
const PRODUCED: usize = 3084;

/// The ring.
#[derive(Debug)]
pub struct Console<P> {
    page: P,
    /// What this side has produced; the other side's copy is not believed.
    produced: u32,
}

impl<P: Page> Console<P> {
    /// Over the page; it goes on where the page says that it is.
    pub fn new(page: P) -> Self {
        let produced = page.load32(PRODUCED);
        Self { page, produced }
    }

    /// Writes as many bytes as there is room for; how many that is. `notify` is called if there are any.
    pub fn write(&mut self, bytes: &[u8], notify: impl FnOnce()) -> usize {
        let used = self.produced.wrapping_sub(self.page.load32(CONSUMED));
        // A count that makes no sense leaves no room: the bytes are lost, and nothing else.
        let room = SIZE.saturating_sub(used) as usize;
        let count = bytes.len().min(room);
        if count == 0 {
            return 0;
        }
        fence(Ordering::SeqCst);
        for byte in &bytes[..count] {
            self.page.store8(OUT + (self.produced & (SIZE - 1)) as usize, *byte);
            self.produced = self.produced.wrapping_add(1);
        }
        fence(Ordering::SeqCst);
        self.page.store32(PRODUCED, self.produced);
        notify();
        count
    }

    /// Whether everything has been taken.
    pub fn is_empty(&self) -> bool {
        self.page.load32(CONSUMED) == self.produced
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use unik_driver::Dma;
    use unik_driver::Memory;
    use unik_driver::space::{Piece, Space};

    /// What the host takes.
    fn take(page: &Piece) -> Vec<u8> {
        let (from, to) = (Memory::load32(page, CONSUMED), Memory::load32(page, PRODUCED));
        Memory::store32(page, CONSUMED, to);
        (0..to.wrapping_sub(from))
            .map(|at| Memory::load8(page, OUT + (from.wrapping_add(at) & (SIZE - 1)) as usize))
            .collect()
    }

    #[test]
    fn bytes_go_out_in_their_order_around_the_ring() {
        let page = Space::default().allocate(4096).expect("there is memory");
        // Counts that overflow on the way.
        Memory::store32(&page, CONSUMED, u32::MAX - 10);
        Memory::store32(&page, PRODUCED, u32::MAX - 10);
        let mut console = Console::new(page);
        let mut told = 0;
        for round in 0_u8..100 {
            let text = [round; 77];
            assert_eq!(console.write(&text, || told += 1), 77);
            assert!(!console.is_empty());
            assert_eq!(take(&console.page), text);
            assert!(console.is_empty());
        }
        assert_eq!(told, 100);
    }

    #[test]
    fn what_does_not_fit_is_not_written() {
        let page = Space::default().allocate(4096).expect("there is memory");
        let mut console = Console::new(page);
        let long = [b'x'; 3000];
        assert_eq!(console.write(&long, || {}), 2048);
        assert_eq!(console.write(&long, || panic!("nothing was written")), 0);
        assert_eq!(take(&console.page).len(), 2048);
        // A host that says it has taken what was never there.
        Memory::store32(&console.page, CONSUMED, 5_000);
        assert_eq!(console.write(&long, || panic!("nothing was written")), 0);
    }
}
