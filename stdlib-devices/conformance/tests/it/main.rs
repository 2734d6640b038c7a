//! The doubles keep the contracts that they stand in for; raw request lines over them.

mod doubles;
mod lines;
mod site;
mod values;
