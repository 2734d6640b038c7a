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

#[cfg(test)]
mod tests {
    use super::*;
    use unik_conformance::{random, virtual_time};

    fn seeded(seed: i64) -> Seeded {
        virtual_time::run(async |_| Seeded::new(seed).await).unwrap_or_else(|never| match never {})
    }

    #[test]
    fn seeded_bytes_are_random() {
        for seed in [0, 1, -1, i64::MAX] {
            random::random(&seeded(seed));
        }
    }

    #[test]
    fn a_seed_means_the_same_bytes_for_ever() {
        // ChaCha8 with a key of zeros, as published with its test vectors (eSTREAM, TC1, 256 bits).
        let mut bytes = [0; 8];
        seeded(0).fill(&mut bytes);
        assert_eq!(bytes, [0x3e, 0x00, 0xef, 0x2f, 0x89, 0x5f, 0x40, 0xd6]);
        assert_ne!(seeded(0).next_u64(), seeded(1).next_u64());
    }

    #[test]
    fn clones_share_one_stream() {
        let source = seeded(7);
        let clone = source.clone();
        let other = seeded(7);
        assert_eq!((source.next_u64(), clone.next_u64()), (other.next_u64(), other.next_u64()));
    }
}
