//! How large the buffers of a connection are: large while there are few, small when there are many.
//!
//! smoltcp's buffers have a fixed size for the life of a connection, and both exist from its first segment on. A budget is shared:
//! connection number n gets the n-th part of a sixteenth of it in each direction. So one connection has the window that a fast network
//! wants, a thousand fit, and what a flood of connections can take is bounded.

use alloc::vec::Vec;

use smoltcp::socket::tcp::SocketBuffer;

/// The most that a connection gets in each direction, in bytes. On a local network 64 KiB are as fast; over a way of 50 ms this
/// is 20 Mbit/s.
const LARGEST: usize = 128 << 10;
/// The least, in bytes: two segments of Ethernet and a half.
const SMALLEST: usize = 4 << 10;

/// The memory of all connections of a stack.
#[derive(Debug)]
pub(crate) struct Budget {
    whole: usize,
    taken: usize,
    connections: usize,
}

/// The buffers of one connection.
pub(crate) struct Buffers {
    pub(crate) receive: SocketBuffer<'static>,
    pub(crate) send: SocketBuffer<'static>,
    /// What they take of the budget, in bytes; it is given back with [`Budget::release`].
    pub(crate) size: usize,
}

impl Budget {
    /// A budget in bytes.
    pub(crate) fn new(whole: usize) -> Self {
        Self { whole, taken: 0, connections: 0 }
    }

    /// Buffers for another connection; nothing if the budget or the memory does not allow it.
    pub(crate) fn take(&mut self) -> Option<Buffers> {
        let share = self.whole / (16 * (self.connections + 1));
        let each = share.clamp(SMALLEST, LARGEST);
        if self.taken + 2 * each > self.whole {
            return None;
        }
        let buffers = Buffers { receive: buffer(each)?, send: buffer(each)?, size: 2 * each };
        self.taken += buffers.size;
        self.connections += 1;
        Some(buffers)
    }

    /// A connection is gone, and its buffers with it.
    pub(crate) fn release(&mut self, size: usize) {
        self.taken -= size;
        self.connections -= 1;
    }

    /// How much is taken, in bytes.
    pub(crate) fn taken(&self) -> usize {
        self.taken
    }

    /// The budget, in bytes.
    pub(crate) fn whole(&self) -> usize {
        self.whole
    }
}

/// Zeroed memory; nothing if there is none.
fn buffer(size: usize) -> Option<SocketBuffer<'static>> {
    let mut bytes: Vec<u8> = Vec::new();
    bytes.try_reserve_exact(size).ok()?;
    bytes.resize(size, 0);
    Some(SocketBuffer::new(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_connections_have_large_buffers_and_many_fit() {
        let mut budget = Budget::new(16 << 20);
        let mut sizes = Vec::new();
        while let Some(buffers) = budget.take() {
            sizes.push(buffers.size);
        }
        assert_eq!(sizes[..8], [2 * LARGEST; 8]);
        assert!(sizes.len() > 1000, "{} connections", sizes.len());
        assert!(sizes.is_sorted_by(|a, b| a >= b) && sizes.last() == Some(&(2 * SMALLEST)));
        for size in sizes {
            budget.release(size);
        }
        assert_eq!((budget.taken, budget.connections), (0, 0));
    }

    #[test]
    fn a_budget_is_never_exceeded() {
        for whole in [0, 1, SMALLEST, 2 * SMALLEST, 100_000, 1 << 20] {
            let mut budget = Budget::new(whole);
            let count = core::iter::from_fn(|| budget.take()).map(|buffers| buffers.size).sum::<usize>();
            assert!(count <= whole && budget.taken() == count);
        }
    }
}
