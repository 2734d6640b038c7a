//! Random bytes: `std/random.Random`, and an adapter to the traits of `rand_core` 0.10.

use core::convert::Infallible;

/// A source of random bytes. It starts with its entropy at hand, so that it cannot fail later.
pub trait Random {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);

    /// 64 random bits.
    fn next_u64(&self) -> u64 {
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }
}

impl<T: Random> Random for &T {
    fn fill(&self, bytes: &mut [u8]) {
        T::fill(self, bytes);
    }
}

/// A source as a generator of `rand_core`. Whether it is fit for keys is for the source to say.
#[derive(Clone, Copy, Debug)]
pub struct Generator<R>(pub R);

impl<R: Random> rand_core::TryRng for Generator<R> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.0.next_u64())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill(bytes);
        Ok(())
    }
}
