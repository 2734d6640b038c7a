//! What only the person at this machine knows: random words for the address of the page and for its policy.

use std::fmt::Write as _;
use std::hint::black_box;

/// 128 random bits.
#[derive(Clone, Debug)]
pub(crate) struct Token(String);

impl Token {
    /// A new one, from the system's source of randomness.
    pub(crate) fn new() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes)?;
        let mut text = String::with_capacity(32);
        for byte in bytes {
            // A string takes all that is written to it.
            let _ = write!(text, "{byte:02x}");
        }
        Ok(Self(text))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `given` is this one. How long it takes says nothing of where they differ.
    pub(crate) fn is(&self, given: &str) -> bool {
        let pairs = self.0.bytes().zip(given.bytes().chain(std::iter::repeat(0)));
        let differ = pairs.fold(0, |differ, (a, b)| black_box(differ | (a ^ b)));
        differ == 0 && given.len() == self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_token_itself_is_the_token() {
        let (token, other) = (Token::new().unwrap(), Token::new().unwrap());
        let text = token.as_str().to_owned();
        assert_eq!(text.len(), 32);
        assert!(token.is(&text));
        let half = &text[..16];
        let last = if text.ends_with('0') { "1" } else { "0" };
        for wrong in ["", half, other.as_str(), &format!("{text}0"), &format!("{}{last}", &text[..31])] {
            assert!(!token.is(wrong), "{wrong}");
        }
    }
}
