//! The command line: how the loader's text becomes the program's words.
//!
//! Words are separated by white space. `'…'` keeps everything as it is; `"…"` keeps everything but `\"` and `\\`,
//! which stand for the character behind the backslash; elsewhere a backslash keeps the character behind it. Quoted
//! and plain parts that touch are one word, so `--name="a b"c` is `--name=a bc`, and `''` is a word of nothing. A
//! quote that is not closed, and a backslash with nothing behind it, are mistakes. There are no variables, no
//! comments, and a line feed is white space.
//!
//! Virtual machine monitors add words that are meant for a kernel. Those for the machine's devices,
//! `virtio_mmio.device=…` and `pci=off`, are not for the program.

use alloc::string::String;
use alloc::vec::Vec;
use core::cell::Cell;
use core::fmt;

use crate::single::Single;

static GIVEN: Single<Cell<&'static [u8]>> = Single::new(Cell::new(&[]));

/// Keeps a copy of what the loader has given.
pub(crate) fn keep(text: &[u8]) {
    GIVEN.set(Vec::from(text).leak());
}

/// The whole command line as the loader has given it. What is not UTF-8 is left out from there on; [`boot_words`]
/// refuses it.
pub fn command_line() -> &'static str {
    let given = GIVEN.get();
    match core::str::from_utf8(given) {
        Ok(text) => text,
        Err(error) => core::str::from_utf8(&given[..error.valid_up_to()]).unwrap_or_default(),
    }
}

/// The words of the command line that are meant for the program.
pub fn boot_words() -> Result<Vec<String>, Malformed> {
    let text = core::str::from_utf8(GIVEN.get()).map_err(|error| Malformed::NotText(error.valid_up_to()))?;
    let mut words = words(text)?;
    words.retain(|word| !is_for_kernels(word));
    Ok(words)
}

fn is_for_kernels(word: &str) -> bool {
    word.starts_with("virtio_mmio.device=") || word == "pci=off"
}

/// A command line that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// It is UTF-8 only up to so many bytes.
    NotText(usize),
    /// A quote is open at the end: the quote, and what stands behind it.
    Open(char, String),
    /// It ends with a backslash that keeps nothing.
    Backslash,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotText(bytes) => write!(f, "the command line is not UTF-8 after {bytes} bytes"),
            Self::Open(quote, rest) => {
                write!(f, "the command line has a {quote} that is not closed: {quote}{rest}")
            }
            Self::Backslash => f.write_str("the command line ends with a backslash that keeps nothing"),
        }
    }
}

impl core::error::Error for Malformed {}

/// The words of a text.
pub(crate) fn words(text: &str) -> Result<Vec<String>, Malformed> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        match char {
            '\'' | '"' => quoted(char, &mut chars, word.get_or_insert_default())?,
            '\\' => word.get_or_insert_default().push(chars.next().ok_or(Malformed::Backslash)?),
            _ if char.is_ascii_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(char),
        }
    }
    words.extend(word);
    Ok(words)
}

/// Takes the rest of a quoted part, up to its closing quote.
fn quoted(quote: char, chars: &mut core::str::Chars<'_>, word: &mut String) -> Result<(), Malformed> {
    let start = chars.as_str();
    while let Some(char) = chars.next() {
        match char {
            _ if char == quote => return Ok(()),
            '\\' if quote == '"' => {
                let rest = chars.clone();
                match chars.next() {
                    Some(kept @ ('"' | '\\')) => word.push(kept),
                    _ => {
                        word.push('\\');
                        *chars = rest;
                    }
                }
            }
            _ => word.push(char),
        }
    }
    Err(Malformed::Open(quote, start.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;
    use std::vec;

    #[test]
    fn words_are_read_as_documented() {
        for (text, expected) in [
            ("", vec![]),
            ("  \t\n", vec![]),
            ("--port=80  --debug\n", vec!["--port=80", "--debug"]),
            ("--name='a  b'", vec!["--name=a  b"]),
            ("--name=\"a b\"c", vec!["--name=a bc"]),
            ("'' \"\"", vec!["", ""]),
            (r"a\ b \'x", vec!["a b", "'x"]),
            (r#""a\"b\\c\d\'""#, vec![r#"a"b\c\d\'"#]),
            (r"'a\b'", vec![r"a\b"]),
            ("'\"'\"'\"", vec!["\"'"]),
            ("ü 'ß é'", vec!["ü", "ß é"]),
            ("a\u{a0}b", vec!["a\u{a0}b"]),
            (r"\\", vec![r"\"]),
        ] {
            assert_eq!(words(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_not_closed_is_named() {
        for (text, error, shown) in [
            (
                "a 'b c",
                Malformed::Open('\'', "b c".into()),
                "the command line has a ' that is not closed: 'b c",
            ),
            (
                r#"a "b\""#,
                Malformed::Open('"', r#"b\""#.into()),
                r#"the command line has a " that is not closed: "b\""#,
            ),
            (r"a \", Malformed::Backslash, "the command line ends with a backslash that keeps nothing"),
        ] {
            assert_eq!(words(text), Err(error.clone()), "{text}");
            assert_eq!(error.to_string(), shown);
        }
    }

    /// Quotes a word as a careful user would.
    fn quote(word: &str, style: usize) -> String {
        match style % 3 {
            0 if !word.contains('\'') => std::format!("'{word}'"),
            1 => std::format!("\"{}\"", word.replace('\\', r"\\").replace('"', "\\\"")),
            _ if word.is_empty() => "''".into(),
            _ => word.chars().flat_map(|char| ['\\', char]).collect(),
        }
    }

    #[test]
    fn every_word_can_be_written_and_nothing_panics() {
        const LETTERS: &[char] = &['a', ' ', '\'', '"', '\\', '\n', 'ü', '='];
        let mut state = 1_u64;
        let mut next = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(state >> 33).unwrap() % below
        };
        for _ in 0..20_000 {
            let given: Vec<String> =
                (0..next(4)).map(|_| (0..next(6)).map(|_| LETTERS[next(LETTERS.len())]).collect()).collect();
            let line: Vec<String> = given.iter().map(|word| quote(word, next(3))).collect();
            assert_eq!(words(&line.join(" ")).unwrap(), given, "{line:?}");
            let raw: String = (0..next(12)).map(|_| LETTERS[next(LETTERS.len())]).collect();
            if let Ok(words) = words(&raw) {
                assert!(words.iter().all(|word| word.len() <= raw.len()), "{raw:?}");
            }
        }
    }

    #[test]
    fn words_for_kernels_are_not_for_the_program() {
        for (word, theirs) in [
            ("virtio_mmio.device=512@0xfeb00000:5", true),
            ("pci=off", true),
            ("--virtio_mmio.device=5", false),
            ("pci=offline", false),
        ] {
            assert_eq!(is_for_kernels(word), theirs, "{word}");
        }
    }
}
