//! Semantic tokens for the protocol: numbers counted from the token before, and only what changed for a client that has the rest.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use tower_lsp::ls_types::*;
use unik_ide::Word;

use crate::capabilities;
use crate::position::Lines;
use crate::snapshot::Snapshot;

/// Of so many documents it is remembered what the client has; of others it gets everything.
const MOST_DOCUMENTS: usize = 32;

/// What the client has, the last answer for each document.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answered {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    count: u64,
    /// The document, the number of the answer, and the answer; the newest last.
    last: VecDeque<(Uri, u64, Vec<SemanticToken>)>,
}

impl Answered {
    /// Remembers an answer instead of the one before: its number, and what the one before was if the client has it.
    fn put(
        &self,
        uri: &Uri,
        had: Option<&str>,
        now: &[SemanticToken],
    ) -> (String, Option<Vec<SemanticToken>>) {
        // A panic of another thread leaves the list whole, since each step changes one entry.
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let known = inner.last.iter().position(|(known, _, _)| known == uri);
        let known = known.and_then(|at| inner.last.remove(at));
        inner.count += 1;
        let count = inner.count;
        inner.last.push_back((uri.clone(), count, now.to_vec()));
        if inner.last.len() > MOST_DOCUMENTS {
            inner.last.pop_front();
        }
        let before = known.filter(|(_, number, _)| had == Some(number.to_string().as_str()));
        (count.to_string(), before.map(|(_, _, tokens)| tokens))
    }

    /// Forgets a document that was closed.
    pub(crate) fn forget(&self, uri: &Uri) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.last.retain(|(known, _, _)| known != uri);
    }
}

/// The tokens of a whole document.
pub(crate) fn full(
    snapshot: &Snapshot,
    document: &TextDocumentIdentifier,
    answered: &Answered,
) -> SemanticTokensResult {
    let data = all(snapshot, document);
    let (number, _) = answered.put(&document.uri, None, &data);
    SemanticTokensResult::Tokens(SemanticTokens { result_id: Some(number), data })
}

/// What changed since the answer with the number `had`; everything if that is not the last one.
pub(crate) fn delta(
    snapshot: &Snapshot,
    document: &TextDocumentIdentifier,
    had: &str,
    answered: &Answered,
) -> SemanticTokensFullDeltaResult {
    let data = all(snapshot, document);
    let (number, before) = answered.put(&document.uri, Some(had), &data);
    let result_id = Some(number);
    match before {
        Some(before) => {
            let edits = change(&before, &data);
            SemanticTokensFullDeltaResult::TokensDelta(SemanticTokensDelta { result_id, edits })
        }
        None => SemanticTokensFullDeltaResult::Tokens(SemanticTokens { result_id, data }),
    }
}

/// The tokens that touch a range.
pub(crate) fn range(
    snapshot: &Snapshot,
    document: &TextDocumentIdentifier,
    range: Range,
) -> SemanticTokensRangeResult {
    let file = snapshot.file(document);
    let lines = snapshot.lines(file);
    let words = snapshot.analysis.words_in(file, lines.span(range));
    SemanticTokensRangeResult::Tokens(SemanticTokens { result_id: None, data: tokens(&lines, &words) })
}

fn all(snapshot: &Snapshot, document: &TextDocumentIdentifier) -> Vec<SemanticToken> {
    let file = snapshot.file(document);
    tokens(&snapshot.lines(file), &snapshot.analysis.words(file))
}

/// One edit of everything between what both begin with and what both end with. The protocol counts in numbers, five for each token.
fn change(before: &[SemanticToken], now: &[SemanticToken]) -> Vec<SemanticTokensEdit> {
    let start = before.iter().zip(now).take_while(|(a, b)| a == b).count();
    let (before, now) = (&before[start..], &now[start..]);
    let end = before.iter().rev().zip(now.iter().rev()).take_while(|(a, b)| a == b).count();
    let (before, now) = (&before[..before.len() - end], &now[..now.len() - end]);
    if before.is_empty() && now.is_empty() {
        return Vec::new();
    }
    let numbers = |tokens: usize| u32::try_from(tokens * 5).unwrap_or(u32::MAX);
    let data = (!now.is_empty()).then(|| now.to_vec());
    vec![SemanticTokensEdit { start: numbers(start), delete_count: numbers(before.len()), data }]
}

/// The words of a file, each counted from the one before.
fn tokens(lines: &Lines<'_>, words: &[Word]) -> Vec<SemanticToken> {
    let mut before = Position::default();
    let mut tokens = Vec::with_capacity(words.len());
    for word in words {
        let at = lines.position(word.span.start);
        let line = at.line - before.line;
        let start = if line == 0 { at.character - before.character } else { at.character };
        let (token_type, bits) = capabilities::word(word);
        tokens.push(SemanticToken {
            delta_line: line,
            delta_start: start,
            length: lines.width(word.span),
            token_type,
            token_modifiers_bitset: bits,
        });
        before = at;
    }
    tokens
}
