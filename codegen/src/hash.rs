//! The two hashes that a generated crate carries: of its input, and of each embedded file.
//!
//! Both are FNV-1a (RFC 9923): they tell versions apart and prove nothing to an enemy.

/// 64 bits, for the signature of a crate.
pub(crate) fn digest(text: &str) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    text.bytes().fold(0xcbf2_9ce4_8422_2325, step)
}

/// 128 bits, the tag of an embedded file: what `unik::kv::Tag::of` gives for its content. It is computed here
/// because evaluating it in a constant takes rustc seconds per megabyte.
pub fn tag(content: &[u8]) -> u128 {
    let prime = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    let step = |hash: u128, byte: &u8| (hash ^ u128::from(*byte)).wrapping_mul(prime);
    content.iter().fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d, step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_the_standard() {
        assert_eq!(digest(""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(digest("foobar"), 0x8594_4171_f739_67e8);
        assert_eq!(tag(b""), 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d);
        assert_eq!(tag(b"a"), 0xd228_cb69_6f1a_8caf_7891_2b70_4e4a_8964);
    }
}
