//! Layout for the protocol. The options of the request say nothing: there is one layout.

use tower_lsp::ls_types::*;
use unik_source::FileId;

use crate::snapshot::Snapshot;

/// What makes [`typed`] be asked.
pub(crate) const TYPED: [&str; 2] = ["}", "\n"];

/// The edits that lay out a whole document.
pub(crate) fn whole(snapshot: &Snapshot, document: &TextDocumentIdentifier) -> Vec<TextEdit> {
    let file = snapshot.file(document);
    edits(snapshot, file, snapshot.analysis.format(file))
}

/// The edits that lay out a range.
pub(crate) fn range(snapshot: &Snapshot, document: &TextDocumentIdentifier, range: Range) -> Vec<TextEdit> {
    let file = snapshot.file(document);
    let span = snapshot.lines(file).span(range);
    edits(snapshot, file, snapshot.analysis.format_range(file, span))
}

/// The edits behind what was just typed.
pub(crate) fn typed(snapshot: &Snapshot, at: &TextDocumentPositionParams, typed: &str) -> Vec<TextEdit> {
    let (file, offset) = snapshot.at(&at.text_document, at.position);
    let typed = typed.chars().next().unwrap_or_default();
    edits(snapshot, file, snapshot.analysis.format_typed(file, offset, typed))
}

fn edits(snapshot: &Snapshot, file: FileId, edits: Vec<unik_ide::TextEdit>) -> Vec<TextEdit> {
    let lines = snapshot.lines(file);
    let edit = |edit: unik_ide::TextEdit| TextEdit { range: lines.range(edit.span), new_text: edit.text };
    edits.into_iter().map(edit).collect()
}
