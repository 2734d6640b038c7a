//! Completion for the protocol, with snippets for a client that knows them.

use tower_lsp::ls_types::*;
use unik_ide::{CompletionKind, Piece};

use crate::convert::documentation;
use crate::snapshot::Snapshot;

/// The most completions of an answer: more than anybody looks at, and few enough to be written at once in a large file.
const MOST: usize = 250;

/// Whether the client fills in the places of snippets.
pub(crate) fn knows_snippets(client: &ClientCapabilities) -> bool {
    let completion = client.text_document.as_ref().and_then(|document| document.completion.as_ref());
    let item = completion.and_then(|completion| completion.completion_item.as_ref());
    item.and_then(|item| item.snippet_support).unwrap_or_default()
}

/// What can be written at a cursor.
pub(crate) fn completions(
    snapshot: &Snapshot,
    at: &TextDocumentPositionParams,
    snippets: bool,
) -> CompletionList {
    let (file, offset) = snapshot.at(&at.text_document, at.position);
    let mut found = snapshot.analysis.completions(file, offset);
    let word = snapshot.analysis.text(file).get(found.span.start as usize..offset as usize);
    let is_incomplete = found.narrow(word.unwrap_or_default(), MOST);
    let range = snapshot.range(file, found.span);
    let item = |(at, item): (usize, unik_ide::Completion)| {
        let snippet = snippets && !item.snippet.is_empty();
        let new_text = if snippet { snippet_text(&item.snippet) } else { item.label.to_string() };
        CompletionItem {
            label: item.label.to_string(),
            kind: Some(kind(item.kind)),
            detail: (!item.detail.is_empty()).then_some(item.detail),
            documentation: documentation(&item.doc),
            sort_text: Some(format!("{at:05}")),
            insert_text_format: snippet.then_some(InsertTextFormat::SNIPPET),
            text_edit: Some(CompletionTextEdit::Edit(TextEdit { range, new_text })),
            ..CompletionItem::default()
        }
    };
    let all = found.items.into_iter().filter(|item| snippets || item.kind != CompletionKind::Template);
    CompletionList { is_incomplete, items: all.enumerate().map(item).collect() }
}

/// The pieces in the syntax of snippets, places numbered in their order.
fn snippet_text(pieces: &[Piece]) -> String {
    let (mut text, mut place) = (String::new(), 0);
    for piece in pieces {
        match piece {
            Piece::Text(piece) => text.push_str(&escaped(piece)),
            Piece::Place(name) => {
                place += 1;
                match name.is_empty() {
                    true => text.push_str(&format!("${place}")),
                    false => text.push_str(&format!("${{{place}:{}}}", escaped(name))),
                }
            }
        }
    }
    text
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        if matches!(char, '$' | '}' | '\\') {
            escaped.push('\\');
        }
        escaped.push(char);
    }
    escaped
}

fn kind(kind: CompletionKind) -> CompletionItemKind {
    match kind {
        CompletionKind::Device => CompletionItemKind::CLASS,
        CompletionKind::Value | CompletionKind::Local => CompletionItemKind::VARIABLE,
        CompletionKind::Function => CompletionItemKind::FUNCTION,
        CompletionKind::Key | CompletionKind::Argument => CompletionItemKind::PROPERTY,
        CompletionKind::Case => CompletionItemKind::ENUM_MEMBER,
        CompletionKind::Role => CompletionItemKind::FIELD,
        CompletionKind::Enum => CompletionItemKind::ENUM,
        CompletionKind::ModuleType => CompletionItemKind::INTERFACE,
        CompletionKind::Type => CompletionItemKind::STRUCT,
        CompletionKind::File => CompletionItemKind::MODULE,
        CompletionKind::Keyword => CompletionItemKind::KEYWORD,
        CompletionKind::Template => CompletionItemKind::SNIPPET,
    }
}
