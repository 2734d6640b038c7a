//! Tests of the checker, in one binary.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod damage;
mod incremental;
mod mistakes;
mod pages;
mod repository;
mod support;
mod types;
