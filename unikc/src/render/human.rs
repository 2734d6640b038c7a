//! For people: the lines of source with the labels drawn in, by ariadne.
//!
//! ariadne gets characters, not bytes: with byte indices it numbers the lines of a second file wrongly. It also
//! ends lines at more characters than the language does, so each text is given to it with those replaced, one
//! character for one; the same keeps control characters of a text away from the terminal.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use ariadne::{Cache, Color, Config, Fmt, IndexType, Report, ReportKind, Source};
use unik_source::{Diagnostic, FileId, LineIndex, Severity, Sources};

use super::{Places, short};

/// Lines longer than this are not shown: they would fill the screen, and say nothing.
const WIDEST: usize = 1000;

/// Each diagnostic, followed by an empty line.
pub(super) fn render(diagnostics: &[&Diagnostic], places: &Places<'_>, colours: bool) -> String {
    let sources = places.sources;
    let mut texts = Texts { sources, shown: BTreeMap::new() };
    let mut out = String::new();
    for diagnostic in diagnostics {
        let mut labels = diagnostic.labels.iter();
        let wide = labels.any(|label| texts.is_wide(label.place));
        // A file that cannot be read, or is empty, has no line to show.
        let nothing = sources.text(diagnostic.primary().file).is_empty();
        let drawn = if wide || nothing { None } else { draw(diagnostic, &mut texts, colours) };
        out += &drawn.unwrap_or_else(|| plain(diagnostic, places));
        out.push('\n');
    }
    out
}

fn draw(diagnostic: &Diagnostic, texts: &mut Texts<'_>, colours: bool) -> Option<String> {
    let colour = match diagnostic.severity {
        Severity::Error => Color::Red,
        Severity::Warning => Color::Yellow,
    };
    let first = texts.range(diagnostic.primary());
    let mut labels: Vec<_> =
        diagnostic.labels.iter().map(|label| (texts.range(label.place), label)).collect();
    // Upwards in a file ariadne starts a new box: it gets the file of the primary label first, each from its top.
    labels.sort_by_key(|((file, range), _)| (*file != first.0, *file, range.start));
    let labels = labels.into_iter().map(|(range, label)| {
        // Without a message ariadne draws no underline.
        let message = if label.message.is_empty() { "here" } else { &label.message };
        let colour = if label.primary { colour } else { Color::Blue };
        ariadne::Label::new(range).with_color(colour).with_message(short::one_line(message))
    });
    let mut report = Report::build(ReportKind::Error, first)
        .with_config(Config::new().with_color(colours).with_index_type(IndexType::Char).with_tab_width(2))
        .with_labels(labels);
    for note in &diagnostic.notes {
        report.add_note(lines(note));
    }
    if let Some(help) = &diagnostic.help {
        report.add_help(lines(help));
    }
    let mut drawn = Vec::new();
    report.finish().write(texts, &mut drawn).ok()?;
    // The first line is ours: ariadne's has another shape, and a colour that cannot be turned off.
    let drawn = String::from_utf8(drawn).ok()?;
    let (_, below) = drawn.split_once('\n')?;
    let below: String = below.lines().flat_map(|line| [line.trim_end(), "\n"]).collect();
    let head = format!("{}[{}]", diagnostic.severity.word(), diagnostic.code);
    let head = if colours { head.fg(colour).to_string() } else { head };
    Some(format!("{head}: {}\n{below}", short::one_line(&diagnostic.message)))
}

/// The same without the lines of source.
fn plain(diagnostic: &Diagnostic, places: &Places<'_>) -> String {
    let mut text = short::render(diagnostic, places);
    for label in diagnostic.labels.iter().filter(|label| !label.message.is_empty()) {
        let at = places.position(label.place);
        text +=
            &format!("  {}:{}:{}: {}\n", at.path, at.start.0, at.start.1, short::one_line(&label.message));
    }
    for note in &diagnostic.notes {
        text += &format!("  note: {}\n", short::one_line(note));
    }
    if let Some(help) = &diagnostic.help {
        text += &format!("  help: {}\n", short::one_line(help));
    }
    text
}

/// A message may have several lines, but moves no cursor.
fn lines(text: &str) -> String {
    text.chars().map(|char| if char != '\n' && char.is_control() { ' ' } else { char }).collect()
}

/// The texts as they are shown.
struct Texts<'s> {
    sources: &'s dyn Sources,
    shown: BTreeMap<FileId, Shown>,
}

struct Shown {
    source: Source<String>,
    lines: LineIndex,
    /// How many characters come before each line.
    before: Vec<usize>,
}

impl Texts<'_> {
    fn shown(&mut self, file: FileId) -> &Shown {
        let text = self.sources.text(file);
        self.shown.entry(file).or_insert_with(|| Shown::new(text))
    }

    /// The place in characters.
    fn range(&mut self, place: unik_source::Place) -> (FileId, Range<usize>) {
        let span = self.sources.absolute(place).range();
        let text = self.sources.text(place.file);
        let shown = self.shown(place.file);
        let start = shown.chars(text, span.start);
        (place.file, start..shown.chars(text, span.end).max(start))
    }

    /// Whether one of its lines is too long to be shown.
    fn is_wide(&mut self, place: unik_source::Place) -> bool {
        let span = self.sources.absolute(place).range();
        let shown = self.shown(place.file);
        let line = |offset| shown.lines.bytes(offset).line as usize;
        let length = |line: usize| {
            let end = shown.before.get(line + 1).copied().unwrap_or(shown.source.len());
            end - shown.before.get(line).copied().unwrap_or(end)
        };
        (line(span.start)..=line(span.end)).any(|line| length(line) > WIDEST)
    }
}

impl Shown {
    fn new(text: &str) -> Self {
        let lines = LineIndex::new(text);
        let mut before = Vec::with_capacity(lines.lines());
        let mut count = 0;
        for line in 0..lines.lines() {
            before.push(count);
            count +=
                if line == 0 { without_mark(lines.line(text, line).1) } else { lines.line(text, line).1 }
                    .chars()
                    .count();
        }
        Self { source: Source::from(displayed(without_mark(text))), lines, before }
    }

    /// How many characters come before a byte.
    fn chars(&self, text: &str, offset: usize) -> usize {
        let at = self.lines.chars(text, offset);
        self.before[at.line as usize] + at.column as usize
    }
}

/// The text without its byte order mark, which has no column.
fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// The text with one printable character for each that would end a line for ariadne alone, or move a cursor.
fn displayed(text: &str) -> String {
    let mut chars = text.chars().peekable();
    let mut shown = String::with_capacity(text.len());
    while let Some(char) = chars.next() {
        shown.push(match char {
            '\n' | '\t' => char,
            '\r' if chars.peek() == Some(&'\n') => char,
            '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + u32::from(char)).unwrap_or('\u{fffd}'),
            '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
            _ if char.is_control() => '\u{fffd}',
            _ => char,
        });
    }
    shown
}

impl Cache<FileId> for &mut Texts<'_> {
    type Storage = String;

    fn fetch(&mut self, file: &FileId) -> Result<&Source<String>, impl fmt::Debug> {
        Ok::<_, fmt::Error>(&self.shown(*file).source)
    }

    fn display<'a>(&self, file: &'a FileId) -> Option<impl fmt::Display + 'a> {
        Some(self.sources.path(*file).to_owned())
    }
}
