//! From a text and its layout to replacements of lines.
//!
//! Both have the same words, so lines correspond where as many words stand before them: one pass over both, without a search for
//! what they have in common.

use std::iter;

use unik_source::Span;

use super::TextEdit;
use crate::tokens::{TokenKind, tokens};

/// The start of a line, and how much stands before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Start {
    offset: usize,
    words: usize,
}

/// The replacements of lines that turn `before` into `after`.
pub(crate) fn by_lines(before: &str, after: &str) -> Vec<TextEdit> {
    let (a, b) = (starts(before), starts(after));
    let mut edits: Vec<TextEdit> = Vec::new();
    if a.last().map(|end| end.words) != b.last().map(|end| end.words) {
        trimmed(before, Span::new(0, before.len()), after, &mut edits);
        return edits;
    }
    let (mut i, mut j) = (0, 0);
    while i + 1 < a.len() || j + 1 < b.len() {
        let (from, with) = (i, j);
        (i, j) = ((i + 1).min(a.len() - 1), (j + 1).min(b.len() - 1));
        while a[i].words != b[j].words {
            match a[i].words < b[j].words {
                true => i += 1,
                false => j += 1,
            }
        }
        let old = Span::new(a[from].offset, a[i].offset);
        trimmed(before, old, &after[b[with].offset..b[j].offset], &mut edits);
    }
    edits
}

/// Adds the replacement of `old` by `new`, without the lines at its end that are the same.
fn trimmed(before: &str, old: Span, new: &str, edits: &mut Vec<TextEdit>) {
    let source = &before[old.range()];
    let same: usize = iter::zip(source.split_inclusive('\n').rev(), new.split_inclusive('\n').rev())
        .take_while(|(a, b)| a == b)
        .map(|(line, _)| line.len())
        .sum();
    let (length, new) = (source.len() - same, &new[..new.len() - same]);
    if length == 0 && new.is_empty() {
        return;
    }
    let span = Span::new(old.start as usize, old.start as usize + length);
    edits.push(TextEdit { span, text: new.to_owned() });
}

/// The starts of all lines, and the end of the text.
fn starts(text: &str) -> Vec<Start> {
    let mut starts = vec![Start { offset: 0, words: 0 }];
    let mut words = 0;
    for token in tokens(text) {
        match token.kind {
            TokenKind::Space => {
                let newlines = text[token.span.range()].match_indices('\n');
                let offset = |(at, _)| token.span.start as usize + at + 1;
                starts.extend(newlines.map(offset).map(|offset| Start { offset, words }));
            }
            // A comma may come and go, and comments change places with it.
            TokenKind::Comma | TokenKind::Semicolon => {}
            _ => words += 1,
        }
    }
    if starts.last().is_some_and(|last| last.offset < text.len()) {
        starts.push(Start { offset: text.len(), words });
    }
    starts
}
