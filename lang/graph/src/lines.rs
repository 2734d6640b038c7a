//! Places as people count them: path, line and column from 1, in characters. Each text is indexed once.

use std::collections::BTreeMap;

use unik_source::{FileId, LineIndex, Place, Sources};

/// A range of a file, lines and columns from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Range<'s> {
    pub(crate) file: &'s str,
    pub(crate) line: u32,
    pub(crate) column: u32,
    pub(crate) end_line: u32,
    pub(crate) end_column: u32,
}

/// Turns places into ranges.
pub(crate) struct Lines<'s> {
    sources: &'s dyn Sources,
    indexes: BTreeMap<FileId, LineIndex>,
}

impl<'s> Lines<'s> {
    pub(crate) fn new(sources: &'s dyn Sources) -> Self {
        Self { sources, indexes: BTreeMap::new() }
    }

    pub(crate) fn range(&mut self, place: Place) -> Range<'s> {
        let text = self.sources.text(place.file);
        let index = self.indexes.entry(place.file).or_insert_with(|| LineIndex::new(text));
        let span = self.sources.absolute(place);
        let start = index.chars(text, span.start as usize);
        let end = index.chars(text, span.end as usize);
        Range {
            file: self.sources.path(place.file),
            line: start.line + 1,
            column: start.column + 1,
            end_line: end.line + 1,
            end_column: end.column + 1,
        }
    }

    /// `app.unik:24:3`
    pub(crate) fn start(&mut self, place: Place) -> String {
        let range = self.range(place);
        format!("{}:{}:{}", range.file, range.line, range.column)
    }
}
