//! Tokens, items and the tree of the `.unik` language.
//!
//! Text to tokens, tokens to items, an item to a tree: each step a pure function that cannot fail, giving its
//! result together with its diagnostics. This crate knows no query system, no name resolution and no types.
//! Start with [`split`], then [`parse_item`].
#![forbid(unsafe_code)]

pub mod items;
pub mod tree;
