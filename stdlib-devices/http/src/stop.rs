//! How connections that wait for a request learn that the program stops.
//!
//! Each connection has a seat in which its waker lies while it waits. A seat is written only when the waker is another one, so that
//! waiting costs a comparison.

use alloc::vec::Vec;
use core::cell::{Cell, RefCell};
use core::task::{Context, Poll, Waker};

/// Whether the server stops, and who wants to know.
#[derive(Debug, Default)]
pub(crate) struct Stop {
    asked: Cell<bool>,
    seats: RefCell<Seats>,
}

#[derive(Debug, Default)]
struct Seats {
    wakers: Vec<Option<Waker>>,
    free: Vec<usize>,
}

impl Stop {
    /// Asks everybody to stop.
    pub(crate) fn ask(&self) {
        self.asked.set(true);
        // Wakers are foreign code: they run after the borrow has ended.
        let wakers: Vec<Waker> = self.seats.borrow_mut().wakers.iter_mut().filter_map(Option::take).collect();
        wakers.iter().for_each(Waker::wake_by_ref);
    }

    /// Whether the server stops.
    pub(crate) fn asked(&self) -> bool {
        self.asked.get()
    }

    /// A seat for one connection.
    pub(crate) fn seat(&self) -> Seat<'_> {
        let mut seats = self.seats.borrow_mut();
        let index = seats.free.pop().unwrap_or_else(|| {
            seats.wakers.push(None);
            seats.wakers.len() - 1
        });
        Seat { stop: self, index }
    }
}

/// A connection's place among those who want to know.
#[derive(Debug)]
pub(crate) struct Seat<'s> {
    stop: &'s Stop,
    index: usize,
}

impl Seat<'_> {
    /// Ready once the server stops.
    pub(crate) fn poll(&self, cx: &Context<'_>) -> Poll<()> {
        if self.stop.asked() {
            return Poll::Ready(());
        }
        let mut seats = self.stop.seats.borrow_mut();
        match seats.wakers.get_mut(self.index) {
            Some(Some(waker)) if waker.will_wake(cx.waker()) => {}
            Some(seat) => *seat = Some(cx.waker().clone()),
            None => {}
        }
        Poll::Pending
    }
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        let mut seats = self.stop.seats.borrow_mut();
        if let Some(seat) = seats.wakers.get_mut(self.index) {
            *seat = None;
        }
        seats.free.push(self.index);
    }
}
