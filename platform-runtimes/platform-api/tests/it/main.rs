//! Boot arguments, values, checks and jobs: everything that a program does around its devices.

mod arguments;
mod attached;
mod start;
mod values;
