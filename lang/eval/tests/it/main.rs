//! Tests of the evaluator, in one binary: text through the real front end, graphs and diagnostics as text.
#![allow(clippy::unwrap_used, reason = "a test that unwraps nothing fails")]

mod apply;
mod attach;
mod choice;
mod claim;
mod damage;
mod decision;
mod examples;
mod files;
mod key;
mod once;
mod require;
mod role;
mod scale;
mod scope;
mod support;
mod target;
