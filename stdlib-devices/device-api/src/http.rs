//! Requests and their answers: what a network brings and a handler gives.
//!
//! A handler says what the answer *is*: its content, type, tag and time of change. The server does what the protocol
//! asks of it: a HEAD gets no content, `If-None-Match` with the tag gets 304, `Range` gets a part of the body, which is
//! why a body is read from an offset. Nothing is copied on the way: a body in memory is handed out as `Bytes`.

mod body;
mod content_type;
mod message;
pub mod site;
mod status;

use core::marker::PhantomData;

pub use body::{Body, Content, Stored};
pub use content_type::content_type;
pub use message::{Field, Method, Request, Response};
pub use site::Site;
pub use status::Status;

/// What answers requests.
pub trait Handler {
    /// The content of an answer.
    type Body: Body;

    /// The answer to a request. Many run at a time on one thread: it must not compute for long without an `await`.
    /// A HEAD is answered as the GET would be; the server leaves the body out without reading it.
    async fn handle(&self, request: &Request<'_>) -> Response<Self::Body>;
}

impl<H: Handler> Handler for &H {
    type Body = H::Body;

    async fn handle(&self, request: &Request<'_>) -> Response<H::Body> {
        H::handle(self, request).await
    }
}

/// A handler that is an async closure: `from_fn(async |request: &Request<'_>| Response::plain(…))`.
pub fn from_fn<F, B>(answer: F) -> FromFn<F, B>
where
    F: AsyncFn(&Request<'_>) -> Response<B>,
    B: Body,
{
    FromFn { answer, body: PhantomData }
}

/// What [`from_fn`] makes.
#[derive(Clone, Copy, Debug)]
pub struct FromFn<F, B> {
    answer: F,
    body: PhantomData<fn() -> B>,
}

impl<F, B> Handler for FromFn<F, B>
where
    F: AsyncFn(&Request<'_>) -> Response<B>,
    B: Body,
{
    type Body = B;

    async fn handle(&self, request: &Request<'_>) -> Response<B> {
        (self.answer)(request).await
    }
}
