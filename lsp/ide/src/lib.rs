//! What an editor shows of `.unik` files, in editor words: plain structs over the queries of the language, no protocol, no disk.
//!
//! Every feature works on broken code. Start with [`Host`] (what changes) and [`Analysis`] (whom to ask); each feature is a file
//! of its name that adds a method to the latter. `resolve` says what the names of an item mean, for all of them.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod actions;
mod call_hierarchy;
mod choices;
mod completion;
mod configuration;
mod configured;
mod context;
mod declaration;
mod folding;
mod formatting;
mod graph;
mod host;
mod hover;
mod implementation;
mod inlay;
mod lenses;
mod links;
mod lookup;
mod manifest;
mod navigate;
mod occurrence;
mod outline;
mod overlay;
mod problems;
mod rename;
mod resolve;
mod rust_source;
mod selection;
mod semantic;
mod signature;
mod type_definition;
mod typed;
mod valued;

pub use actions::{Action, ActionKind, Edits};
pub use call_hierarchy::{Call, Callable};
pub use completion::{Completion, CompletionKind, Completions, Piece};
pub use configuration::Configuration;
pub use folding::{Fold, FoldKind};
pub use graph::{Difference, Graph, GraphEdge, GraphKey, GraphNode, GraphQuery, NodeKind};
pub use host::{Analysis, Cancelled, Canceller, Host, Range};
pub use hover::Hover;
pub use inlay::{Hint, HintKind};
pub use lenses::{Lens, LensKind};
pub use links::Link;
pub use manifest::Crate;
pub use navigate::Reference;
pub use outline::{Symbol, SymbolKind};
pub use problems::Problem;
pub use rename::{Refused, Renaming};
pub use semantic::{Word, WordKind};
pub use signature::SignatureHelp;
pub use unik_syntax::TextEdit;
