//! Free ports, in an order that nobody can know (RFC 6056, 3.3.1).

use unik::random::Random;

/// The first of the dynamic ports (RFC 6335, 6).
const FIRST: u16 = 49_152;
/// How many there are.
const COUNT: u16 = u16::MAX - FIRST + 1;

/// All dynamic ports, from a random one on.
pub(crate) fn any(random: &dyn Random) -> impl Iterator<Item = u16> + use<> {
    let start = (random.next_u64() % u64::from(COUNT)) as u16;
    (0..COUNT).map(move |step| FIRST + (start + step) % COUNT)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed(u8);

    impl Random for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    #[test]
    fn each_dynamic_port_comes_once() {
        for seed in [0, 1, 0x55, 0xff] {
            let mut ports: alloc::vec::Vec<u16> = any(&Fixed(seed)).collect();
            ports.sort_unstable();
            assert!(ports.iter().copied().eq(FIRST..=u16::MAX));
        }
    }
}
