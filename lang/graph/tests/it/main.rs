//! The views of hand-built graphs. `build` makes the graphs; each other file tests one view.
#![allow(clippy::unwrap_used, reason = "a test that unwraps nothing fails")]

mod build;
mod dot;
mod json;
mod layout;
mod picture;
mod shapes;
mod show;
mod svg;
mod text;
