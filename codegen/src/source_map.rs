//! Which lines of the generated `main.rs` speak about what of the `.unik` files.
//!
//! The generator marks lines while it writes them; the marks are taken out of the finished text, and what remains is
//! this map. [`crate::rustc`] reads it to say what rustc found in the words of the language.

use unik_source::Place;

/// What some lines of `main.rs` are about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// What they do.
    pub kind: OriginKind,
    /// The node of the graph, by its id; empty where it is about none.
    pub node: String,
    /// The place to report.
    pub place: Place,
}

/// What a line does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OriginKind {
    /// Calls the constructor of a device.
    Construct,
    /// Passes a device through the trait of its module type; on the same line as the constructor if that is short.
    Bound,
    /// Computes a value.
    Value,
    /// Reads a key.
    Key,
    /// Names the trait of a module type.
    Trait,
    /// Names the cases of an enum.
    Enum,
}

/// Lines of `main.rs`, counted from 1, and what they are about; sorted, without overlap.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceMap {
    /// First and last line of each range.
    pub ranges: Vec<(u32, u32, Origin)>,
}

impl SourceMap {
    /// What a line is about.
    pub fn at(&self, line: u32) -> Option<&Origin> {
        let at = self.ranges.partition_point(|(_, last, _)| *last < line);
        self.ranges.get(at).filter(|(first, ..)| *first <= line).map(|(.., origin)| origin)
    }
}

/// The character around the number of an origin. Texts of users are escaped before they reach the program, so it
/// cannot come from them.
const MARK: char = '\u{1}';

/// A line with a mark.
pub(crate) fn mark(line: &str, origin: usize) -> String {
    format!("{line}{MARK}{origin}{MARK}")
}

/// Takes the marks out of a text.
pub(crate) fn unmark(text: &str, origins: &[Origin]) -> (String, SourceMap) {
    let mut clean = String::with_capacity(text.len());
    let mut map = SourceMap::default();
    for (number, line) in (1..).zip(text.lines()) {
        let mut parts = line.split(MARK);
        clean.push_str(parts.next().unwrap_or(""));
        let origin = parts.next().and_then(|index| index.parse::<usize>().ok());
        clean.extend(parts);
        clean.push('\n');
        let Some(origin) = origin.and_then(|index| origins.get(index)) else { continue };
        match map.ranges.last_mut() {
            Some((_, last, before)) if *last + 1 == number && before == origin => *last = number,
            _ => map.ranges.push((number, number, origin.clone())),
        }
    }
    (clean, map)
}

#[cfg(test)]
mod tests {
    use unik_source::{FileId, Span};

    use super::*;

    #[test]
    fn marks_become_ranges_of_lines() {
        let place = Place::in_file(FileId(0), Span::new(3, 5));
        let origin = |kind| Origin { kind, node: "tcp".into(), place };
        let origins = [origin(OriginKind::Construct), origin(OriginKind::Bound)];
        let text = ["a", &mark("b", 0), &mark("c", 0), &mark("d", 1), "e"].join("\n");
        let (clean, map) = unmark(&text, &origins);
        assert_eq!(clean, "a\nb\nc\nd\ne\n");
        let found: Vec<_> = (0..7).map(|line| map.at(line).map(|origin| origin.kind)).collect();
        let (construct, bound) = (Some(OriginKind::Construct), Some(OriginKind::Bound));
        assert_eq!(found, [None, None, construct, construct, bound, None, None]);
    }
}
