//! Places in the words of the protocol: a file by its URI, a range by lines and columns from 0. Each text is indexed once.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Value, json};
use unik_ide::{Analysis, Range};
use unik_source::{FileId, LineColumn, LineIndex, Span};

/// What columns count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Bytes.
    Bytes,
    /// UTF-16 units, as scripts of pages count.
    Utf16,
}

/// Turns places into words of the protocol.
pub struct Positions<'a> {
    analysis: &'a Analysis,
    unit: Unit,
    uri: Box<dyn Fn(FileId) -> Option<String> + 'a>,
    indexes: RefCell<BTreeMap<FileId, LineIndex>>,
}

impl fmt::Debug for Positions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Positions").field("unit", &self.unit).finish_non_exhaustive()
    }
}

impl<'a> Positions<'a> {
    /// Over the texts of a state; `uri` says how a file is called.
    pub fn new(analysis: &'a Analysis, unit: Unit, uri: impl Fn(FileId) -> Option<String> + 'a) -> Self {
        Self { analysis, unit, uri: Box::new(uri), indexes: RefCell::default() }
    }

    /// How a file is called; null for one without a name.
    pub(crate) fn uri(&self, file: FileId) -> Value {
        (self.uri)(file).map_or(Value::Null, Value::String)
    }

    /// A range of a file.
    pub(crate) fn range(&self, file: FileId, span: Span) -> Value {
        let text = self.analysis.text(file);
        let mut indexes = self.indexes.borrow_mut();
        let index = indexes.entry(file).or_insert_with(|| LineIndex::new(text));
        let at = |offset: u32| {
            let offset = (offset as usize).min(text.len());
            let LineColumn { line, column } = match self.unit {
                Unit::Bytes => index.bytes(offset),
                Unit::Utf16 => index.utf16(text, offset),
            };
            json!({ "line": line, "character": column })
        };
        json!({ "start": at(span.start), "end": at(span.end) })
    }

    /// A range with its file: members `uri` and `range`.
    pub(crate) fn place(&self, range: Range) -> Value {
        json!({ "uri": self.uri(range.file), "range": self.range(range.file, range.span) })
    }
}
