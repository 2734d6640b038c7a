//! What a front end does when its back end says something of itself: a table, which waits for nothing.

use crate::bus::state::State;

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Wait until the back end says something else.
    Wait,
    /// Make rings, and say where they are.
    Offer,
    /// The back end uses the rings: say that they are in use.
    Connect,
    /// The back end has let go of them: do so too, and say that it is over.
    Release,
    /// The back end is there again: say that this end is too.
    Restart,
}

/// A front end's side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handshake(State);

impl Default for Handshake {
    fn default() -> Self {
        Self::new()
    }
}

impl Handshake {
    /// One that has offered nothing.
    pub fn new() -> Self {
        Self(State::Initialising)
    }

    /// Where this end is: `Initialising`, `Initialised` (it has offered its rings), `Connected` or `Closed`.
    pub fn state(self) -> State {
        self.0
    }

    /// What to do now, which is taken to be done. `back` is nothing if there is no back end, or if it says what nobody knows; `online`
    /// whether the tools mean the device to stay.
    pub fn next(&mut self, back: Option<State>, online: bool) -> Step {
        use State::{Closed, Closing, Connected, InitWait, Initialised, Initialising};
        let (step, state) = match (self.0, back) {
            (Initialising, Some(InitWait)) => (Step::Offer, Initialised),
            // It is taken away before it was ever used.
            (Initialising, Some(Closing)) => (Step::Release, Closed),
            (Initialising, Some(Closed)) if !online => (Step::Release, Closed),
            (Initialised, Some(Connected)) => (Step::Connect, Connected),
            (Initialised, Some(Closing | Closed) | None) => (Step::Release, Closed),
            // One that starts from the beginning has forgotten the rings.
            (Connected, Some(Closing | Closed | Initialising | InitWait) | None) => (Step::Release, Closed),
            (Closed, Some(Initialising | InitWait)) => (Step::Restart, Initialising),
            // It waits for this end to begin again.
            (Closed, Some(Closed)) if online => (Step::Restart, Initialising),
            (state, _) => (Step::Wait, state),
        };
        self.0 = state;
        step
    }

    /// This end gives up, whatever the other one says.
    pub fn give_up(&mut self) {
        self.0 = State::Closed;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    /// What a front end does about what a back end says, in order; `-` stands for none, `!` before a state for one that is to go.
    fn check(said: &str, expected: &[Step]) {
        let mut handshake = Handshake::new();
        let steps: Vec<Step> = said
            .split(' ')
            .flat_map(|word| {
                let (online, word) = word.strip_prefix('!').map_or((true, word), |word| (false, word));
                // As long as there is something to do.
                let mut steps = Vec::new();
                loop {
                    match handshake.next(State::read(word), online) {
                        Step::Wait => break steps,
                        step => steps.push(step),
                    }
                    assert!(steps.len() < 4, "{word}: {steps:?} has no end");
                }
            })
            .collect();
        assert_eq!(steps, expected, "{said}");
    }

    #[test]
    fn front_ends_follow_their_back_ends() {
        use Step::{Connect, Offer, Release, Restart};
        for (said, steps) in [
            ("- 1 2 2 4 4", &[Offer, Connect][..]),
            // By way of `Initialised`; changed while in use.
            ("1 3 2 3 4 7 8 4", &[Offer, Connect]),
            // A predecessor's state is not waited on for ever, nor believed.
            ("4 5 6 2 4", &[Release, Restart, Offer, Connect]),
            // Taken away: asked to, and at once.
            ("2 4 !5 !6 -", &[Offer, Connect, Release]),
            ("2 4 -", &[Offer, Connect, Release]),
            ("2 4 !6", &[Offer, Connect, Release]),
            ("!5 !6", &[Release]),
            // Gone before it had connected.
            ("2 -", &[Offer, Release]),
            ("2 5 6", &[Offer, Release, Restart]),
            // Back again: after it was closed, after it was gone, from the beginning.
            ("2 4 5 6 2 4", &[Offer, Connect, Release, Restart, Offer, Connect]),
            ("2 4 - 1 2 4", &[Offer, Connect, Release, Restart, Offer, Connect]),
            ("2 4 2 4", &[Offer, Connect, Release, Restart, Offer, Connect]),
            // What is no state is none: the device has gone.
            ("2 4 99", &[Offer, Connect, Release]),
        ] {
            check(said, steps);
        }
    }

    #[test]
    fn whatever_a_back_end_says_rings_are_offered_once_and_released_once() {
        let mut state = 0x9e37_79b9_u32;
        let mut handshake = Handshake::new();
        let (mut offered, mut connected) = (false, false);
        for _ in 0..100_000 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let back = ["1", "2", "3", "4", "5", "6", "7", "8", "x"][(state >> 16) as usize % 9];
            match handshake.next(State::read(back), state >> 31 == 0) {
                Step::Wait | Step::Restart => {}
                Step::Offer => assert!(!core::mem::replace(&mut offered, true)),
                Step::Connect => assert!(offered && !core::mem::replace(&mut connected, true)),
                Step::Release => (offered, connected) = (false, false),
            }
            assert_eq!(connected, handshake.state() == State::Connected);
        }
    }
}
