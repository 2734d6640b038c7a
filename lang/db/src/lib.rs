//! The salsa database, its inputs, and the `System` trait through which the world enters.
//!
//! It knows what a file and an item is, and nothing of what they mean. Start with [`Database`] (who asks), then
//! [`SourceFile`] (what is known), then [`items`] and [`parsed`] (what everything else is computed from).

mod cut;
mod database;
mod input;
mod item;
pub mod path;
mod system;

pub use cut::Pieces;
pub use database::{Database, Db};
pub use input::{Dependencies, HostEntry, Library, LibraryFile, Project, SourceFile, Text};
pub use item::{Item, Items, Parsed, item_before, items, parsed};
pub use system::{Entry, MemorySystem, System};
