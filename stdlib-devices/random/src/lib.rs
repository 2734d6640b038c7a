//! Random bytes for tests: `std/random.test`. The target's own source is a device of its runtime crate.

#![no_std]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

extern crate alloc;

use alloc::rc::Rc;
use core::cell::RefCell;
use core::convert::Infallible;

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use unik::random::Random;

/// The same bytes for the same seed, on every target: ChaCha with 8 rounds. Clones share one stream.
#[derive(Clone, Debug)]
pub struct Seeded(Rc<RefCell<ChaCha8Rng>>);

impl Seeded {
    /// A stream of its own for each seed.
    pub async fn new(seed: i64) -> Result<Self, Infallible> {
        // The 64 bits stand at the start of the key, so that what comes out does not hang on how a crate mixes seeds.
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        Ok(Self(Rc::new(RefCell::new(ChaCha8Rng::from_seed(key)))))
    }
}

impl Random for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.borrow_mut().fill_bytes(bytes);
    }
}
