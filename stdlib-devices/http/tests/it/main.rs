//! The server over doubles of a listener and of clocks: what a client sends, what it gets, and after how long.

mod answers;
mod doubles;
mod fuzz;
mod limits;
mod site;
mod stopping;
