//! The command line of unikc.
mod exit;
mod explain;
mod library;
mod output;
mod render;
fn main() {}
