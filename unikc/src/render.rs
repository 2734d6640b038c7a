//! Diagnostics as people and programs read them. Each form is one file; what is common to them is here:
//! their order, and absolute positions counted from 1.
//!
//! The forms are pure: text in, text out. Where it goes is decided by the command.

mod human;
mod json;
mod short;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use unik_source::{Diagnostic, FileId, LineIndex, Place, Sources, Span};

/// How diagnostics are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum Format {
    /// With the lines of source, on standard error.
    #[default]
    Human,
    /// One line each: `file:line:column: error[E0101]: message`.
    Short,
    /// One JSON object a line.
    Json,
}

/// All diagnostics in one form, sorted by place. `colours` matters to people only.
pub(crate) fn render(
    diagnostics: &[Diagnostic],
    sources: &dyn Sources,
    format: Format,
    colours: bool,
) -> String {
    let places = Places::new(sources);
    let mut sorted: Vec<(Position<'_>, &Diagnostic)> =
        diagnostics.iter().map(|diagnostic| (places.position(diagnostic.primary()), diagnostic)).collect();
    sorted.sort_by(|(a, x), (b, y)| {
        let place = (a.path, a.start, a.end).cmp(&(b.path, b.start, b.end));
        place.then_with(|| (x.severity, x.code, &x.message).cmp(&(y.severity, y.code, &y.message)))
    });
    sorted.dedup();
    let sorted = sorted.into_iter().map(|(_, diagnostic)| diagnostic);
    match format {
        Format::Human => human::render(&sorted.collect::<Vec<_>>(), &places, colours),
        Format::Short => sorted.map(|diagnostic| short::render(diagnostic, &places)).collect(),
        Format::Json => sorted.map(|diagnostic| json::render(diagnostic, &places)).collect(),
    }
}

/// «2 errors, 1 warning»; nothing if there are none.
pub(crate) fn summary(diagnostics: &[Diagnostic]) -> Option<String> {
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).count();
    let count = |count: usize, word: &str| match count {
        0 => None,
        1 => Some(format!("1 {word}")),
        _ => Some(format!("{count} {word}s")),
    };
    let parts = [count(errors, "error"), count(diagnostics.len() - errors, "warning")];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// A place as people count: lines and characters from 1, the end behind the last character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Position<'s> {
    /// The file as people know it.
    path: &'s str,
    /// Line and column of the first character.
    start: (u32, u32),
    /// Line and column behind the last one.
    end: (u32, u32),
}

/// Texts, and where their lines start.
struct Places<'s> {
    sources: &'s dyn Sources,
    lines: RefCell<BTreeMap<FileId, Rc<LineIndex>>>,
}

impl<'s> Places<'s> {
    fn new(sources: &'s dyn Sources) -> Self {
        Self { sources, lines: RefCell::default() }
    }

    fn lines(&self, file: FileId) -> Rc<LineIndex> {
        let mut lines = self.lines.borrow_mut();
        lines.entry(file).or_insert_with(|| Rc::new(LineIndex::new(self.sources.text(file)))).clone()
    }

    /// Where `place` is.
    fn position(&self, place: Place) -> Position<'s> {
        let text = self.sources.text(place.file);
        let Span { start, end } = self.sources.absolute(place);
        let lines = self.lines(place.file);
        let at = |offset: u32| {
            let at = lines.chars(text, offset as usize);
            (at.line + 1, at.column + 1)
        };
        Position { path: self.sources.path(place.file), start: at(start), end: at(end) }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use unik_source::{Code, FileId};

    use super::*;

    /// Files whose places are all absolute.
    struct Files(&'static [(&'static str, &'static str)]);

    impl Sources for Files {
        fn path(&self, file: FileId) -> &str {
            self.0[file.0 as usize].0
        }

        fn text(&self, file: FileId) -> &str {
            self.0[file.0 as usize].1
        }

        fn absolute(&self, place: Place) -> Span {
            place.span
        }
    }

    impl Files {
        fn find(&self, file: u32, what: &str) -> Place {
            let start = self.0[file as usize].1.find(what).unwrap();
            Place::in_file(FileId(file), Span::new(start, start + what.len()))
        }
    }

    fn check(files: &Files, diagnostics: &[Diagnostic], format: Format, expected: &Expect) {
        expected.assert_eq(&render(diagnostics, files, format, false));
    }

    const WIDE: Files = Files(&[
        ("app.unik", "import ./mine\r\n\tlet 字😀 = kv.cruch(1) // é\r\nlet b = 2\r\n"),
        ("mine.unik", "// 😀😀😀 é\n// 字\nlet crunch = 3\n"),
    ]);

    fn wide() -> Vec<Diagnostic> {
        vec![
            Diagnostic::warning(Code("W0101"), "nobody uses `b`", WIDE.find(0, "b = 2"), ""),
            Diagnostic::error(Code("E0101"), "no `cruch` in `kv`", WIDE.find(0, "cruch"), "not found")
                .label(WIDE.find(1, "crunch"), "the nearest")
                .label(WIDE.find(0, "./mine"), "imported here")
                .note("names are looked up\nin the file that they name")
                .help("write `crunch`")
                .fix("replace by `crunch`", WIDE.find(0, "cruch"), "crunch"),
        ]
    }

    #[test]
    fn people_see_tabs_wide_characters_and_several_files() {
        check(
            &WIDE,
            &wide(),
            Format::Human,
            &expect![[r#"
            error[E0101]: no `cruch` in `kv`
               ╭─[ app.unik:2:14 ]
               │
             1 │ import ./mine
               │        ───┬──
               │           ╰──── imported here
             2 │   let 字😀 = kv.cruch(1) // é
               │                 ──┬──
               │                   ╰──── not found
               │
               ├─[ mine.unik:3:5 ]
               │
             3 │ let crunch = 3
               │     ───┬──
               │        ╰──── the nearest
               │
               │ Help: write `crunch`
               │
               │ Note: names are looked up
               │       in the file that they name
            ───╯

            warning[W0101]: nobody uses `b`
               ╭─[ app.unik:3:5 ]
               │
             3 │ let b = 2
               │     ──┬──
               │       ╰──── here
            ───╯

        "#]],
        );
    }

    #[test]
    fn one_line_each() {
        check(
            &WIDE,
            &wide(),
            Format::Short,
            &expect![[r#"
            app.unik:2:14: error[E0101]: no `cruch` in `kv`
            app.unik:3:5: warning[W0101]: nobody uses `b`
        "#]],
        );
    }

    #[test]
    fn json_counts_characters_from_one() {
        check(
            &WIDE,
            &wide(),
            Format::Json,
            &expect![[r#"
            {"code":"E0101","fixes":[{"edits":[{"column":14,"end_column":19,"end_line":2,"file":"app.unik","line":2,"text":"crunch"}],"title":"replace by `crunch`"}],"help":"write `crunch`","labels":[{"column":14,"end_column":19,"end_line":2,"file":"app.unik","line":2,"message":"not found","primary":true},{"column":5,"end_column":11,"end_line":3,"file":"mine.unik","line":3,"message":"the nearest","primary":false},{"column":8,"end_column":14,"end_line":1,"file":"app.unik","line":1,"message":"imported here","primary":false}],"message":"no `cruch` in `kv`","notes":["names are looked up\nin the file that they name"],"severity":"error"}
            {"code":"W0101","fixes":[],"help":null,"labels":[{"column":5,"end_column":10,"end_line":3,"file":"app.unik","line":3,"message":"","primary":true}],"message":"nobody uses `b`","notes":[],"severity":"warning"}
        "#]],
        );
    }

    #[test]
    fn odd_texts_are_shown_without_their_control_characters() {
        const ODD: Files = Files(&[("a.unik", "\u{b}\u{85}a\u{1b}[31m\u{2028}b\0\u{202e}\rx")]);
        let end = Place::in_file(FileId(0), Span::at(ODD.0[0].1.len()));
        let diagnostics = [
            Diagnostic::error(Code("E0001"), "at the end", end, "here"),
            Diagnostic::error(Code("E0002"), "many\nlines", ODD.find(0, "b"), "here\nand there"),
        ];
        check(
            &ODD,
            &diagnostics,
            Format::Human,
            &expect![[r#"
            error[E0002]: many lines
               ╭─[ a.unik:1:10 ]
               │
             1 │ ␋�a␛[31m�b␀�␍x
               │          ┬
               │          ╰── here and there
            ───╯

            error[E0001]: at the end
               ╭─[ a.unik:1:15 ]
               │
             1 │ ␋�a␛[31m�b␀�␍x
               │               │
               │               ╰─ here
            ───╯

        "#]],
        );
        check(
            &ODD,
            &diagnostics,
            Format::Short,
            &expect![[r#"
            a.unik:1:10: error[E0002]: many lines
            a.unik:1:15: error[E0001]: at the end
        "#]],
        );
    }

    #[test]
    fn an_empty_file_has_a_place() {
        const EMPTY: Files = Files(&[("a.unik", "")]);
        let start = Place::in_file(FileId(0), Span::at(0));
        let diagnostics = [Diagnostic::error(Code("E0001"), "nothing here", start, "")];
        check(
            &EMPTY,
            &diagnostics,
            Format::Human,
            &expect![[r#"
                a.unik:1:1: error[E0001]: nothing here

            "#]],
        );
    }

    #[test]
    fn a_line_that_fits_no_screen_is_not_shown() {
        let line: &'static str = Box::leak(format!("{}b", "a ".repeat(100_000)).into_boxed_str());
        let files: &'static [_] = Box::leak(Box::new([("long.unik", line)]));
        let files = Files(files);
        let diagnostics =
            [Diagnostic::error(Code("E0001"), "unexpected", files.find(0, "b"), "this").note("a").help("b")];
        check(
            &files,
            &diagnostics,
            Format::Human,
            &expect![[r#"
            long.unik:1:200001: error[E0001]: unexpected
              long.unik:1:200001: this
              note: a
              help: b

        "#]],
        );
    }

    #[test]
    fn the_summary_counts() {
        assert_eq!(summary(&wide()).as_deref(), Some("1 error, 1 warning"));
        assert_eq!(summary(&[wide(), wide()].concat()).as_deref(), Some("2 errors, 2 warnings"));
        assert_eq!(summary(&[]), None);
    }
}
