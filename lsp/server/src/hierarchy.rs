//! The call hierarchy for the protocol. An entry is known again by its document and the place of its name.

use tower_lsp::ls_types::*;
use unik_ide::{Call, Callable};

use crate::convert;
use crate::documents::path_of;
use crate::snapshot::Snapshot;

/// The declaration whose callers are asked for at a place.
pub(crate) fn prepared(
    snapshot: &Snapshot,
    at: &TextDocumentPositionParams,
) -> Option<Vec<CallHierarchyItem>> {
    let (file, offset) = snapshot.at(&at.text_document, at.position);
    let callable = snapshot.analysis.callable(file, offset)?;
    Some(vec![item(snapshot, &callable)?])
}

/// Who applies it.
pub(crate) fn incoming(snapshot: &Snapshot, of: &CallHierarchyItem) -> Vec<CallHierarchyIncomingCall> {
    let (file, offset) = place(snapshot, of);
    let calls = snapshot.analysis.incoming_calls(file, offset).into_iter();
    let call = |call: Call| {
        let from_ranges = ranges(snapshot, call.other.file, &call);
        Some(CallHierarchyIncomingCall { from: item(snapshot, &call.other)?, from_ranges })
    };
    calls.filter_map(call).collect()
}

/// What it applies.
pub(crate) fn outgoing(snapshot: &Snapshot, of: &CallHierarchyItem) -> Vec<CallHierarchyOutgoingCall> {
    let (file, offset) = place(snapshot, of);
    let calls = snapshot.analysis.outgoing_calls(file, offset).into_iter();
    let call = |call: Call| {
        let from_ranges = ranges(snapshot, file, &call);
        Some(CallHierarchyOutgoingCall { to: item(snapshot, &call.other)?, from_ranges })
    };
    calls.filter_map(call).collect()
}

fn place(snapshot: &Snapshot, of: &CallHierarchyItem) -> (unik_source::FileId, u32) {
    let file = snapshot.analysis.file(&path_of(&of.uri));
    (file, snapshot.lines(file).offset(of.selection_range.start))
}

fn ranges(snapshot: &Snapshot, file: unik_source::FileId, call: &Call) -> Vec<Range> {
    let lines = snapshot.lines(file);
    call.places.iter().map(|span| lines.range(*span)).collect()
}

fn item(snapshot: &Snapshot, callable: &Callable) -> Option<CallHierarchyItem> {
    let (lines, symbol) = (snapshot.lines(callable.file), &callable.symbol);
    Some(CallHierarchyItem {
        name: symbol.name.to_string(),
        kind: convert::symbol_kind(symbol.kind),
        tags: None,
        detail: None,
        uri: snapshot.uri(callable.file)?,
        range: lines.range(symbol.span),
        selection_range: lines.range(symbol.name_span),
        data: None,
    })
}
