//! `kv.crunch(files)`: the content of a folder, compiled into the image. Nothing is copied, nothing can be missing.

use alloc::vec::Vec;
use core::convert::Infallible;

use bytes::Bytes;
use unik::kv::{Entry, File, Files, Kind, Meta, ReadOnly, Value, key};

use crate::error::Error;
use crate::window;

/// Files in the image.
#[derive(Clone, Copy, Debug)]
pub struct Crunch {
    files: &'static Files,
}

impl Crunch {
    /// A store of these files.
    pub async fn new(files: &'static Files) -> Result<Crunch, Infallible> {
        Ok(Crunch { files })
    }
}

/// One of them.
#[derive(Clone, Copy, Debug)]
pub struct Crunched(&'static File);

impl ReadOnly for Crunch {
    type Error = Error;
    type Value = Crunched;

    async fn open(&self, key: &str) -> Result<Crunched, Error> {
        // What is found is well-formed, so only what is not has to be looked at.
        if let Some(file) = self.files.find(key) {
            return Ok(Crunched(file));
        }
        key::check(key)?;
        Err(if self.files.kind(key).is_some() { Error::IsDictionary } else { Error::NotFound })
    }

    async fn list(&self, dictionary: &str) -> Result<Vec<Entry>, Error> {
        key::check_dictionary(dictionary)?;
        match self.files.list(dictionary) {
            Some(entries) => Ok(entries),
            None if self.files.find(dictionary).is_some() => Err(Error::IsValue),
            None => Err(Error::NotFound),
        }
    }

    async fn exists(&self, key: &str) -> Result<Option<Kind>, Error> {
        key::check_dictionary(key)?;
        Ok(self.files.kind(key))
    }
}

impl Value for Crunched {
    type Error = Error;

    fn meta(&self) -> Meta {
        Meta { size: self.0.data.len() as u64, tag: self.0.tag, modified: self.0.modified }
    }

    async fn read(&self, offset: u64, length: usize) -> Result<Bytes, Error> {
        Ok(window(&Bytes::from_static(self.0.data), offset, length))
    }
}
