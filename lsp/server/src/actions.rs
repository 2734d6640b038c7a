//! Code actions: which are asked for, how they are written for the client, and how one is completed that was sent without its edit.
//!
//! An action is completed by asking for it again: the client's number of the text and the range come back with it. Were the text
//! another one by then, the edit would be about other words, and the client hears that the content was modified.

use std::collections::HashMap;

use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::ls_types::*;
use unik_ide::{Action, ActionKind as Kind, Edits};

use crate::convert;
use crate::snapshot::Snapshot;

/// What the client can do with actions.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Client {
    /// It takes actions, not only commands.
    literals: bool,
    /// It takes edits of documents with their number.
    versions: bool,
    /// It asks for the edit of an action when somebody chooses it.
    asks_again: bool,
}

impl Client {
    /// Reads it off what the client says of itself.
    pub(crate) fn new(client: &ClientCapabilities) -> Self {
        let action = client.text_document.as_ref().and_then(|text| text.code_action.as_ref());
        let edit = client.workspace.as_ref().and_then(|workspace| workspace.workspace_edit.as_ref());
        let resolve = action.filter(|action| action.data_support == Some(true));
        let resolve = resolve.and_then(|action| action.resolve_support.as_ref());
        Self {
            literals: action.is_some_and(|action| action.code_action_literal_support.is_some()),
            versions: edit.is_some_and(|edit| edit.document_changes == Some(true)),
            asks_again: resolve
                .is_some_and(|resolve| resolve.properties.iter().any(|property| property == "edit")),
        }
    }
}

/// What the server can do.
pub(crate) fn provider() -> CodeActionProviderCapability {
    CodeActionProviderCapability::Options(CodeActionOptions {
        code_action_kinds: Some(Kind::ALL.into_iter().map(kind).collect()),
        resolve_provider: Some(true),
        ..CodeActionOptions::default()
    })
}

fn kind(kind: Kind) -> CodeActionKind {
    match kind {
        Kind::QuickFix => CodeActionKind::QUICKFIX,
        Kind::Extract => CodeActionKind::REFACTOR_EXTRACT,
        Kind::Inline => CodeActionKind::REFACTOR_INLINE,
        Kind::Rewrite => CodeActionKind::REFACTOR_REWRITE,
        Kind::OrganizeImports => CodeActionKind::SOURCE_ORGANIZE_IMPORTS,
        Kind::FixAll => CodeActionKind::SOURCE_FIX_ALL,
    }
}

/// Whether a kind is among those that are asked for: each stands for itself and for what is below it. Who asks for none gets
/// all, but what is of the whole file only if a person asked.
fn is_wanted(context: &CodeActionContext, of: Kind) -> bool {
    let Some(only) = &context.only else {
        let of_file = matches!(of, Kind::OrganizeImports | Kind::FixAll);
        return !(of_file && context.trigger_kind == Some(CodeActionTriggerKind::AUTOMATIC));
    };
    let kind = kind(of);
    only.iter().any(|only| {
        let below = kind.as_str().strip_prefix(only.as_str());
        below
            .is_some_and(|below| only == &CodeActionKind::EMPTY || below.is_empty() || below.starts_with('.'))
    })
}

/// What can be changed at a range.
pub(crate) fn actions(snapshot: &Snapshot, client: Client, params: &CodeActionParams) -> CodeActionResponse {
    let document = &params.text_document;
    if !client.literals {
        return Vec::new();
    }
    let found = found(snapshot, document, params.range, &|kind| is_wanted(&params.context, kind));
    let action = |action: Action| {
        // Of a text that the client does not number, nobody could say later whether it is still the same.
        let later = client.asks_again && action.kind != Kind::QuickFix;
        let ticket = ticket(snapshot, document, params.range).filter(|_| later);
        let made = CodeAction {
            title: action.title,
            kind: Some(kind(action.kind)),
            diagnostics: action.mends.map(|problem| {
                let lines = snapshot.lines(snapshot.file(document));
                vec![convert::problem(snapshot, &lines, problem)]
            }),
            is_preferred: action.preferred.then_some(true),
            ..CodeAction::default()
        };
        CodeActionOrCommand::CodeAction(match ticket {
            Some(ticket) => CodeAction { data: Some(ticket), ..made },
            None => CodeAction { edit: Some(edit(snapshot, client, action.edits)), ..made },
        })
    };
    found.into_iter().map(action).collect()
}

fn found(
    snapshot: &Snapshot,
    document: &TextDocumentIdentifier,
    range: Range,
    wanted: &dyn Fn(Kind) -> bool,
) -> Vec<Action> {
    let file = snapshot.file(document);
    let span = snapshot.lines(file).span(range);
    snapshot.analysis.actions(unik_ide::Range { file, span }, wanted)
}

/// An action with its edit.
pub(crate) fn resolved(snapshot: &Snapshot, client: Client, action: CodeAction) -> Result<CodeAction> {
    if action.edit.is_some() {
        return Ok(action);
    }
    let modified = || Error::new(ErrorCode::ContentModified);
    let (document, range) =
        action.data.as_ref().and_then(|ticket| read(snapshot, ticket)).ok_or_else(modified)?;
    let of = |of: Kind| action.kind.as_ref() == Some(&kind(of));
    let all = found(snapshot, &document, range, &of);
    let same = all.into_iter().find(|found| found.title == action.title).ok_or_else(modified)?;
    Ok(CodeAction { edit: Some(edit(snapshot, client, same.edits)), ..action })
}

/// Where an action was asked for: the file, its number, and the range.
fn ticket(snapshot: &Snapshot, document: &TextDocumentIdentifier, range: Range) -> Option<LSPAny> {
    let version = version(snapshot, document)?;
    let numbers = [range.start.line, range.start.character, range.end.line, range.end.character];
    let numbers = std::iter::once(LSPAny::from(version)).chain(numbers.map(LSPAny::from));
    Some(std::iter::once(LSPAny::from(document.uri.as_str())).chain(numbers).collect())
}

/// The same read back; nothing if the text is another one by now.
fn read(snapshot: &Snapshot, ticket: &LSPAny) -> Option<(TextDocumentIdentifier, Range)> {
    let [uri, number, numbers @ ..] = ticket.as_array()?.as_slice() else { return None };
    let document = TextDocumentIdentifier { uri: uri.as_str()?.parse().ok()? };
    let numbers: Option<Vec<u32>> =
        numbers.iter().map(|number| u32::try_from(number.as_u64()?).ok()).collect();
    let [line, character, end_line, end_character] = numbers?[..] else { return None };
    let range = Range {
        start: Position { line, character },
        end: Position { line: end_line, character: end_character },
    };
    (number.as_i64() == version(snapshot, &document).map(i64::from)).then_some((document, range))
}

fn version(snapshot: &Snapshot, document: &TextDocumentIdentifier) -> Option<i32> {
    let path = snapshot.analysis.path(snapshot.file(document));
    snapshot.known.get(path).map(|(_, version)| *version)
}

/// Replacements in the form that the client knows: with the numbers of the texts that they are about, if it can.
fn edit(snapshot: &Snapshot, client: Client, edits: Edits) -> WorkspaceEdit {
    let files = edits.into_iter().filter_map(|(file, edits)| {
        let lines = snapshot.lines(file);
        let edit = |edit: unik_ide::TextEdit| TextEdit { range: lines.range(edit.span), new_text: edit.text };
        Some((snapshot.uri(file)?, edits.into_iter().map(edit).collect::<Vec<_>>()))
    });
    if !client.versions {
        return WorkspaceEdit { changes: Some(files.collect::<HashMap<_, _>>()), ..WorkspaceEdit::default() };
    }
    let documents = files.map(|(uri, edits)| {
        let version = version(snapshot, &TextDocumentIdentifier { uri: uri.clone() });
        let text_document = OptionalVersionedTextDocumentIdentifier { uri, version };
        TextDocumentEdit { text_document, edits: edits.into_iter().map(OneOf::Left).collect() }
    });
    let document_changes = Some(DocumentChanges::Edits(documents.collect()));
    WorkspaceEdit { document_changes, ..WorkspaceEdit::default() }
}
