//! Tests of the evaluator, in one binary: text through the real front end, graphs and diagnostics as text.

mod apply;
mod choice;
mod claim;
mod examples;
mod files;
mod key;
mod require;
mod scale;
mod scope;
mod support;
mod target;
