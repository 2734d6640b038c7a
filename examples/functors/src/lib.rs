//! Layers: networks made of networks. Each wraps the handler that it is asked to serve.

#![no_std]

extern crate alloc;

use alloc::format;
use alloc::rc::Rc;
use core::cell::Cell;
use core::convert::Infallible;

use unik::http::{Content, Handler, Request, Response, Site, Status};
use unik::kv::ReadOnly;
use unik::net::Network;
use unik::{Bytes, Failure};

/// Serves `store` until the program is asked to stop.
pub async fn serve(store: impl ReadOnly, network: impl Network) -> Result<(), Failure> {
    Ok(network.serve(Site::new(store)).await?)
}

/// Counts requests, and tells the count in the field `X-Count`.
#[derive(Clone, Debug)]
pub struct Counted<N> {
    inner: N,
    count: Rc<Cell<u64>>,
}

impl<N: Network> Counted<N> {
    /// Counts what `inner` brings, from zero.
    pub async fn new(inner: N) -> Result<Self, Infallible> {
        Ok(Self { inner, count: Rc::default() })
    }
}

impl<N: Network> Network for Counted<N> {
    type Error = N::Error;

    async fn serve<H: Handler>(&self, handler: H) -> Result<(), Self::Error> {
        self.inner.serve(Counting { handler, count: self.count.clone() }).await
    }
}

struct Counting<H> {
    handler: H,
    count: Rc<Cell<u64>>,
}

impl<H: Handler> Handler for Counting<H> {
    type Body = H::Body;

    async fn handle(&self, request: &Request<'_>) -> Response<H::Body> {
        self.count.set(self.count.get() + 1);
        self.handler.handle(request).await.with_field("X-Count", format!("{}", self.count.get()))
    }
}

/// Answers only what lies below a prefix of the path.
#[derive(Clone, Debug)]
pub struct Below<N> {
    inner: N,
    prefix: &'static str,
}

impl<N: Network> Below<N> {
    /// What `inner` brings, as far as its path starts with `prefix`.
    pub async fn new(inner: N, prefix: &'static str) -> Result<Self, Infallible> {
        Ok(Self { inner, prefix })
    }
}

impl<N: Network> Network for Below<N> {
    type Error = N::Error;

    async fn serve<H: Handler>(&self, handler: H) -> Result<(), Self::Error> {
        self.inner.serve(Stripping { handler, prefix: self.prefix }).await
    }
}

struct Stripping<H> {
    handler: H,
    prefix: &'static str,
}

impl<H: Handler> Handler for Stripping<H> {
    type Body = Content<H::Body>;

    async fn handle(&self, request: &Request<'_>) -> Response<Self::Body> {
        match request.path.strip_prefix(self.prefix) {
            Some(path) if path.starts_with('/') => {
                self.handler.handle(&Request { path, ..*request }).await.map(Content::Other)
            }
            _ => Response::plain(Status::NOT_FOUND, Bytes::from_static(b"nothing here\n")).map(Content::Full),
        }
    }
}
