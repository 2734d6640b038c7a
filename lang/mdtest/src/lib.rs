//! Runs the code fences of the specification: prose whose claims are tests.
//!
//! It reads no files itself: the test that calls it does. Start with [`Document`].
#![forbid(unsafe_code)]

pub mod document;
pub mod expectation;
pub mod run;

pub use document::{Document, Test, View, ViewKind};
pub use run::{Failure, Report, Shelf, run};
