//! The layout of a text, as edits of as few lines as possible. What it is like, `unik_syntax` decides; broken items stay as they are.
//!
//! A text whose lines end with CR and LF keeps such ends: the layout knows only LF, so it works on a text without the CRs.

use unik_source::{FileId, Span};
use unik_syntax::{TextEdit, format_edits, format_range, split};

use crate::host::Analysis;

impl Analysis {
    /// The edits that give a file its layout, in their order; none for files of the library.
    pub fn format(&self, file: FileId) -> Vec<TextEdit> {
        self.laid_out(file, |text, _| format_edits(text))
    }

    /// The edits that give the items of a range their layout. What begins right behind a range of whole lines is not in it.
    pub fn format_range(&self, file: FileId, range: Span) -> Vec<TextEdit> {
        self.laid_out(file, |text, ends| {
            let mut range = ends.without(range);
            let whole = text.get(..range.end as usize).is_some_and(|text| text.ends_with('\n'));
            if whole && !range.is_empty() {
                range.end -= 1;
            }
            format_range(text, range)
        })
    }

    /// The edits for when `typed` was just written in front of an offset. A `}` that ends an item lays it out. So does the end of a line
    /// behind an item, which then is complete; the line at hand and those behind it stay as they are.
    pub fn format_typed(&self, file: FileId, offset: u32, typed: char) -> Vec<TextEdit> {
        self.laid_out(file, |text, ends| {
            let at = ends.without(Span { start: offset, end: offset }).start as usize;
            let line = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
            let items = split(text);
            let wanted = |end: usize| match typed {
                '}' => end == at,
                '\n' => end < line && text[end..at].matches('\n').count() == 1,
                _ => false,
            };
            let Some(item) = items.iter().find(|item| wanted(item.span.end as usize)) else {
                return Vec::new();
            };
            let first = text[..item.span.start as usize].rfind('\n').map_or(0, |newline| newline + 1);
            let last = text[item.span.end as usize..].find('\n');
            let last = last.map_or(text.len(), |newline| item.span.end as usize + newline + 1);
            let mut edits = format_range(text, item.span);
            edits.retain(|edit| first <= edit.span.start as usize && edit.span.end as usize <= last);
            edits
        })
    }

    fn laid_out(&self, file: FileId, edits: impl FnOnce(&str, &Ends) -> Vec<TextEdit>) -> Vec<TextEdit> {
        if self.is_library(file) {
            return Vec::new();
        }
        let text = self.text(file);
        let ends = Ends::new(text);
        if ends.carriages.is_empty() {
            return edits(text, &ends);
        }
        let plain = text.replace("\r\n", "\n");
        let back =
            |edit: TextEdit| TextEdit { span: ends.with(edit.span), text: edit.text.replace('\n', "\r\n") };
        edits(&plain, &ends).into_iter().map(back).collect()
    }
}

/// Where the CRs stand that belong to ends of lines.
#[derive(Debug)]
struct Ends {
    carriages: Vec<u32>,
}

impl Ends {
    fn new(text: &str) -> Self {
        let carriages = text.match_indices("\r\n").map(|(at, _)| Span::at(at).start);
        Self { carriages: carriages.collect() }
    }

    /// A span of the text as it is, in the text without CRs.
    fn without(&self, span: Span) -> Span {
        let offset = |offset: u32| {
            let before = self.carriages.partition_point(|at| *at < offset);
            offset - u32::try_from(before).unwrap_or(offset)
        };
        Span { start: offset(span.start), end: offset(span.end) }
    }

    /// A span of the text without CRs, in the text as it is: in front of the CR where it ends at the end of a line.
    fn with(&self, span: Span) -> Span {
        let offset = |offset: u32| {
            // The n-th CR stands n bytes further on than its LF does in the text without.
            let before =
                self.carriages.iter().zip(0_u32..).take_while(|(at, nth)| **at < offset + nth).count();
            offset + u32::try_from(before).unwrap_or(0)
        };
        Span { start: offset(span.start), end: offset(span.end) }
    }
}
