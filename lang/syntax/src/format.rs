//! The one layout of a file: what stands between items, and which items are laid out.
//!
//! An item with a mistake is left exactly as it is, and so is the line that it shares with others. Everything else is written anew from its
//! words and comments; how, is decided below. Blank lines stay where the author put them, one at most.

mod doc;
mod edits;
mod expression;
mod item;
mod same;
mod trivia;
mod writer;

use std::ops::Range;

use unik_source::Span;

use crate::{
    items::{ItemText, split},
    tokens::{Token, TokenKind, tokens},
};
use trivia::text_of;

/// A replacement in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextEdit {
    /// What to replace, in bytes from the start of the text; empty to insert.
    pub span: Span,
    /// What to put there.
    pub text: String,
}

/// The text in its layout. It has the same words as before but for commas in front of closing brackets, all its comments, and the
/// same bytes where it has mistakes. Formatting twice gives what formatting once gives.
pub fn format(text: &str) -> String {
    let items = split(text);
    laid_out(text, &items, 0..items.len())
}

/// The replacements that give the items of `range` their layout, and the space around them. An item counts if the range, a cursor
/// perhaps, touches it. Each replacement is of whole lines; what the range does not touch is not looked at.
pub fn format_range(text: &str, range: Span) -> Vec<TextEdit> {
    let items = split(text);
    let first = items.partition_point(|item| item.span.end < range.start);
    let behind = items.partition_point(|item| item.span.start <= range.end).max(first);
    edits::by_lines(text, &laid_out(text, &items, first..behind))
}

/// The text with the layout of these items, and of the space beside them.
fn laid_out(text: &str, items: &[ItemText], which: Range<usize>) -> String {
    let mut file = File { text, out: String::with_capacity(text.len() + text.len() / 8) };
    let mut from = (0, Side::Edge);
    for (nth, item) in items.iter().enumerate() {
        let source = &text[item.span.range()];
        let asked = which.contains(&nth);
        let written = if asked { item::formatted(source) } else { None };
        let side = if written.is_some() { Side::Written } else { Side::Kept };
        match asked || nth > 0 && which.contains(&(nth - 1)) {
            true => file.between(from, (item.span.start as usize, side)),
            false => file.out.push_str(&text[from.0..item.span.start as usize]),
        }
        file.out.push_str(written.as_deref().unwrap_or(source));
        from = (item.span.end as usize, side);
    }
    match which.end == items.len() {
        true => file.between(from, (text.len(), Side::Edge)),
        false => file.out.push_str(&text[from.0..]),
    }
    // Where an item ends can depend on where lines do, if brackets are missing.
    if same::same(text, items, &file.out) { file.out } else { text.to_owned() }
}

/// The replacements of whole lines, in their order, that turn a text into what [`format()`] gives.
pub fn format_edits(text: &str) -> Vec<TextEdit> {
    edits::by_lines(text, &format(text))
}

/// What lies beside the space between items.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    /// The start or the end of the file.
    Edge,
    /// An item that is laid out.
    Written,
    /// An item that is kept as it is.
    Kept,
}

/// A file in the making.
struct File<'t> {
    text: &'t str,
    out: String,
}

impl File<'_> {
    /// Writes what stands between two items: comments, and ends of lines.
    fn between(&mut self, (start, before): (usize, Side), (end, after): (usize, Side)) {
        let source = &self.text[start..end];
        let beside_kept = before == Side::Kept || after == Side::Kept;
        if beside_kept && before != Side::Edge && after != Side::Edge && !source.contains('\n') {
            self.out.push_str(source);
            return;
        }
        // A line that begins or ends with something kept is kept from there on, or up to there.
        let first = match before {
            Side::Kept => source.find('\n').unwrap_or(source.len()),
            _ => 0,
        };
        let last = match after {
            Side::Kept => source.rfind('\n').map_or(0, |newline| newline + 1).max(first),
            _ => source.len(),
        };
        self.out.push_str(&source[..first]);
        let newlines = self.comments(&source[first..last], before == Side::Written);
        if after != Side::Edge {
            self.end_line(newlines > 1);
        } else if !self.out.is_empty() {
            self.out.push('\n');
        }
        self.out.push_str(&source[last..]);
    }

    /// Writes the comments of a piece of text, and gives how many lines end behind the last.
    fn comments(&mut self, source: &str, behind_item: bool) -> usize {
        let mut newlines = 0;
        let mut same_line = behind_item;
        for Token { kind, span } in tokens(source) {
            if kind == TokenKind::Space {
                newlines += source[span.range()].bytes().filter(|byte| *byte == b'\n').count();
                continue;
            }
            if same_line && newlines == 0 && kind == TokenKind::Comment {
                self.out.push(' ');
            } else {
                self.end_line(newlines > 1);
            }
            self.out.push_str(text_of(source, span));
            (newlines, same_line) = (0, false);
        }
        newlines
    }

    fn end_line(&mut self, blank: bool) {
        if !self.out.is_empty() {
            self.out.push_str(if blank { "\n\n" } else { "\n" });
        }
    }
}
