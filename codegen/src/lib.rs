//! A device graph becomes a Rust crate
