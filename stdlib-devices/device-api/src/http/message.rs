//! A request as a handler sees it, and the answer it gives.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::net::SocketAddr;

use bytes::Bytes;

use super::Status;
use crate::clock::Timestamp;
use crate::kv::Tag;

/// What a request asks to be done (RFC 9110, 9; PATCH: RFC 5789).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// The content.
    Get,
    /// What GET would say, without the content.
    Head,
    /// Take this and act on it.
    Post,
    /// Store this here.
    Put,
    /// Remove what is here.
    Delete,
    /// Be a tunnel.
    Connect,
    /// Say what is possible here.
    Options,
    /// Send back what arrived.
    Trace,
    /// Change what is here like this.
    Patch,
}

impl Method {
    /// The method of this name; names are case-sensitive.
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "GET" => Self::Get,
            "HEAD" => Self::Head,
            "POST" => Self::Post,
            "PUT" => Self::Put,
            "DELETE" => Self::Delete,
            "CONNECT" => Self::Connect,
            "OPTIONS" => Self::Options,
            "TRACE" => Self::Trace,
            "PATCH" => Self::Patch,
            _ => return None,
        })
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
            Self::Connect => "CONNECT",
            Self::Options => "OPTIONS",
            Self::Trace => "TRACE",
            Self::Patch => "PATCH",
        }
    }
}

/// A header field of a request, as it arrived, without white space around the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    /// Its name, in the case in which it arrived.
    pub name: &'a str,
    /// Its value; not always UTF-8.
    pub value: &'a [u8],
}

/// A request, borrowed from the buffer of its connection.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// What is asked.
    pub method: Method,
    /// The path: starts with `/`, percent-decoded, without the query. May hold anything, `..` too.
    pub path: &'a str,
    /// What stands behind the first `?`, as it arrived.
    pub query: Option<&'a str>,
    /// The header fields in their order.
    pub fields: &'a [Field<'a>],
    /// The content, whole; the server refuses one beyond its limit.
    pub body: &'a [u8],
    /// Who asks, if the network has addresses.
    pub peer: Option<SocketAddr>,
}

impl<'a> Request<'a> {
    /// A request without fields or content.
    pub fn new(method: Method, path: &'a str) -> Self {
        Self { method, path, query: None, fields: &[], body: &[], peer: None }
    }

    /// The value of the first field of this name, in whatever case.
    pub fn field(&self, name: &str) -> Option<&'a [u8]> {
        self.fields.iter().find(|field| field.name.eq_ignore_ascii_case(name)).map(|field| field.value)
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Response<B = Bytes> {
    /// How it went.
    pub status: Status,
    /// The media type of the body, as `text/html; charset=utf-8`.
    pub content_type: Option<Cow<'static, str>>,
    /// What changes when the content does: sent as a strong ETag and compared with `If-None-Match` and `If-Range`.
    pub tag: Option<Tag>,
    /// When the content changed last: sent as `Last-Modified`.
    pub modified: Option<Timestamp>,
    /// Further fields. Those that the server makes itself (`Content-Length`, `Connection`, `Date`, …) do not belong
    /// here; a name or value that the protocol forbids makes the answer a 500.
    pub fields: Vec<(Cow<'static, str>, Cow<'static, str>)>,
    /// The content.
    pub body: B,
}

impl<B> Response<B> {
    /// A content with a status and nothing else said of it.
    pub fn new(status: Status, body: B) -> Self {
        Self { status, content_type: None, tag: None, modified: None, fields: Vec::new(), body }
    }

    /// With a media type.
    pub fn with_type(mut self, content_type: impl Into<Cow<'static, str>>) -> Self {
        self.content_type = Some(content_type.into());
        self
    }

    /// With a further field.
    pub fn with_field(
        mut self,
        name: impl Into<Cow<'static, str>>,
        value: impl Into<Cow<'static, str>>,
    ) -> Self {
        self.fields.push((name.into(), value.into()));
        self
    }

    /// The same answer with its body made into another.
    pub fn map<C>(self, body: impl FnOnce(B) -> C) -> Response<C> {
        Response {
            status: self.status,
            content_type: self.content_type,
            tag: self.tag,
            modified: self.modified,
            fields: self.fields,
            body: body(self.body),
        }
    }
}

impl Response<Bytes> {
    /// A short text: `404 Not Found`.
    pub fn plain(status: Status, text: impl Into<Bytes>) -> Self {
        Self::new(status, text.into()).with_type("text/plain; charset=utf-8")
    }
}
