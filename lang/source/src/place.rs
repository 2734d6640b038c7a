//! Where something stands: a file, an item of it, and a span relative to that item.
//!
//! Places are relative so that typing above an item changes no value that speaks of the item. They become
//! absolute only when shown, through [`Sources`].

use crate::Span;

/// A file, as the database numbers it. Only meaningful together with the [`Sources`] that gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// What a span is relative to: the start of a file, or the start of one of its items.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Anchor(pub u32);

impl Anchor {
    /// The start of the file.
    pub const FILE: Self = Self(u32::MAX);
}

/// A range of a file, relative to an anchor in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file.
    pub file: FileId,
    /// What `span` counts from.
    pub anchor: Anchor,
    /// The range.
    pub span: Span,
}

impl Place {
    /// A range counted from the start of `file`.
    pub fn in_file(file: FileId, span: Span) -> Self {
        Self { file, anchor: Anchor::FILE, span }
    }

    /// Another range under the same anchor.
    pub fn with_span(self, span: Span) -> Self {
        Self { span, ..self }
    }
}

/// The texts behind places. The database implements it; views and renderers ask it.
pub trait Sources {
    /// The path under which people know the file: `app.unik`, `std/kv`.
    fn path(&self, file: FileId) -> &str;
    /// The whole text.
    fn text(&self, file: FileId) -> &str;
    /// The place as a range counted from the start of its file. Clamped to the text, on character boundaries.
    fn absolute(&self, place: Place) -> Span;
}
