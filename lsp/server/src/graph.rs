//! `unik/graph` and `unik/exportGraph`: the device graph beside a text, and `unik/configuration`, as `spec/editors.md` says.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::Value;
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::ls_types::{TextDocumentIdentifier, Uri};
use unik_preview::{Positions, Unit};

use crate::position::Encoding;
use crate::snapshot::Snapshot;
use crate::watch::Shown;

/// The document that a request speaks of.
pub(crate) fn document(params: &Value) -> Result<Uri> {
    let uri = params.pointer("/textDocument/uri").and_then(Value::as_str).unwrap_or_default();
    uri.parse().map_err(|_| Error::invalid_params("`textDocument.uri` is not the URI of a document"))
}

/// What counts for a file.
pub(crate) fn configuration(snapshot: &Snapshot, uri: Uri, params: &Value) -> Value {
    let file = snapshot.file(&TextDocumentIdentifier { uri });
    let query = unik_preview::query(params, &snapshot.values(file));
    unik_preview::configured(&snapshot.analysis, file, &query.values)
}

/// The graph of a file. The client is told when it would be another one, unless it asks `once`.
pub(crate) fn graph(snapshot: &Snapshot, uri: Uri, params: Value) -> Value {
    let answer = answer(snapshot, &uri, &params);
    if params.get("once") != Some(&Value::Bool(true)) {
        snapshot.watch.remember(Shown { uri, params, content: content(&answer) });
    }
    answer
}

/// The graph of a file as a file that stands alone; null if there is none, or no such format.
pub(crate) fn export(snapshot: &Snapshot, uri: Uri, params: &Value) -> Value {
    let file = snapshot.file(&TextDocumentIdentifier { uri });
    let query = unik_preview::query(params, &snapshot.values(file));
    let format = params.get("format").and_then(Value::as_str).and_then(unik_preview::Format::named);
    let exported = format.and_then(|format| unik_preview::export(&snapshot.analysis, file, &query, format));
    unik_preview::exported_value(exported)
}

/// Tells the client of every graph that would be another one now.
pub(crate) fn look(snapshot: &Snapshot) {
    for shown in snapshot.watch.shown() {
        if content(&answer(snapshot, &shown.uri, &shown.params)) != shown.content {
            snapshot.watch.tell(shown);
        }
    }
}

fn answer(snapshot: &Snapshot, uri: &Uri, params: &Value) -> Value {
    let file = snapshot.file(&TextDocumentIdentifier { uri: uri.clone() });
    let query = unik_preview::query(params, &snapshot.values(file));
    let Some(graph) = snapshot.analysis.graph(file, &query) else { return Value::Null };
    let version = snapshot.known.get(snapshot.analysis.path(file)).map(|(_, version)| *version);
    let unit = match snapshot.encoding {
        Encoding::Utf8 => Unit::Bytes,
        Encoding::Utf16 => Unit::Utf16,
    };
    let name = |file| Some(snapshot.uri(file)?.as_str().to_owned());
    let positions = Positions::new(&snapshot.analysis, unit, name);
    unik_preview::answer(&graph, &query.values, version, &positions)
}

/// What an answer says, the number of the text left out: that changes with every letter of a comment.
fn content(answer: &Value) -> u64 {
    let mut hasher = DefaultHasher::new();
    for (member, value) in answer.as_object().into_iter().flatten() {
        if member != "version" {
            member.hash(&mut hasher);
            value.hash(&mut hasher);
        }
    }
    hasher.finish()
}
