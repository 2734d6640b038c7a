//! Messages of XenStore: a header of four numbers, then words that end with a zero byte (xen/include/public/io/xs_wire.h).
//!
//! It decides what a message looks like and which paths can be sent; nothing of what a message asks for.

use alloc::string::String;
use alloc::vec::Vec;

use crate::store::error::{Error, Refusal};

/// Bytes of a header.
pub(crate) const HEADER: usize = 16;
/// Bytes that may follow a header; a longer message ends the connection.
pub(crate) const LONGEST: usize = 4096;
/// Bytes of a path from the root, and of one from the domain's own folder.
const LONGEST_PATH: usize = 3072;
const LONGEST_RELATIVE: usize = 2048;

/// What a message is (`xsd_sockmsg_type`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
#[allow(missing_docs, reason = "the names are those of the protocol")]
pub enum Kind {
    Directory = 1,
    Read = 2,
    GetPermissions = 3,
    Watch = 4,
    Unwatch = 5,
    TransactionStart = 6,
    TransactionEnd = 7,
    DomainPath = 10,
    Write = 11,
    MakeDirectory = 12,
    Remove = 13,
    SetPermissions = 14,
    WatchEvent = 15,
    Error = 16,
    DirectoryPart = 22,
}

/// What stands before a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    /// A [`Kind`], unless the server invents one.
    pub(crate) kind: u32,
    /// The request that it is, or answers.
    pub(crate) request: u32,
    pub(crate) transaction: u32,
    /// Bytes that follow.
    pub(crate) length: u32,
}

impl Header {
    pub(crate) fn to_bytes(self) -> [u8; HEADER] {
        let mut bytes = [0; HEADER];
        let numbers = [self.kind, self.request, self.transaction, self.length];
        for (place, number) in bytes.chunks_exact_mut(4).zip(numbers) {
            place.copy_from_slice(&number.to_le_bytes());
        }
        bytes
    }

    /// Nothing if there are not enough bytes.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let (numbers, _) = bytes.get(..HEADER)?.as_chunks::<4>();
        let number = |at: usize| u32::from_le_bytes(numbers[at]);
        Some(Self { kind: number(0), request: number(1), transaction: number(2), length: number(3) })
    }
}

/// The words of a message, each with its zero byte.
pub(crate) fn words(words: &[&str]) -> Result<Vec<u8>, Error> {
    let mut message = Vec::new();
    for word in words {
        if word.contains('\0') {
            return Err(Error::Zero);
        }
        message.extend_from_slice(word.as_bytes());
        message.push(0);
    }
    Ok(message)
}

/// What stands before the first zero byte, and what stands behind it.
pub(crate) fn split(message: &[u8]) -> (&[u8], &[u8]) {
    let end = message.iter().position(|byte| *byte == 0);
    end.map_or((message, &[][..]), |end| (&message[..end], &message[end + 1..]))
}

/// A word that is text.
pub(crate) fn text(word: &[u8]) -> Result<String, Error> {
    core::str::from_utf8(word).map(String::from).map_err(|_| Error::Answer)
}

/// The words of an answer, none of them empty.
pub(crate) fn texts(message: &[u8]) -> Result<Vec<String>, Error> {
    message.split(|byte| *byte == 0).filter(|word| !word.is_empty()).map(text).collect()
}

/// What an answer of the kind [`Kind::Error`] means.
pub(crate) fn refusal(message: &[u8]) -> Error {
    Error::Refused(Refusal::of(split(message).0))
}

/// Checks a path: from the root if it starts with `/`, else from the domain's own folder.
pub(crate) fn check_path(path: &str) -> Result<(), Error> {
    let wrong = || Err(Error::Path(path.into()));
    let (names, most) = match path.strip_prefix('/') {
        Some("") => return Ok(()),
        Some(names) => (names, LONGEST_PATH),
        None => (path, LONGEST_RELATIVE),
    };
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-/_@".contains(&byte);
    if path.len() > most || !names.bytes().all(fits) || names.split('/').any(str::is_empty) {
        return wrong();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn paths_are_those_that_the_server_takes() {
        let longest = alloc::format!("/{}", "a".repeat(LONGEST_PATH - 1));
        for path in ["/", "/local/domain/0", "data/a_b-c@d", "@releaseDomain", &longest] {
            assert_eq!(check_path(path), Ok(()), "{path}");
        }
        let relative = "a".repeat(LONGEST_RELATIVE + 1);
        let absolute = longest.clone() + "a";
        for path in ["", "//", "/a/", "a/", "a//b", "a b", "a.b", "\u{fc}", "a\0b", &relative, &absolute] {
            assert_eq!(check_path(path), Err(Error::Path(path.into())));
        }
    }

    #[test]
    fn headers_and_words_are_read_as_they_were_written() {
        let header = Header { kind: 2, request: u32::MAX, transaction: 7, length: 4096 };
        assert_eq!(Header::read(&header.to_bytes()), Some(header));
        assert_eq!(Header::read(&header.to_bytes()[..15]), None);
        assert_eq!(words(&["a", "", "b"]), Ok(b"a\0\0b\0".to_vec()));
        assert_eq!(words(&["a\0b"]), Err(Error::Zero));
        assert_eq!(texts(b"one\0two"), Ok(alloc::vec!["one".to_string(), "two".to_string()]));
        assert_eq!(texts(b"\xff\0"), Err(Error::Answer));
        assert_eq!(refusal(b"EAGAIN\0"), Error::Refused(Refusal::Again));
        assert_eq!(refusal(b"EFOO"), Error::Refused(Refusal::Other));
    }
}
