//! `kv.mem`: a store in memory, empty at the start. Its clones are the same store.
//!
//! Dictionaries are not kept: they are there as long as a value is below them.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::RefCell;
use core::convert::Infallible;
use core::ops::Bound;

use bytes::Bytes;
use unik::kv::{Entry, Kind, Meta, ReadOnly, ReadWrite, Tag, Value, key};

use crate::error::Error;
use crate::window;

/// A store in memory.
#[derive(Clone, Debug, Default)]
pub struct Mem {
    values: Rc<RefCell<BTreeMap<String, Remembered>>>,
}

/// A value as it was when it was opened.
#[derive(Clone, Debug)]
pub struct Remembered {
    data: Bytes,
    tag: Tag,
}

impl Mem {
    /// An empty store.
    pub async fn new() -> Result<Mem, Infallible> {
        Ok(Mem::default())
    }

    fn kind(&self, key: &str) -> Option<Kind> {
        if self.values.borrow().contains_key(key) {
            return Some(Kind::Value);
        }
        (key.is_empty() || self.has_below(key)).then_some(Kind::Dictionary)
    }

    fn has_below(&self, dictionary: &str) -> bool {
        let prefix = format!("{dictionary}/");
        let values = self.values.borrow();
        let first = values.range::<str, _>((Bound::Included(prefix.as_str()), Bound::Unbounded)).next();
        first.is_some_and(|(key, _)| key.starts_with(&prefix))
    }

    /// Whether a value may stand at a well-formed key.
    fn check_place(&self, key: &str) -> Result<(), Error> {
        let values = self.values.borrow();
        if key.match_indices('/').any(|(end, _)| values.contains_key(&key[..end])) {
            return Err(Error::IsValue);
        }
        drop(values);
        if self.has_below(key) { Err(Error::IsDictionary) } else { Ok(()) }
    }

    fn absent(&self, key: &str) -> Error {
        if self.has_below(key) { Error::IsDictionary } else { Error::NotFound }
    }
}

impl ReadOnly for Mem {
    type Error = Error;
    type Value = Remembered;

    async fn open(&self, key: &str) -> Result<Remembered, Error> {
        key::check(key)?;
        let found = self.values.borrow().get(key).cloned();
        found.ok_or_else(|| self.absent(key))
    }

    async fn list(&self, dictionary: &str) -> Result<Vec<Entry>, Error> {
        key::check_dictionary(dictionary)?;
        match self.kind(dictionary) {
            Some(Kind::Dictionary) => {}
            Some(Kind::Value) => return Err(Error::IsValue),
            None => return Err(Error::NotFound),
        }
        let prefix = if dictionary.is_empty() { String::new() } else { format!("{dictionary}/") };
        let values = self.values.borrow();
        let below = values.range::<str, _>((Bound::Included(prefix.as_str()), Bound::Unbounded));
        let names =
            below.map_while(|(key, _)| key.strip_prefix(&prefix)).map(|rest| match rest.split_once('/') {
                Some((name, _)) => Entry { name: name.into(), kind: Kind::Dictionary },
                None => Entry { name: rest.into(), kind: Kind::Value },
            });
        let mut entries: Vec<Entry> = names.collect();
        // Keys are sorted with their slashes, names without.
        entries.sort();
        entries.dedup();
        Ok(entries)
    }

    async fn exists(&self, key: &str) -> Result<Option<Kind>, Error> {
        key::check_dictionary(key)?;
        Ok(self.kind(key))
    }
}

impl ReadWrite for Mem {
    async fn set(&self, key: &str, value: &[u8]) -> Result<(), Error> {
        key::check(key)?;
        self.check_place(key)?;
        let value = Remembered { data: Bytes::copy_from_slice(value), tag: Tag::of(value) };
        self.values.borrow_mut().insert(key.into(), value);
        Ok(())
    }

    async fn remove(&self, key: &str) -> Result<(), Error> {
        key::check(key)?;
        if self.values.borrow_mut().remove(key).is_some() {
            return Ok(());
        }
        if !self.has_below(key) {
            return Err(Error::NotFound);
        }
        let prefix = format!("{key}/");
        self.values.borrow_mut().retain(|key, _| !key.starts_with(&prefix));
        Ok(())
    }

    async fn rename(&self, from: &str, to: &str) -> Result<(), Error> {
        key::check(from)?;
        key::check(to)?;
        if !self.values.borrow().contains_key(from) {
            return Err(self.absent(from));
        }
        self.check_place(to)?;
        let mut values = self.values.borrow_mut();
        if let Some(value) = values.remove(from) {
            values.insert(to.into(), value);
        }
        Ok(())
    }
}

impl Value for Remembered {
    type Error = Error;

    fn meta(&self) -> Meta {
        Meta { size: self.data.len() as u64, tag: self.tag, modified: None }
    }

    async fn read(&self, offset: u64, length: usize) -> Result<Bytes, Error> {
        Ok(window(&self.data, offset, length))
    }
}
