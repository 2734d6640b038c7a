//! What leads from one place to others, for the protocol: locations, and the links of a document.

use tower_lsp::ls_types::*;
use unik_source::FileId;

use crate::snapshot::Snapshot;

/// The places that an answer of the analysis leads to; nothing if there are none.
pub(crate) fn places(
    snapshot: &Snapshot,
    at: &TextDocumentPositionParams,
    ask: impl FnOnce(&unik_ide::Analysis, FileId, u32) -> Vec<unik_ide::Range>,
) -> Option<GotoDefinitionResponse> {
    let (file, offset) = snapshot.at(&at.text_document, at.position);
    let found = ask(&snapshot.analysis, file, offset).into_iter();
    let found: Vec<Location> = found.filter_map(|range| snapshot.location(range)).collect();
    (!found.is_empty()).then_some(GotoDefinitionResponse::Array(found))
}

/// The links of a document.
pub(crate) fn links(snapshot: &Snapshot, document: &TextDocumentIdentifier) -> Vec<DocumentLink> {
    let file = snapshot.file(document);
    let lines = snapshot.lines(file);
    let link = |link: unik_ide::Link| {
        let known = snapshot.known.get(&link.path).map(|(uri, _)| uri.clone());
        Some(DocumentLink {
            range: lines.range(link.span),
            target: Some(known.or_else(|| Uri::from_file_path(&link.path))?),
            tooltip: link.folder.then(|| "Open the folder".to_owned()),
            data: None,
        })
    };
    snapshot.analysis.links(file).into_iter().filter_map(link).collect()
}
