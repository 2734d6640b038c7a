//! The content of an answer: bytes of known length that can be read in parts.

use core::convert::Infallible;

use bytes::Bytes;

use crate::Error;
use crate::kv::Value;

/// Bytes of known length, read in parts.
pub trait Body {
    /// Why it cannot be read.
    type Error: Error;

    /// How many bytes it has.
    fn length(&self) -> u64;

    /// At most `length` bytes from `offset` on, at least one if there is one. The server calls it in order.
    async fn read(&self, offset: u64, length: usize) -> Result<Bytes, Self::Error>;
}

/// Bytes in memory; a part shares them.
impl Body for Bytes {
    type Error = Infallible;

    fn length(&self) -> u64 {
        self.len() as u64
    }

    async fn read(&self, offset: u64, length: usize) -> Result<Bytes, Infallible> {
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(self.len());
        let end = start.saturating_add(length).min(self.len());
        Ok(self.slice(start..end))
    }
}

/// Text or other bytes of the program itself.
impl Body for &'static str {
    type Error = Infallible;

    fn length(&self) -> u64 {
        self.len() as u64
    }

    async fn read(&self, offset: u64, length: usize) -> Result<Bytes, Infallible> {
        Bytes::from_static(self.as_bytes()).read(offset, length).await
    }
}

/// A value of a store as a body.
#[derive(Clone, Copy, Debug)]
pub struct Stored<V>(pub V);

impl<V: Value> Body for Stored<V> {
    type Error = V::Error;

    fn length(&self) -> u64 {
        self.0.meta().size
    }

    async fn read(&self, offset: u64, length: usize) -> Result<Bytes, V::Error> {
        self.0.read(offset, length).await
    }
}

/// One of two kinds of content: often a page of the program, or what it serves.
#[derive(Clone, Debug)]
pub enum Content<B> {
    /// Bytes in memory.
    Full(Bytes),
    /// Something else.
    Other(B),
}

impl<B: Body> Body for Content<B> {
    type Error = B::Error;

    fn length(&self) -> u64 {
        match self {
            Self::Full(bytes) => bytes.length(),
            Self::Other(body) => body.length(),
        }
    }

    async fn read(&self, offset: u64, length: usize) -> Result<Bytes, B::Error> {
        match self {
            Self::Full(bytes) => Ok(bytes.read(offset, length).await.unwrap_or_else(|never| match never {})),
            Self::Other(body) => body.read(offset, length).await,
        }
    }
}
