//! Names, module types, functors, keys and conditionals: a tree becomes checked items in the core language.
//!
//! Every query gives its result together with its diagnostics. This crate never evaluates anything and never
//! touches the disk. Start with [`core`].
#![forbid(unsafe_code)]

pub mod core;
