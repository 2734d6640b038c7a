//! Who waits for room, in the order of their coming.

use alloc::collections::VecDeque;
use core::task::Waker;

/// A line of futures; the first is served first, whoever else asks.
#[derive(Debug, Default)]
pub struct Line {
    places: VecDeque<(u64, Waker)>,
    next: u64,
}

impl Line {
    /// Whether somebody else is before `place`; a future without a place is behind everybody.
    pub fn is_before(&self, place: Option<u64>) -> bool {
        self.places.front().is_some_and(|(first, _)| Some(*first) != place)
    }

    /// Waits on: takes a place at the end, or keeps the one it has.
    pub fn wait(&mut self, place: &mut Option<u64>, waker: &Waker) {
        let found = place.and_then(|place| self.places.iter_mut().find(|(number, _)| *number == place));
        match found {
            Some((_, old)) => old.clone_from(waker),
            None => {
                *place = Some(self.next);
                self.places.push_back((self.next, waker.clone()));
                self.next += 1;
            }
        }
    }

    /// Leaves.
    pub fn leave(&mut self, place: Option<u64>) {
        if let Some(place) = place {
            self.places.retain(|(number, _)| *number != place);
        }
    }

    /// Whom to wake when there is room.
    pub fn first(&self) -> Option<Waker> {
        self.places.front().map(|(_, waker)| waker.clone())
    }

    /// Everybody, when there will never be room again.
    pub fn all(&mut self) -> impl Iterator<Item = Waker> {
        self.places.drain(..).map(|(_, waker)| waker)
    }
}
