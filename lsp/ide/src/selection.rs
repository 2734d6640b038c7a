//! Growing a selection: word, phrase between commas, brackets, item, file. Read off the tokens, so that it works on broken code.

use unik_source::{FileId, Span};
use unik_syntax::{Token, TokenKind, tokens};

use crate::host::Analysis;

impl Analysis {
    /// The ranges around an offset, each inside the next; the last is the whole file.
    pub fn selections(&self, file: FileId, offset: u32) -> Vec<Span> {
        let text = self.text(file);
        let all = tokens(text);
        let mut spans: Vec<Span> = Vec::new();
        let word = all.iter().filter(|token| token.kind != TokenKind::Space);
        // Of two words that touch the cursor the one that begins there is meant, unless it is a mark and the other is not.
        let word = word.filter(|token| token.span.touches(offset as usize));
        spans
            .extend(word.max_by_key(|token| (is_word(token.kind), token.span.start)).map(|token| token.span));
        spans.extend(phrases(&all, offset));
        let item = unik_syntax::split(text).into_iter().find(|item| item.span.touches(offset as usize));
        spans.extend(item.map(|item| item.span));
        spans.push(Span::new(0, text.len()));
        spans.sort_by_key(|span| span.len());
        let mut grown: Vec<Span> = Vec::new();
        for span in spans {
            let inside = grown.last().is_none_or(|last| span.to(*last) == span && span != *last);
            if inside {
                grown.push(span);
            }
        }
        grown
    }
}

fn is_word(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::Name | TokenKind::Number | TokenKind::Str) || kind.is_keyword()
}

/// For each pair of brackets around the offset: the phrase between separators, what stands between the brackets, and the brackets
/// with it.
fn phrases(all: &[Token], offset: u32) -> Vec<Span> {
    let mut open: Vec<usize> = Vec::new();
    let mut spans = Vec::new();
    for (at, token) in all.iter().enumerate() {
        if token.kind.closer().is_some() {
            open.push(at);
        } else if token.kind.is_closer() {
            let Some(nth) = open.iter().rposition(|open| all[*open].kind.closer() == Some(token.kind)) else {
                continue;
            };
            let first = open[nth];
            open.truncate(nth);
            if all[first].span.end <= offset && offset <= token.span.start {
                spans.extend(phrase(&all[first + 1..at], offset));
                spans.extend(trimmed(&all[first + 1..at]));
                spans.push(all[first].span.to(token.span));
            }
        }
    }
    spans
}

/// The tokens between the separators around the offset, at the depth of the slice.
fn phrase(inside: &[Token], offset: u32) -> Option<Span> {
    let (mut depth, mut start) = (0_usize, 0);
    for (at, token) in inside.iter().enumerate() {
        if token.kind.closer().is_some() {
            depth += 1;
        } else if token.kind.is_closer() {
            depth = depth.saturating_sub(1);
        } else if depth == 0 && matches!(token.kind, TokenKind::Comma | TokenKind::Semicolon) {
            if offset <= token.span.start {
                return trimmed(&inside[start..at]);
            }
            start = at + 1;
        }
    }
    trimmed(&inside[start..])
}

/// From the first word to the last.
fn trimmed(tokens: &[Token]) -> Option<Span> {
    let mut words = tokens.iter().filter(|token| token.kind != TokenKind::Space);
    let first = words.next()?;
    Some(first.span.to(words.next_back().unwrap_or(first).span))
}
