//! An HTTP/1.1 server over any listener: keep-alive, pipelining, ranges, conditional requests (RFC 9110, RFC 9112).
//!
//! It turns connections into requests and answers into bytes. What a request is *for* it leaves to the handler, what a connection
//! is made of to the listener, and it starts nothing: its connections run inside `serve`. It must not name a platform.
//!
//! Read in this order: `server` (accepting), `connection` (one connection's life), `head` and `fields` (what is read), `plan`
//! and `answer` (what is written).

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod answer;
mod chunked;
mod conditional;
mod connection;
mod content;
mod date;
mod end;
mod fields;
mod head;
mod input;
mod limits;
mod link;
mod plan;
mod range;
mod refusal;
mod server;
mod shared;
mod stop;
mod target;

pub use limits::{FIELDS, Limits};
pub use server::Server;
