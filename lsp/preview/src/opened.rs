//! What a page is about, and the world that it sees.

use std::sync::Arc;

use unik_db::{Library, System};
use unik_eval::KeyValues;

/// The world behind a page.
#[derive(Clone, Debug)]
pub struct World {
    /// The disk.
    pub system: Arc<dyn System>,
    /// The files that come with the compiler.
    pub library: Library,
}

/// What is previewed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// The absolute path of the file.
    pub path: String,
    /// The unikernel to begin with; the first one if it is not said.
    pub unikernel: Option<String>,
    /// The configuration to begin with.
    pub values: KeyValues,
}
