//! Timers: a heap of times, and a slot per timer that says whether it has fired.
//!
//! Asking a timer that has not fired costs a look into its slot. Dropping one leaves its entry in the heap; when half of
//! the heap is such entries, they are swept out, so that both cost O(1) each, amortised.

use alloc::collections::BinaryHeap;
use alloc::vec::Vec;
use core::cmp::Reverse;
use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use core::time::Duration;

use unik_platform::Platform;

use crate::Executor;

/// Below this many entries the heap is not worth sweeping.
const SMALL: usize = 64;

/// All timers of an executor.
#[derive(Debug, Default)]
pub(crate) struct Timers {
    heap: BinaryHeap<Reverse<Entry>>,
    slots: Vec<Slot>,
    free: Vec<usize>,
    /// How many entries of the heap belong to dropped timers.
    dropped: usize,
    sequence: u64,
}

/// Timers of one time fire in the order in which they were started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    at: Duration,
    sequence: u64,
    slot: usize,
}

#[derive(Debug)]
enum Slot {
    Free,
    Waiting(Waker),
    Fired,
    /// Dropped by its owner while its entry is in the heap.
    Dropped,
}

impl Timers {
    fn start(&mut self, at: Duration, waker: Waker) -> usize {
        let slot = match self.free.pop() {
            Some(slot) => slot,
            None => {
                self.slots.push(Slot::Free);
                self.slots.len() - 1
            }
        };
        self.slots[slot] = Slot::Waiting(waker);
        self.heap.push(Reverse(Entry { at, sequence: self.sequence, slot }));
        self.sequence += 1;
        slot
    }

    fn has_fired(&mut self, slot: usize, waker: &Waker) -> bool {
        match &mut self.slots[slot] {
            Slot::Waiting(old) => {
                old.clone_from(waker);
                false
            }
            Slot::Free | Slot::Fired | Slot::Dropped => true,
        }
    }

    fn stop(&mut self, slot: usize) {
        if matches!(self.slots[slot], Slot::Waiting(_)) {
            self.slots[slot] = Slot::Dropped;
            self.dropped += 1;
            if self.dropped > self.heap.len() / 2 && self.heap.len() > SMALL {
                self.sweep();
            }
        } else {
            self.slots[slot] = Slot::Free;
            self.free.push(slot);
        }
    }

    fn sweep(&mut self) {
        let (slots, free) = (&mut self.slots, &mut self.free);
        self.heap.retain(|Reverse(entry)| {
            let keep = !matches!(slots[entry.slot], Slot::Dropped);
            if !keep {
                slots[entry.slot] = Slot::Free;
                free.push(entry.slot);
            }
            keep
        });
        self.dropped = 0;
    }

    /// When the next one fires.
    pub(crate) fn next(&mut self) -> Option<Duration> {
        while let Some(Reverse(entry)) = self.heap.peek().copied() {
            if !matches!(self.slots[entry.slot], Slot::Dropped) {
                return Some(entry.at);
            }
            self.heap.pop();
            self.dropped -= 1;
            self.slots[entry.slot] = Slot::Free;
            self.free.push(entry.slot);
        }
        None
    }

    /// Takes the next one that is due, and gives whom to wake.
    pub(crate) fn fire(&mut self, now: Duration) -> Option<Waker> {
        if self.next()? > now {
            return None;
        }
        let Reverse(entry) = self.heap.pop()?;
        match core::mem::replace(&mut self.slots[entry.slot], Slot::Fired) {
            Slot::Waiting(waker) => Some(waker),
            Slot::Free | Slot::Fired | Slot::Dropped => None,
        }
    }

    #[cfg(test)]
    fn sizes(&self) -> (usize, usize) {
        (self.heap.len(), self.slots.len())
    }
}

/// Waits for a time.
pub struct Sleep<P: Platform> {
    executor: Executor<P>,
    at: Duration,
    slot: Option<usize>,
}

impl<P: Platform> Sleep<P> {
    pub(crate) fn new(executor: Executor<P>, at: Duration) -> Self {
        Self { executor, at, slot: None }
    }
}

impl<P: Platform> Future for Sleep<P> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        let mut timers = this.executor.shared.timers.borrow_mut();
        match this.slot {
            Some(slot) if timers.has_fired(slot, cx.waker()) => Poll::Ready(()),
            Some(_) => Poll::Pending,
            None if this.executor.now() >= this.at => Poll::Ready(()),
            None => {
                this.slot = Some(timers.start(this.at, cx.waker().clone()));
                Poll::Pending
            }
        }
    }
}

impl<P: Platform> Drop for Sleep<P> {
    fn drop(&mut self) {
        if let Some(slot) = self.slot {
            self.executor.shared.timers.borrow_mut().stop(slot);
        }
    }
}

impl<P: Platform> fmt::Debug for Sleep<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sleep").field("at", &self.at).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn dropped_timers_leave_no_more_than_as_many_again() {
        let mut timers = Timers::default();
        let kept: Vec<usize> = (0..100).map(|n| timers.start(at(n), Waker::noop().clone())).collect();
        for n in 0..100_000 {
            let slot = timers.start(at(1_000 + n), Waker::noop().clone());
            timers.stop(slot);
        }
        let (heap, slots) = timers.sizes();
        assert!(heap <= 300 && slots <= 300, "{heap} entries, {slots} slots");
        for slot in kept {
            timers.stop(slot);
        }
        assert_eq!(timers.next(), None);
        assert_eq!(timers.dropped, 0);
    }

    #[test]
    fn a_slot_is_used_again_only_when_its_timer_is_gone() {
        let mut timers = Timers::default();
        let first = timers.start(at(1), Waker::noop().clone());
        assert!(timers.fire(at(0)).is_none());
        assert!(timers.fire(at(1)).is_some());
        let second = timers.start(at(2), Waker::noop().clone());
        assert_ne!(first, second);
        assert!(timers.has_fired(first, Waker::noop()));
        assert!(!timers.has_fired(second, Waker::noop()));
        timers.stop(first);
        assert_eq!(timers.start(at(3), Waker::noop().clone()), first);
    }
}
