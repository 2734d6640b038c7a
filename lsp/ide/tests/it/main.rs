//! What an editor shows, over fixtures with marks and over the examples of the repository.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod acting;
mod asking;
mod completing;
mod configured;
mod damage;
mod graphs;
mod layout;
mod leading;
mod mending;
mod queries;
mod reading;
mod rewriting;
mod support;
