//! Tests of the checker, in one binary.

mod damage;
mod incremental;
mod mistakes;
mod repository;
mod support;
mod types;
