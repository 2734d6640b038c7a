//! What sources of random bytes promise, as far as bytes can show it.

use alloc::vec;

use unik::random::Random;

/// Every byte is filled, and no two fillings are the same.
pub fn random(source: &impl Random) {
    source.fill(&mut []);
    assert_ne!(source.next_u64(), source.next_u64(), "two draws of 64 bits are the same");
    for length in [33, 4096, 100_000] {
        let mut bytes = vec![0u8; length];
        source.fill(&mut bytes);
        // 32 zeros in a row come by chance once in 2²⁵⁶.
        let unfilled =
            bytes.chunks(32).find(|chunk| chunk.len() == 32 && chunk.iter().all(|byte| *byte == 0));
        assert!(unfilled.is_none(), "part of {length} bytes is not filled");
    }
    let mut bytes = vec![0u8; 1 << 16];
    source.fill(&mut bytes);
    let ones: u32 = bytes.iter().map(|byte| byte.count_ones()).sum();
    // 2¹⁹ bits: the standard deviation is 362, and this is 20 of them.
    assert!(ones.abs_diff(1 << 18) < 7_240, "{ones} of {} bits are set", 1 << 19);
}
