//! The generator from outside: graphs in, crates out, and what rustc says about them.

mod build;
mod diagnostics;
mod generated;
mod graphs;
