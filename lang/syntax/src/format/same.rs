//! Whether two texts say the same: the same items, of the same words, but for spaces, comments and commas before closing brackets.

use crate::{
    items::{ItemText, split},
    parse::marked,
    tokens::{Token, TokenKind, words},
};

/// Whether `after` says what `before` says.
pub(crate) fn same(before: &str, items: &[ItemText], after: &str) -> bool {
    let others = split(after);
    items.len() == others.len()
        && items.iter().zip(&others).all(|(item, other)| {
            let (a, b) = (&before[item.span.range()], &after[other.span.range()]);
            (&item.keyword, &item.name) == (&other.keyword, &other.name) && (a == b || said(a).eq(said(b)))
        })
}

/// The words of an item that matter, each with its text.
fn said(text: &str) -> impl Iterator<Item = (TokenKind, &str)> {
    let marked = marked(text, words(text).words);
    let optional = |at: usize, word: &Token| {
        let last = marked.get(at + 1).is_none_or(|next| next.kind.is_closer());
        word.kind == TokenKind::Comma && last
    };
    let kept: Vec<Token> =
        marked.iter().enumerate().filter(|(at, word)| !optional(*at, word)).map(|(_, word)| *word).collect();
    kept.into_iter().map(|word| (word.kind, &text[word.span.range()]))
}
