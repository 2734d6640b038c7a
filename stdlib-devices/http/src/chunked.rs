//! The chunked coding of a request's content (RFC 9112 §7.1), taken apart piece by piece.
//!
//! A machine without a buffer: it is fed what has come, and says how much of it is used up and which part is content.
//! It is strict where leniency would let two readers of one connection disagree: lines end in CR LF, sizes are plain digits.
//! Extensions and trailers are read over; between two pieces of content they may not be longer than a head.

use core::ops::Range;

/// Where in the coding the reader stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chunked {
    state: State,
    /// What is left of the chunk, or what is read of its size.
    left: u64,
    /// How many bytes may go on sizes, extensions and trailers between two pieces of content, and how many have.
    limit: usize,
    overhead: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Before the first digit of a size.
    Start,
    /// After a digit.
    Size,
    /// After the digits: white space, then an extension.
    Blank,
    Extension,
    /// After the CR of a size line.
    SizeEnd,
    Data,
    /// After the data: CR, then LF.
    DataCr,
    DataLf,
    /// At the start of a trailer line, inside one, after its CR; after the CR of the empty line that ends it all.
    TrailerStart,
    Trailer,
    TrailerLf,
    LastLf,
    Done,
}

/// The content is not chunked as it was said to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

/// What one feeding came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// How many bytes of the input are dealt with, content included.
    pub used: usize,
    /// Which of them are content. Empty if none came, or at the end.
    pub content: Range<usize>,
}

impl Chunked {
    pub(crate) fn new(limit: usize) -> Chunked {
        Chunked { state: State::Start, left: 0, limit, overhead: 0 }
    }

    /// Whether the last chunk and its trailers have been read.
    pub(crate) fn done(&self) -> bool {
        self.state == State::Done
    }

    /// Reads up to the next piece of content, which goes as far as the chunk or the input.
    pub(crate) fn feed(&mut self, input: &[u8]) -> Result<Step, Malformed> {
        let mut used = 0;
        while self.state != State::Data {
            let Some(byte) = input.get(used) else { return Ok(Step { used, content: used..used }) };
            if self.state == State::Done {
                return Ok(Step { used, content: used..used });
            }
            self.overhead += 1;
            if self.overhead > self.limit {
                return Err(Malformed);
            }
            self.line(*byte)?;
            used += 1;
        }
        // Both sides of `min` fit: one is a length.
        let length = self.left.min((input.len() - used) as u64) as usize;
        self.left -= length as u64;
        self.overhead = 0;
        if self.left == 0 {
            self.state = State::DataCr;
        }
        Ok(Step { used: used + length, content: used..used + length })
    }

    /// One byte that is not content.
    fn line(&mut self, byte: u8) -> Result<(), Malformed> {
        self.state = match (self.state, byte) {
            (State::Start | State::Size, b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F') => {
                let digit = (byte as char).to_digit(16).ok_or(Malformed)?;
                self.left = self.left.checked_mul(16).ok_or(Malformed)? + u64::from(digit);
                State::Size
            }
            (State::Size | State::Blank, b'\r') => State::SizeEnd,
            (State::Size | State::Blank, b' ' | b'\t') => State::Blank,
            (State::Size | State::Blank, b';') => State::Extension,
            (State::Extension, b'\r') => State::SizeEnd,
            (State::Extension, b'\t' | b' '..=b'~' | 0x80..) => State::Extension,
            (State::SizeEnd, b'\n') if self.left == 0 => State::TrailerStart,
            (State::SizeEnd, b'\n') => State::Data,
            (State::DataCr, b'\r') => State::DataLf,
            (State::DataLf, b'\n') => State::Start,
            (State::TrailerStart, b'\r') => State::LastLf,
            (State::TrailerStart, b'!'..=b'~') => State::Trailer,
            (State::Trailer, b'\r') => State::TrailerLf,
            (State::Trailer, b'\t' | b' '..=b'~' | 0x80..) => State::Trailer,
            (State::TrailerLf, b'\n') => State::TrailerStart,
            (State::LastLf, b'\n') => State::Done,
            _ => return Err(Malformed),
        };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;

    /// The content and the number of bytes that were used, read in pieces of every size.
    #[track_caller]
    fn check(input: &str, expected: Result<(&str, usize), Malformed>) {
        for piece in 1..=input.len() {
            let mut chunked = Chunked::new(64);
            let (mut content, mut used) = (Vec::new(), 0);
            let result = loop {
                let window = &input.as_bytes()[used..input.len().min(used + piece)];
                match chunked.feed(window) {
                    Err(malformed) => break Err(malformed),
                    Ok(step) => {
                        content.extend_from_slice(&window[step.content]);
                        used += step.used;
                        if chunked.done() || used == input.len() {
                            break Ok((core::str::from_utf8(&content).expect("all inputs are text"), used));
                        }
                    }
                }
            };
            assert_eq!(result, expected, "{input:?} in pieces of {piece}");
        }
    }

    #[test]
    fn content_comes_out() {
        check("0\r\n\r\n", Ok(("", 5)));
        check("5\r\nhello\r\n0\r\n\r\nGET", Ok(("hello", 15)));
        check("5\r\nhello\r\n00A\r\n, you all!\r\n0\r\n\r\n", Ok(("hello, you all!", 32)));
        check("5 ;a=b;c=\"d\"\r\nhello\r\n0;x\r\nField: value\r\nB:\r\n\r\n", Ok(("hello", 46)));
    }

    #[test]
    fn what_two_readers_could_read_differently_is_refused() {
        for input in [
            "\r\n",
            "x\r\n",
            "-1\r\n",
            "+1\r\n",
            "0x5\r\n",
            "5\nhello",
            "5\r\nhello0\r\n",
            "5\r\nhello\n0",
            "5\r\r\n",
            " 5\r\n",
            ";a\r\n",
            "5;\u{1}\r\n",
            "11111111111111111\r\n",
            "0\r\n \r\n",
            "0\r\n\n",
            "0\r\nA: b\n\r\n",
            "5;a\n",
        ] {
            check(input, Err(Malformed));
        }
    }

    #[test]
    fn waste_is_limited() {
        check(&alloc::format!("5;{}\r\nhello\r\n", "x".repeat(64)), Err(Malformed));
        check(&alloc::format!("0\r\n{}\r\n", "A: b\r\n".repeat(20)), Err(Malformed));
        check(&alloc::format!("{}0\r\n\r\n", "1\r\na\r\n".repeat(20)), Ok((&"a".repeat(20), 125)));
    }
}
