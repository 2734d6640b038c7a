//! Which text a change replaces: a part of a list with the comma beside it, an entry with its keyword, a statement with its `;`.
//!
//! Whether there is something to change, and what the change is called, is decided where the mistake is found.

use unik_source::Span;
use unik_syntax::{TokenKind, tokens};

/// A part of a list with what stands between it and a neighbour; nothing for a part that has none.
pub(crate) fn with_separator(parts: &[Span], at: usize) -> Option<Span> {
    let part = parts.get(at)?;
    match (at.checked_sub(1).and_then(|before| parts.get(before)), parts.get(at + 1)) {
        (Some(before), _) => Some(Span { start: before.end, end: part.end }),
        (None, Some(next)) => Some(Span { start: part.start, end: next.start }),
        (None, None) => None,
    }
}

/// An entry of a block: from its keyword, with which `span` begins or which stands before it, to what parts it from the next.
pub(crate) fn whole_entry(text: &str, keyword: &str, span: Span) -> Option<Span> {
    let start = match text.get(span.range())?.starts_with(keyword) {
        true => span.start as usize,
        false => text.get(..span.start as usize)?.rfind(keyword)?,
    };
    let behind = text.get(span.end as usize..)?;
    let mut end = span.end as usize;
    for token in tokens(behind).into_iter().filter(|token| !token.kind.is_trivia()) {
        match token.kind {
            TokenKind::RightBracket => end = span.end as usize + token.span.end as usize,
            TokenKind::Comma | TokenKind::Semicolon => {
                end = span.end as usize + token.span.end as usize;
                break;
            }
            _ => break,
        }
    }
    Some(Span::new(start, end))
}

/// A statement of a block: from its keyword, which stands at or before `name`, to the `;` behind `end`. Nothing if it is documented:
/// the documentation would then be that of another.
pub(crate) fn whole_statement(text: &str, keyword: &str, name: Span, end: u32) -> Option<Span> {
    let start = text.get(..name.start as usize)?.rfind(keyword)?;
    let mut behind = tokens(text.get(end as usize..)?).into_iter().filter(|token| !token.kind.is_trivia());
    let stop = behind.next().filter(|token| token.kind == TokenKind::Semicolon)?;
    let above = tokens(text.get(..start)?);
    let mut above = above.iter().rev().filter(|token| token.kind != TokenKind::Space);
    let documented = above.next().is_some_and(|token| token.kind == TokenKind::Doc);
    (!documented).then(|| Span::new(start, end as usize + stop.span.end as usize))
}
