//! Tokens, items and the tree of the `.unik` language.
//!
//! Text to tokens, tokens to items, an item to a tree: each step a pure function that cannot fail, giving its
//! result together with its diagnostics. This crate knows no query system, no name resolution and no types.
//! Start with [`split`], then [`parse_item`]; [`format()`] goes from text to text.
#![forbid(unsafe_code)]

mod brackets;
pub mod codes;
mod format;
pub mod items;
mod parse;
pub mod tokens;
pub mod tree;

pub use format::{TextEdit, format, format_edits, format_range};
pub use items::{ItemText, file_doc, split};
pub use parse::parse_item;
pub use tokens::{Token, TokenKind, tokens};

#[allow(
    clippy::all,
    clippy::allow_attributes_without_reason,
    clippy::unwrap_used,
    unreachable_pub,
    unused_qualifications,
    missing_debug_implementations,
    reason = "written by LALRPOP"
)]
mod grammar {
    lalrpop_util::lalrpop_mod!(generated, "/grammar.rs");
    pub(crate) use generated::ItemParser;
}
