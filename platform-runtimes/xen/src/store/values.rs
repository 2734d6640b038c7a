//! A folder of XenStore as a key-value store: `std/kv.ReadOnly` and `std/kv.ReadWrite`.
//!
//! It decides how keys become paths. A node with others below is a dictionary, one without is a value; a folder that becomes empty
//! goes, or it would be an empty value. XenStore's names are poorer than keys: a byte that cannot stand in a name is written `@` and two
//! hexadecimal digits, `@2e` for a full stop, so that plain names are what they are everywhere.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use unik::concurrent::{join, join_all};
use unik::kv::key::Malformed;
use unik::kv::{Entry, Kind, Meta, ReadOnly, ReadWrite, Tag, Value, key};
use unik::{Bytes, ErrorKind};

use crate::store::client::Store;
use crate::store::error::{Error, Refusal};
use crate::store::nodes::Nodes;
use crate::store::transaction::transaction;

/// Values below a folder of XenStore.
#[derive(Clone, Debug)]
pub struct Values {
    store: Store,
    /// A path without a `/` at its end; the root is empty.
    folder: String,
}

/// Why a value is not read or written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValuesError {
    /// The key is none.
    Malformed(Malformed),
    /// The key names a dictionary, where a value is wanted.
    IsDictionary,
    /// The key, or a name on its way, names a value, where a dictionary is wanted.
    IsValue,
    /// XenStore has refused.
    Store(Error),
}

impl fmt::Display for ValuesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(malformed) => malformed.fmt(f),
            Self::IsDictionary => f.write_str("this is a dictionary, not a value"),
            Self::IsValue => f.write_str("this is a value, not a dictionary"),
            Self::Store(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for ValuesError {}

impl unik::Error for ValuesError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Malformed(_) | Self::IsDictionary | Self::IsValue => ErrorKind::Invalid,
            Self::Store(error) => error.kind(),
        }
    }
}

impl From<Malformed> for ValuesError {
    fn from(malformed: Malformed) -> Self {
        Self::Malformed(malformed)
    }
}

impl From<Error> for ValuesError {
    fn from(error: Error) -> Self {
        Self::Store(error)
    }
}

impl Values {
    /// Values below a folder: from the root if it starts with `/`, else from the domain's own folder.
    pub fn new(store: Store, folder: &str) -> Result<Self, Error> {
        crate::store::wire::check_path(folder)?;
        Ok(Self { store, folder: folder.trim_end_matches('/').to_string() })
    }

    fn path(&self, key: &str) -> String {
        match (key, self.folder.as_str()) {
            ("", "") => "/".to_string(),
            ("", folder) => folder.to_string(),
            (key, folder) => format!("{folder}/{}", encode(key)),
        }
    }
}

/// A key as a path.
fn encode(key: &str) -> String {
    let mut path = String::new();
    for byte in key.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_/".contains(&byte) {
            path.push(byte.into());
        } else {
            path += &format!("@{byte:02x}");
        }
    }
    path
}

/// A name of a key; nothing for a node that no key names.
fn decode(name: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = name.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        rest = behind;
        if *first == b'@' {
            let digits = core::str::from_utf8(rest.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &rest[2..];
        } else {
            bytes.push(*first);
        }
    }
    let decoded = String::from_utf8(bytes).ok()?;
    (encode(&decoded) == name && key::check(&decoded).is_ok()).then_some(decoded)
}

/// What a node is, if there is one; a refusal of the server's other than that is an error.
async fn kind(nodes: &impl Nodes, path: &str) -> Result<Option<Kind>, Error> {
    match nodes.directory(path).await {
        Ok(names) if names.is_empty() => Ok(Some(Kind::Value)),
        Ok(_) => Ok(Some(Kind::Dictionary)),
        Err(Error::Refused(Refusal::NotFound)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Why steps of a transaction end: what is wrong with the key is found out on the way.
async fn steps<T>(
    store: &Store,
    mut steps: impl AsyncFnMut(&crate::store::transaction::Transaction<'_>) -> Result<T, ValuesError>,
) -> Result<T, ValuesError> {
    let mut wrong = None;
    let result = transaction(store, async |open| match steps(open).await {
        Ok(result) => Ok(result),
        Err(ValuesError::Store(error)) => Err(error),
        Err(error) => {
            wrong = Some(error);
            Err(Error::Contended)
        }
    })
    .await;
    match wrong {
        Some(error) => Err(error),
        None => result.map_err(ValuesError::Store),
    }
}

impl Values {
    /// Whether a value may stand at a well-formed key.
    async fn check_place(&self, nodes: &impl Nodes, key: &str) -> Result<(), ValuesError> {
        for (end, _) in key.match_indices('/') {
            match kind(nodes, &self.path(&key[..end])).await? {
                Some(Kind::Value) => return Err(ValuesError::IsValue),
                Some(Kind::Dictionary) => {}
                None => return Ok(()),
            }
        }
        match kind(nodes, &self.path(key)).await? {
            Some(Kind::Dictionary) => Err(ValuesError::IsDictionary),
            Some(Kind::Value) | None => Ok(()),
        }
    }

    /// Removes a node, and the folders above it that hold nothing more.
    async fn prune(&self, nodes: &impl Nodes, key: &str) -> Result<(), Error> {
        nodes.remove(&self.path(key)).await?;
        for (end, _) in key.rmatch_indices('/') {
            let path = self.path(&key[..end]);
            if kind(nodes, &path).await? != Some(Kind::Value) || !nodes.read(&path).await?.is_empty() {
                break;
            }
            nodes.remove(&path).await?;
        }
        Ok(())
    }

    async fn value(&self, nodes: &impl Nodes, key: &str) -> Result<Bytes, ValuesError> {
        let path = self.path(key);
        let (names, value) = join(nodes.directory(&path), nodes.read(&path)).await;
        if !names?.is_empty() {
            return Err(ValuesError::IsDictionary);
        }
        Ok(Bytes::from(value?))
    }
}

impl ReadOnly for Values {
    type Error = ValuesError;
    type Value = Found;

    async fn open(&self, key: &str) -> Result<Found, ValuesError> {
        key::check(key)?;
        let data = self.value(&self.store, key).await?;
        Ok(Found { tag: Tag::of(&data), data })
    }

    async fn list(&self, dictionary: &str) -> Result<Vec<Entry>, ValuesError> {
        key::check_dictionary(dictionary)?;
        let names = match self.store.directory(&self.path(dictionary)).await {
            Ok(names) => names,
            // The root is there, though nobody has written there yet.
            Err(Error::Refused(Refusal::NotFound)) if dictionary.is_empty() => Vec::new(),
            Err(error) => return Err(error.into()),
        };
        if names.is_empty() && !dictionary.is_empty() {
            return Err(ValuesError::IsValue);
        }
        let names: Vec<String> = names.iter().filter_map(|name| decode(name)).collect();
        let kinds = join_all(names.iter().map(async |name| {
            let key = if dictionary.is_empty() { name.clone() } else { format!("{dictionary}/{name}") };
            kind(&self.store, &self.path(&key)).await
        }));
        let mut entries = Vec::new();
        for (name, kind) in names.iter().zip(kinds.await) {
            // What went meanwhile is not listed; nor is what this domain may not see.
            match kind {
                Ok(Some(kind)) => entries.push(Entry { name: name.clone(), kind }),
                Ok(None) | Err(Error::Refused(Refusal::Access | Refusal::Permission)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        entries.sort();
        Ok(entries)
    }

    async fn exists(&self, key: &str) -> Result<Option<Kind>, ValuesError> {
        key::check_dictionary(key)?;
        if key.is_empty() {
            return Ok(Some(Kind::Dictionary));
        }
        Ok(kind(&self.store, &self.path(key)).await?)
    }
}

impl ReadWrite for Values {
    async fn set(&self, key: &str, value: &[u8]) -> Result<(), ValuesError> {
        key::check(key)?;
        steps(&self.store, async |open| {
            self.check_place(open, key).await?;
            Ok(open.write(&self.path(key), value).await?)
        })
        .await
    }

    async fn remove(&self, key: &str) -> Result<(), ValuesError> {
        key::check(key)?;
        steps(&self.store, async |open| {
            if kind(open, &self.path(key)).await?.is_none() {
                return Err(Error::Refused(Refusal::NotFound).into());
            }
            Ok(self.prune(open, key).await?)
        })
        .await
    }

    async fn rename(&self, from: &str, to: &str) -> Result<(), ValuesError> {
        key::check(from)?;
        key::check(to)?;
        steps(&self.store, async |open| {
            let value = self.value(open, from).await?;
            self.check_place(open, to).await?;
            if from != to {
                open.write(&self.path(to), &value).await?;
                self.prune(open, from).await?;
            }
            Ok(())
        })
        .await
    }
}

/// A value as it was when it was opened.
#[derive(Clone, Debug)]
pub struct Found {
    data: Bytes,
    tag: Tag,
}

impl Value for Found {
    type Error = ValuesError;

    fn meta(&self) -> Meta {
        Meta { size: self.data.len() as u64, tag: self.tag, modified: None }
    }

    async fn read(&self, offset: u64, length: usize) -> Result<Bytes, ValuesError> {
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(self.data.len());
        Ok(self.data.slice(start..start.saturating_add(length).min(self.data.len())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_a_path_of_its_own() {
        for (key, path) in [
            ("a/b-c_d", "a/b-c_d"),
            ("index.html", "index@2ehtml"),
            ("a@b", "a@40b"),
            ("\u{fc} ", "@c3@bc@20"),
        ] {
            assert_eq!(encode(key), path);
        }
        for name in ["index.html", "a@b", "\u{fc}", "plain"] {
            assert_eq!(decode(&encode(name)).as_deref(), Some(name));
        }
        // A name that no key has: another one stands for the same bytes, or they are no key.
        for name in ["@", "@4", "@zz", "@61", "@2E", "@ff", "@00", "@2e", "@+1"] {
            assert_eq!(decode(name), None, "{name}");
        }
    }
}
