//! Positions of the protocol: lines, and columns in the unit that the client counts in.

use std::sync::Arc;

use tower_lsp::ls_types::{Position, Range};
use unik_source::{LineColumn, LineIndex, Span};

/// What columns count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// Bytes.
    Utf8,
    /// UTF-16 units: what every client can do.
    #[default]
    Utf16,
}

/// A text with its lines.
#[derive(Debug)]
pub(crate) struct Lines<'t> {
    text: &'t str,
    index: Arc<LineIndex>,
    encoding: Encoding,
}

impl<'t> Lines<'t> {
    /// Finds the lines of a text.
    pub(crate) fn new(text: &'t str, encoding: Encoding) -> Self {
        Self::indexed(text, Arc::new(LineIndex::new(text)), encoding)
    }

    /// A text whose lines have been found before.
    pub(crate) fn indexed(text: &'t str, index: Arc<LineIndex>, encoding: Encoding) -> Self {
        Self { text, index, encoding }
    }

    /// The offset of a position; behind the end of a line it is the end of the line, behind the last line that of the text.
    pub(crate) fn offset(&self, at: Position) -> u32 {
        let offset = match self.encoding {
            Encoding::Utf16 => {
                self.index.offset_of_utf16(self.text, LineColumn { line: at.line, column: at.character })
            }
            Encoding::Utf8 => {
                let (start, line) = self.index.line(self.text, at.line as usize);
                let end = line.trim_end_matches('\n').len();
                start + line.floor_char_boundary((at.character as usize).min(end))
            }
        };
        u32::try_from(offset).unwrap_or(u32::MAX)
    }

    /// The position of an offset.
    pub(crate) fn position(&self, offset: u32) -> Position {
        let offset = offset as usize;
        let at = match self.encoding {
            Encoding::Utf16 => self.index.utf16(self.text, offset),
            Encoding::Utf8 => self.index.bytes(offset.min(self.text.len())),
        };
        Position { line: at.line, character: at.column }
    }

    /// The range of a span.
    pub(crate) fn range(&self, span: Span) -> Range {
        Range { start: self.position(span.start), end: self.position(span.end) }
    }

    /// The span of a range; an inverted one is empty.
    pub(crate) fn span(&self, range: Range) -> Span {
        Span::new(self.offset(range.start) as usize, self.offset(range.end) as usize)
    }

    /// How wide a span of one line is.
    pub(crate) fn width(&self, span: Span) -> u32 {
        let text = self.text.get(span.range()).unwrap_or_default();
        let width = match self.encoding {
            Encoding::Utf16 => text.encode_utf16().count(),
            Encoding::Utf8 => text.len(),
        };
        u32::try_from(width).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_lead_there_and_back_in_both_units() {
        let text = "let a = \"😀字\" // é\nlet b = 1\r\nlast";
        for encoding in [Encoding::Utf8, Encoding::Utf16] {
            let lines = Lines::new(text, encoding);
            for (offset, _) in text.char_indices() {
                let offset = u32::try_from(offset).expect("the text is short");
                assert_eq!(lines.offset(lines.position(offset)), offset, "{encoding:?} {offset}");
            }
        }
        let utf16 = Lines::new(text, Encoding::Utf16);
        assert_eq!(utf16.position(13).character, 11);
        assert_eq!(utf16.offset(Position { line: 0, character: 999 }), 23);
        assert_eq!(Lines::new(text, Encoding::Utf8).offset(Position { line: 0, character: 999 }), 23);
        assert_eq!(Lines::new(text, Encoding::Utf8).offset(Position { line: 9, character: 9 }), 39);
    }
}
