//! A store as a site: the handler of a static file server.
//!
//! `/` and a path that ends in `/` mean the dictionary's `index.html`; a path that names a dictionary without a
//! final `/` is sent there. Only GET and HEAD are answered. A key that the store calls malformed does not exist.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;

use bytes::Bytes;

use super::{Content, Handler, Method, Request, Response, Status, Stored, content_type};
use crate::kv::{Kind, ReadOnly, Value};
use crate::{Error, ErrorKind};

/// The files of a store, by their paths.
#[derive(Clone, Copy, Debug)]
pub struct Site<S> {
    store: S,
}

impl<S: ReadOnly> Site<S> {
    /// Serves all values of a store.
    pub fn new(store: S) -> Self {
        Self { store }
    }

    async fn find(&self, request: &Request<'_>) -> Result<Response<Content<Stored<S::Value>>>, Status> {
        if !matches!(request.method, Method::Get | Method::Head) {
            return Err(Status::METHOD_NOT_ALLOWED);
        }
        let path = request.path.strip_prefix('/').ok_or(Status::NOT_FOUND)?;
        let key: Cow<'_, str> = match path {
            "" => "index.html".into(),
            _ if path.ends_with('/') => format!("{path}index.html").into(),
            _ => path.into(),
        };
        match self.store.open(&key).await {
            Ok(value) => {
                let meta = value.meta();
                let mut response = Response::new(Status::OK, Content::Other(Stored(value)));
                response.content_type = Some(Cow::Borrowed(content_type(&key)));
                response.tag = Some(meta.tag);
                response.modified = meta.modified;
                Ok(response)
            }
            Err(error) => {
                let status = match error.kind() {
                    ErrorKind::NotFound | ErrorKind::Invalid => Status::NOT_FOUND,
                    ErrorKind::Denied => Status::FORBIDDEN,
                    ErrorKind::Exhausted => Status::SERVICE_UNAVAILABLE,
                    _ => Status::INTERNAL_SERVER_ERROR,
                };
                if status == Status::INTERNAL_SERVER_ERROR {
                    log::warn!("{key}: {error}");
                }
                if status == Status::NOT_FOUND
                    && matches!(self.store.exists(&key).await, Ok(Some(Kind::Dictionary)))
                {
                    let moved = Status::MOVED_PERMANENTLY;
                    return Ok(page(moved).with_field("Location", location(path)));
                }
                Err(status)
            }
        }
    }
}

impl<S: ReadOnly> Handler for Site<S> {
    type Body = Content<Stored<S::Value>>;

    async fn handle(&self, request: &Request<'_>) -> Response<Self::Body> {
        match self.find(request).await {
            Ok(response) => response,
            Err(status @ Status::METHOD_NOT_ALLOWED) => page(status).with_field("Allow", "GET, HEAD"),
            Err(status) => page(status),
        }
    }
}

/// A page that says the status.
fn page<B>(status: Status) -> Response<Content<B>> {
    Response::plain(status, Bytes::from(format!("{status}\n"))).map(Content::Full)
}

/// `/path/`, with what a URI does not allow percent-encoded (RFC 3986, 2 and 3.3).
fn location(path: &str) -> String {
    let mut location = String::from("/");
    // A path that starts with another `/` would name a host (RFC 3986, 4.2).
    for byte in path.trim_start_matches('/').bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~!$&'()*+,;=:@".contains(&byte) {
            location.push(char::from(byte));
        } else {
            location.push_str(&format!("%{byte:02X}"));
        }
    }
    location.push('/');
    location
}
