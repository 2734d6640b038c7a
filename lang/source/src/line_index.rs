//! Byte offsets to lines and columns and back. Columns come in three units, since people count characters,
//! Rust counts bytes, and editors count UTF-16 units.

/// A line and a column, both counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineColumn {
    /// The line.
    pub line: u32,
    /// The column in it, in the unit that was asked for.
    pub column: u32,
}

/// The offsets at which the lines of one text start. A line ends with `\n`; a `\r` before it belongs to the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Finds the lines of `text`.
    pub fn new(text: &str) -> Self {
        let newlines = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let after = newlines.map(|(at, _)| u32::try_from(at + 1).unwrap_or(u32::MAX));
        Self { starts: core::iter::once(0).chain(after).collect() }
    }

    /// How many lines there are; an empty text has one.
    pub fn lines(&self) -> usize {
        self.starts.len()
    }

    /// Line and column in bytes. An offset behind the text is in the last line.
    pub fn bytes(&self, offset: usize) -> LineColumn {
        let offset = u32::try_from(offset).unwrap_or(u32::MAX);
        let line = self.starts.partition_point(|start| *start <= offset) - 1;
        LineColumn { line: u32::try_from(line).unwrap_or(u32::MAX), column: offset - self.starts[line] }
    }

    /// Line and column in characters (Unicode scalar values, a byte order mark left out) of `text`, the text this index was made of.
    pub fn chars(&self, text: &str, offset: usize) -> LineColumn {
        self.counted(text, offset, |_| 1)
    }

    /// Line and column in UTF-16 units of `text`, the text this index was made of.
    pub fn utf16(&self, text: &str, offset: usize) -> LineColumn {
        self.counted(text, offset, char::len_utf16)
    }

    /// The offset of a line and a column in UTF-16 units; behind the end of a line it is the end of the line.
    pub fn offset_of_utf16(&self, text: &str, at: LineColumn) -> usize {
        let line = self.line(text, at.line as usize);
        let mut units = 0;
        for (offset, char) in line.1.char_indices() {
            if is_mark(line.0 + offset, char) {
                continue;
            }
            if units >= at.column as usize || char == '\n' {
                return line.0 + offset;
            }
            units += char.len_utf16();
        }
        line.0 + line.1.len()
    }

    /// Start offset and text of a line, its end of line included; empty at the end for a line that is not there.
    pub fn line<'t>(&self, text: &'t str, line: usize) -> (usize, &'t str) {
        let start = self.starts.get(line).map_or(text.len(), |start| *start as usize).min(text.len());
        let end = self.starts.get(line + 1).map_or(text.len(), |start| *start as usize).min(text.len());
        (start, text.get(start..end).unwrap_or(""))
    }

    fn counted(&self, text: &str, offset: usize, width: impl Fn(char) -> usize) -> LineColumn {
        let at = self.bytes(offset.min(text.len()));
        let (start, line) = self.line(text, at.line as usize);
        let before = line.char_indices().take_while(|(at, _)| start + at < offset);
        let before = before.filter(|(at, char)| !is_mark(start + at, *char));
        let column = before.map(|(_, char)| width(char)).sum::<usize>();
        LineColumn { line: at.line, column: u32::try_from(column).unwrap_or(u32::MAX) }
    }
}

/// Whether a character is the byte order mark of its text, which no editor shows.
fn is_mark(offset: usize, char: char) -> bool {
    offset == 0 && char == '\u{feff}'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_in_three_units() {
        let text = "a\r\n\t😀字x\n";
        let index = LineIndex::new(text);
        let x = text.find('x').unwrap();
        assert_eq!(index.bytes(x), LineColumn { line: 1, column: 8 });
        assert_eq!(index.chars(text, x), LineColumn { line: 1, column: 3 });
        assert_eq!(index.utf16(text, x), LineColumn { line: 1, column: 4 });
        assert_eq!(index.offset_of_utf16(text, LineColumn { line: 1, column: 4 }), x);
        assert_eq!(index.chars(text, text.len()), LineColumn { line: 2, column: 0 });
        assert_eq!(index.offset_of_utf16(text, LineColumn { line: 9, column: 9 }), text.len());
    }

    #[test]
    fn a_byte_order_mark_is_no_column() {
        let text = "\u{feff}a b\n";
        let index = LineIndex::new(text);
        let b = text.find('b').unwrap();
        let second = LineColumn { line: 0, column: 2 };
        assert_eq!((index.chars(text, b), index.utf16(text, b)), (second, second));
        assert_eq!(index.offset_of_utf16(text, second), b);
    }
}
