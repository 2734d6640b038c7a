//! The state at one moment, as readers see it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use tower_lsp::ls_types::{Location, Position, Range, TextDocumentIdentifier, Uri};
use unik_eval::KeyValues;
use unik_ide::Analysis;
use unik_source::{FileId, LineIndex, Span};

use crate::documents::path_of;
use crate::position::{Encoding, Lines};
use crate::watch::Watch;

/// How the client calls the files that it has open, and the number of the state that it sent last, by path.
pub(crate) type Known = Arc<BTreeMap<String, (Uri, i32)>>;

/// The state at one moment.
#[derive(Debug)]
pub(crate) struct Snapshot {
    pub(crate) analysis: Analysis,
    pub(crate) known: Known,
    pub(crate) encoding: Encoding,
    pub(crate) watch: Watch,
    /// Where the lines begin of the files that an answer has spoken of.
    pub(crate) indexes: RefCell<BTreeMap<FileId, Arc<LineIndex>>>,
}

impl Snapshot {
    /// The file that the client speaks of.
    pub(crate) fn file(&self, document: &TextDocumentIdentifier) -> FileId {
        self.analysis.file(&path_of(&document.uri))
    }

    /// The file and the offset that the client speaks of.
    pub(crate) fn at(&self, document: &TextDocumentIdentifier, position: Position) -> (FileId, u32) {
        let file = self.file(document);
        (file, self.lines(file).offset(position))
    }

    /// The configuration of a file.
    pub(crate) fn values(&self, file: FileId) -> KeyValues {
        self.analysis.configuration(file).values()
    }

    /// The lines of a file.
    pub(crate) fn lines(&self, file: FileId) -> Lines<'_> {
        let text = self.analysis.text(file);
        let mut indexes = self.indexes.borrow_mut();
        let index = indexes.entry(file).or_insert_with(|| Arc::new(LineIndex::new(text)));
        Lines::indexed(text, index.clone(), self.encoding)
    }

    /// How the client calls a file; nothing for one whose path is no name of the protocol.
    pub(crate) fn uri(&self, file: FileId) -> Option<Uri> {
        let path = self.analysis.path(file);
        match self.known.get(path) {
            Some((uri, _)) => Some(uri.clone()),
            None => Uri::from_file_path(path),
        }
    }

    /// A range of a file for the protocol.
    pub(crate) fn range(&self, file: FileId, span: Span) -> Range {
        self.lines(file).range(span)
    }

    /// A range with its file for the protocol.
    pub(crate) fn location(&self, range: unik_ide::Range) -> Option<Location> {
        Some(Location { uri: self.uri(range.file)?, range: self.range(range.file, range.span) })
    }
}
