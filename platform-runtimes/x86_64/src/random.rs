//! Random bytes that are fit for keys: ChaCha20 whose key is replaced with each draw.
//!
//! **Seed.** RDSEED, else RDRAND, are asked for 256 bits; drivers of devices that give random bits add theirs with
//! [`mix`]. The time stamp counter is mixed in too, but counts for nothing: without one of the others there are no
//! random bytes at all.
//!
//! **Erasure.** Each draw of 256 bytes spends 32 of them as the next key; what is given out is wiped. Who reads the
//! memory later cannot tell what was given out before (D. J. Bernstein, "Fast-key-erasure random-number generators",
//! 2017).
//!
//! **Reseeding.** After a MiB or five minutes the processor is asked again. Besides, each draw takes a word of RDRAND
//! along where there is one, so that machines that go on from one snapshot go different ways.

use core::cell::RefCell;
use core::time::Duration;

use rand_chacha::ChaCha20Core;
use rand_core::SeedableRng;
use rand_core::block::Generator;

use crate::error::Error;
use crate::single::Single;
use crate::{clock, cpu};

/// After so many bytes the processor is asked again.
const RESEED_BYTES: usize = 1 << 20;
const RESEED_TIME: Duration = Duration::from_secs(300);
/// Bytes of a key.
const KEY: usize = 32;
/// Bytes of a draw.
const DRAW: usize = 256;

static POOL: Single<RefCell<Pool>> = Single::new(RefCell::new(Pool::new()));

/// Adds bytes that an attacker may know, but hopefully does not: what a hardware source has given. They count as
/// entropy from 32 bytes on.
pub fn mix(bytes: &[u8]) {
    let mut pool = POOL.borrow_mut();
    pool.mix(bytes);
    pool.entropy = pool.entropy.saturating_add(bytes.len());
}

/// Gathers entropy; whether there is enough.
pub(crate) fn start() -> Result<(), Error> {
    let mut pool = POOL.borrow_mut();
    pool.reseed();
    if pool.entropy >= KEY { Ok(()) } else { Err(Error::NoEntropy) }
}

/// Fills `bytes`, or nothing if there is no entropy.
pub(crate) fn fill(bytes: &mut [u8]) -> Result<(), Error> {
    let mut pool = POOL.borrow_mut();
    let since = clock::now().saturating_sub(pool.seeded);
    if pool.entropy < KEY || pool.given >= RESEED_BYTES || since >= RESEED_TIME {
        pool.reseed();
    }
    if pool.entropy < KEY {
        return Err(Error::NoEntropy);
    }
    pool.fill(bytes);
    Ok(())
}

/// The generator.
struct Pool {
    key: [u8; KEY],
    /// Bytes that are ready, at the end of a draw; what was given out is zero.
    ready: [u8; DRAW - KEY],
    left: usize,
    /// Bytes of entropy that were mixed in.
    entropy: usize,
    /// Whether the processor has RDRAND.
    rdrand: bool,
    /// Bytes that were given out since the processor was asked last, and when that was.
    given: usize,
    seeded: Duration,
}

impl Pool {
    const fn new() -> Self {
        Self {
            key: [0; KEY],
            ready: [0; DRAW - KEY],
            left: 0,
            entropy: 0,
            rdrand: false,
            given: 0,
            seeded: Duration::ZERO,
        }
    }

    /// Changes the key by `bytes`: each 32 of them are added to it, and it is replaced by what ChaCha20 makes of it.
    /// Bytes that are ready were drawn from the old key, and are wiped.
    fn mix(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(KEY) {
            for (key, byte) in self.key.iter_mut().zip(chunk) {
                *key ^= byte;
            }
            self.draw();
        }
        self.ready.fill(0);
        self.left = 0;
    }

    /// Replaces key and ready bytes.
    fn draw(&mut self) {
        let mut words = [0; DRAW / 4];
        ChaCha20Core::from_seed(self.key).generate(&mut words);
        let bytes = words.iter().flat_map(|word| word.to_le_bytes());
        for (to, byte) in self.key.iter_mut().chain(&mut self.ready).zip(bytes) {
            *to = byte;
        }
        self.left = self.ready.len();
        wipe(&mut words);
    }

    fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(DRAW - KEY) {
            if self.left < chunk.len() {
                self.stir();
                self.draw();
            }
            let start = self.ready.len() - self.left;
            let from = &mut self.ready[start..start + chunk.len()];
            chunk.copy_from_slice(from);
            from.fill(0);
            self.left -= chunk.len();
        }
        self.given = self.given.saturating_add(bytes.len());
    }

    /// Adds a word of the processor to the key of the next draw. It may be of no worth: what is there is not lost.
    fn stir(&mut self) {
        if self.rdrand
            && let Some(word) = hardware::random()
        {
            for (key, byte) in self.key.iter_mut().zip(word.to_le_bytes()) {
                *key ^= byte;
            }
        }
    }

    /// Asks the processor.
    fn reseed(&mut self) {
        self.rdrand = hardware::has_rdrand();
        self.mix(&cpu::timestamp().to_le_bytes());
        if let Some(seed) = healthy(hardware::word) {
            self.mix(&seed);
            self.entropy = self.entropy.saturating_add(KEY);
        }
        self.mix(&cpu::timestamp().to_le_bytes());
        self.given = 0;
        self.seeded = clock::now();
    }
}

/// Overwrites words, also if nobody reads them again.
fn wipe(words: &mut [u32]) {
    words.fill(0);
    core::hint::black_box(words);
}

/// 256 bits of a source, unless it is broken: words that repeat are those of processors whose source is stuck (AMD
/// erratum 1126 and its like give all ones).
fn healthy(mut word: impl FnMut() -> Option<u64>) -> Option<[u8; KEY]> {
    let mut seed = [0; KEY];
    let mut seen = [0; KEY / 8 + 1];
    // The first word is only compared with.
    seen[0] = word()?;
    for index in 0..KEY / 8 {
        let next = word()?;
        if seen[..=index].contains(&next) || next == 0 || next == u64::MAX {
            return None;
        }
        seen[index + 1] = next;
        seed[8 * index..8 * index + 8].copy_from_slice(&next.to_le_bytes());
    }
    Some(seed)
}

/// The processor's own source.
mod hardware {
    use core::arch::asm;

    use crate::cpu;

    /// Intel says that ten tries of RDRAND fail only if it is broken (SDM 1, 7.3.17.1); RDSEED may be exhausted for
    /// longer.
    const TRIES: usize = 10;
    const SEED_TRIES: usize = 100;

    const RDRAND: u32 = 1 << 30;
    const RDSEED: u32 = 1 << 18;

    pub(super) fn word() -> Option<u64> {
        if cpu::cpuid(7, 0).is_some_and(|leaf| leaf.ebx & RDSEED != 0)
            && let Some(word) = (0..SEED_TRIES).find_map(|_| seed())
        {
            return Some(word);
        }
        if has_rdrand() { (0..TRIES).find_map(|_| random()) } else { None }
    }

    /// Asking costs an exit of a virtual machine.
    pub(super) fn has_rdrand() -> bool {
        cpu::cpuid(1, 0).is_some_and(|leaf| leaf.ecx & RDRAND != 0)
    }

    fn seed() -> Option<u64> {
        let (word, good): (u64, u8);
        // SAFETY: the processor has it; it changes nothing but registers.
        unsafe { asm!("rdseed {}", "setc {}", out(reg) word, out(reg_byte) good, options(nomem, nostack)) };
        (good != 0).then_some(word)
    }

    /// One try of RDRAND, which the processor has.
    pub(super) fn random() -> Option<u64> {
        let (word, good): (u64, u8);
        // SAFETY: as for `seed`.
        unsafe { asm!("rdrand {}", "setc {}", out(reg) word, out(reg_byte) good, options(nomem, nostack)) };
        (good != 0).then_some(word)
    }
}

/// The crate `getrandom` calls this when it is built with the backend `custom`, from version 0.3 on. Its errors are
/// numbers other than zero; a custom one starts at 2¹⁷.
#[cfg(unik_bare)]
mod backend {
    use core::num::NonZero;

    const NO_ENTROPY: NonZero<i32> = NonZero::new(1 << 17).expect("it is not zero");

    /// # Safety
    /// `length` bytes at `bytes` can be written.
    #[unsafe(no_mangle)]
    unsafe fn __getrandom_v03_custom(bytes: *mut u8, length: usize) -> Result<(), NonZero<i32>> {
        // SAFETY: the caller says so; zeros make them bytes that may be referred to.
        unsafe { bytes.write_bytes(0, length) };
        // SAFETY: they have just been written, and nobody else has them.
        let bytes = unsafe { core::slice::from_raw_parts_mut(bytes, length) };
        super::fill(bytes).map_err(|_| NO_ENTROPY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(seed: &[u8]) -> Pool {
        let mut pool = Pool::new();
        pool.mix(seed);
        pool
    }

    fn bytes(pool: &mut Pool, count: usize) -> std::vec::Vec<u8> {
        let mut bytes = std::vec![0; count];
        pool.fill(&mut bytes);
        bytes
    }

    #[test]
    fn what_was_given_out_is_gone() {
        let mut pool = pool(b"seed");
        for count in [1, 7, 32, 100, 223, 224, 225, 1000] {
            let given = bytes(&mut pool, count);
            let used = pool.ready.len() - pool.left;
            assert!(pool.ready[..used].iter().all(|byte| *byte == 0), "{count}");
            if count >= 7 {
                let rest = [&pool.key[..], &pool.ready].concat();
                assert!(rest.windows(7).all(|window| window != &given[..7]), "{count}");
            }
        }
    }

    #[test]
    fn the_key_is_replaced_with_each_draw() {
        let mut pool = pool(b"seed");
        let mut keys = std::vec![pool.key];
        for _ in 0..10 {
            let before = pool.key;
            pool.draw();
            // The next key is the start of the stream of the old one.
            let mut words = [0; DRAW / 4];
            ChaCha20Core::from_seed(before).generate(&mut words);
            assert_eq!(pool.key[..4], words[0].to_le_bytes());
            assert!(!keys.contains(&pool.key));
            keys.push(pool.key);
        }
    }

    #[test]
    fn chacha20_is_what_its_vectors_say() {
        // RFC 8439, A.1, test vector 1.
        let mut words = [0; DRAW / 4];
        ChaCha20Core::from_seed([0; KEY]).generate(&mut words);
        assert_eq!(words[..2], [0xade0_b876, 0x903d_f1a0]);
    }

    #[test]
    fn every_bit_that_is_mixed_in_matters() {
        let base = bytes(&mut pool(&[0; 100]), 32);
        for bit in 0..800 {
            let mut seed = [0; 100];
            seed[bit / 8] ^= 1 << (bit % 8);
            assert_ne!(bytes(&mut pool(&seed), 32), base, "bit {bit}");
        }
        let mut later = pool(&[0; 100]);
        let mut same = pool(&[0; 100]);
        later.mix(b"x");
        assert_ne!(bytes(&mut later, 32), bytes(&mut same, 32));
        assert_ne!(bytes(&mut same, 32), bytes(&mut same, 32));
    }

    #[test]
    fn a_source_that_is_stuck_is_refused() {
        for words in [
            &[Some(5), Some(5), Some(6), Some(7), Some(8)][..],
            &[Some(4), Some(5), Some(6), Some(5), Some(8)],
            &[Some(4), Some(u64::MAX), Some(6), Some(7), Some(8)],
            &[Some(4), Some(5), Some(0), Some(7), Some(8)],
            &[Some(4), Some(5), Some(6), Some(7), None],
            &[None],
        ] {
            let mut words = words.iter().copied();
            assert_eq!(healthy(|| words.next().flatten()), None);
        }
        let mut words = 1..;
        let seed = healthy(|| words.next()).unwrap();
        assert_eq!((seed[0], seed[8], seed[16], seed[24]), (2, 3, 4, 5));
    }
}
