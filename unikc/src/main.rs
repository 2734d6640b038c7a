//! The command line of unikc.
mod cargo;
mod cli;
mod commands;
mod exit;
mod explain;
mod layout;
mod library;
mod output;
mod render;
mod system;
fn main() {}
