//! Key-value stores: `std/kv.ReadOnly` and `std/kv.ReadWrite`.
//!
//! A key is a path: names joined by `/`, as [`key`] says. A name is a value (bytes) or a dictionary (more names).
//! A store that holds values alone (an object store, a table) has dictionaries where a `/` makes them.
//! Opening a value is one look-up; what is read of it afterwards is of one version, as far as the store can tell.

pub mod files;
pub mod key;

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use bytes::Bytes;

pub use files::{File, Files};

use crate::clock::Timestamp;
use crate::{Error, ErrorKind};

/// Values by key, to read.
///
/// Kinds of errors: `NotFound`, `Invalid` (a malformed key; a dictionary where a value is wanted or the other way
/// round), `Denied`, and those of the medium.
pub trait ReadOnly {
    /// What goes wrong.
    type Error: Error;
    /// A value that has been found.
    type Value: Value<Error = Self::Error>;

    /// Finds a value.
    async fn open(&self, key: &str) -> Result<Self::Value, Self::Error>;

    /// The names in a dictionary, sorted by their bytes; `""` is the root. Kind `NotFound` if there is no such
    /// dictionary.
    async fn list(&self, dictionary: &str) -> Result<Vec<Entry>, Self::Error>;

    /// What a key names, if anything.
    async fn exists(&self, key: &str) -> Result<Option<Kind>, Self::Error>;

    /// The whole value.
    async fn get(&self, key: &str) -> Result<Bytes, Self::Error> {
        let value = self.open(key).await?;
        value.read(0, usize::try_from(value.meta().size).unwrap_or(usize::MAX)).await
    }

    /// At most `length` bytes of the value from `offset` on; fewer at its end, none behind it.
    async fn get_partial(&self, key: &str, offset: u64, length: usize) -> Result<Bytes, Self::Error> {
        self.open(key).await?.read(offset, length).await
    }

    /// The length of the value in bytes.
    async fn size(&self, key: &str) -> Result<u64, Self::Error> {
        Ok(self.open(key).await?.meta().size)
    }

    /// What changes when the value does.
    async fn tag(&self, key: &str) -> Result<Tag, Self::Error> {
        Ok(self.open(key).await?.meta().tag)
    }

    /// When the value changed last, if the store knows.
    async fn last_modified(&self, key: &str) -> Result<Option<Timestamp>, Self::Error> {
        Ok(self.open(key).await?.meta().modified)
    }
}

/// Values by key, to read and to write. Writing is atomic: a reader sees the old value or the new one.
pub trait ReadWrite: ReadOnly {
    /// Gives the key this value; makes the dictionaries on its way. Kind `Invalid` if it names a dictionary, or if
    /// a name on its way is a value.
    async fn set(&self, key: &str, value: &[u8]) -> Result<(), Self::Error>;

    /// Removes a value, or a dictionary with everything in it. A dictionary that becomes empty may go too.
    async fn remove(&self, key: &str) -> Result<(), Self::Error>;

    /// Gives the value of `from` to `to`, whose old value is lost, and removes `from`. A value that is renamed to
    /// itself stays. Dictionaries are not renamed: kind `Invalid`.
    async fn rename(&self, from: &str, to: &str) -> Result<(), Self::Error>;
}

/// A value that has been found: what is known of it, and its bytes.
pub trait Value {
    /// What goes wrong.
    type Error: Error;

    /// What is known of it.
    fn meta(&self) -> Meta;

    /// At most `length` bytes from `offset` on; fewer at its end, none behind it. Costs no copy where the value is
    /// in memory.
    async fn read(&self, offset: u64, length: usize) -> Result<Bytes, Self::Error>;
}

/// What is known of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meta {
    /// Its length in bytes.
    pub size: u64,
    /// What changes when it does.
    pub tag: Tag,
    /// When it changed last, if the store knows.
    pub modified: Option<Timestamp>,
}

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Bytes.
    Value,
    /// More names.
    Dictionary,
}

/// A name in a dictionary.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// The last name of the key, without `/`.
    pub name: String,
    /// What it stands for.
    pub kind: Kind,
}

/// Different for different contents of one key: a hash of the content, or of what the store knows about its version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tag(pub u128);

impl Tag {
    /// The tag of a content: FNV-1a with 128 bits. It tells versions apart; it proves nothing to an enemy.
    pub const fn of(content: &[u8]) -> Self {
        let mut hash: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
        let mut at = 0;
        while at < content.len() {
            hash = (hash ^ content[at] as u128).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
            at += 1;
        }
        Self(hash)
    }
}

/// 32 hexadecimal digits.
impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl<T: ReadOnly> ReadOnly for &T {
    type Error = T::Error;
    type Value = T::Value;

    async fn open(&self, key: &str) -> Result<T::Value, T::Error> {
        T::open(self, key).await
    }

    async fn list(&self, dictionary: &str) -> Result<Vec<Entry>, T::Error> {
        T::list(self, dictionary).await
    }

    async fn exists(&self, key: &str) -> Result<Option<Kind>, T::Error> {
        T::exists(self, key).await
    }
}

impl<T: ReadWrite> ReadWrite for &T {
    async fn set(&self, key: &str, value: &[u8]) -> Result<(), T::Error> {
        T::set(self, key, value).await
    }

    async fn remove(&self, key: &str) -> Result<(), T::Error> {
        T::remove(self, key).await
    }

    async fn rename(&self, from: &str, to: &str) -> Result<(), T::Error> {
        T::rename(self, from, to).await
    }
}

impl Error for key::Malformed {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }
}
