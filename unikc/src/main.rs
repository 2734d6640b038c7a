//! The command line of unikc.
fn main() {}
