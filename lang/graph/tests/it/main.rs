//! The views of hand-built graphs. `build` makes the graphs; each other file tests one view.

mod build;
mod dot;
mod json;
mod show;
mod text;
