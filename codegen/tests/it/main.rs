//! The generator from outside: graphs in, crates out, and what rustc says about them.
#![allow(clippy::unwrap_used, reason = "a test that unwraps nothing fails")]

mod build;
mod diagnostics;
mod generated;
mod graphs;
mod launch;
mod random;
