//! Running a test: what a text says about itself against what the language says about it.
//!
//! A test is a world of its own: the library, the file `app.unik` with its neighbours, and a folder `data/` with one
//! file in it. Nothing else exists.

use std::fmt;
use std::sync::Arc;

use unik_db::{Database, Library, LibraryFile, MemorySystem};
use unik_eval::{KeyValues, Mode};
use unik_source::{Diagnostic, FileId, LineIndex, Severity, Sources};

use crate::document::{Test, View, ViewKind};
use crate::expectation::{self, Expected};

/// The files that come with the compiler: the name of each, where it would lie, and its text.
#[derive(Debug, Default, Clone)]
pub struct Shelf {
    /// `std/kv` and its like.
    pub std: Vec<(String, String)>,
    /// The platforms.
    pub platforms: Vec<(String, String)>,
}

impl Shelf {
    fn library(&self) -> Library {
        let files = |list: &[(String, String)], kind| {
            let file = |(name, _): &(String, String)| LibraryFile {
                name: name.into(),
                path: shelved(kind, name).into(),
            };
            list.iter().map(file).collect()
        };
        Library { std: files(&self.std, "std"), platforms: files(&self.platforms, "platforms") }
    }

    fn files(&self) -> impl Iterator<Item = (String, String)> {
        let std = self.std.iter().map(|(name, text)| (shelved("std", name), text.clone()));
        std.chain(self.platforms.iter().map(|(name, text)| (shelved("platforms", name), text.clone())))
    }
}

fn shelved(kind: &str, name: &str) -> String {
    format!("/library/{kind}/{name}/{name}.unik")
}

/// Something that is not as the text says.
#[derive(Debug)]
pub struct Failure {
    /// The line of the Markdown file, counted from 1.
    pub line: usize,
    /// What is not so.
    pub message: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.line, self.message)
    }
}

/// What running a test gave.
#[derive(Debug, Default)]
pub struct Report {
    /// What is not as the text says.
    pub failures: Vec<Failure>,
    /// The views as they are, in the order of [`Test::views`].
    pub views: Vec<String>,
}

/// Runs a test.
pub fn run(test: &Test, shelf: &Shelf) -> Report {
    let mut files: Vec<(String, String)> = shelf.files().collect();
    files.push(("data/index.html".into(), "<p>content\n".into()));
    files.push(("app.unik".into(), test.text.clone()));
    files.extend(test.files.iter().cloned());
    let db = Database::new(Arc::new(MemorySystem::new(files)), shelf.library());
    let file = db.open("app.unik");

    let mut report = Report::default();
    let mut found = unik_eval::check_file(&db, file);
    if !test.keys.is_empty() {
        let evaluation = unik_eval::evaluate(&db, file, None, &values(&test.keys), Mode::Concrete);
        for diagnostic in evaluation.diagnostics {
            if !found.contains(&diagnostic) {
                found.push(diagnostic);
            }
        }
    }
    let at = |line: usize| test.line + line.saturating_sub(test.inherited);
    compare(&db, file, &expectation::diagnostics(&test.text), &found, &at, &mut report.failures);
    reveal(&db, file, &test.text, &at, &mut report.failures);
    for view in &test.views {
        let text = shown(&db, file, test, view);
        if text != view.text {
            let message =
                format!("the view is not as expected\n--- expected\n{}--- is\n{text}---", view.text);
            report.failures.push(Failure { line: view.lines.0, message });
        }
        report.views.push(text);
    }
    report
}

/// Options of the command line as values: `--port 81`, `--port=81`.
fn values(options: &[String]) -> KeyValues {
    let mut values = KeyValues::default();
    let mut words = options.iter();
    while let Some(word) = words.next() {
        let option = word.trim_start_matches('-');
        let (option, text) = match option.split_once('=') {
            Some((option, text)) => (option, text),
            None => (option, words.next().map_or("", String::as_str)),
        };
        values = values.with(option, text);
    }
    values
}

/// Matches what is expected with what was found, one to one.
fn compare(
    db: &Database,
    file: FileId,
    expected: &[Expected],
    found: &[Diagnostic],
    at: &dyn Fn(usize) -> usize,
    failures: &mut Vec<Failure>,
) {
    let index = LineIndex::new(db.text(file));
    let line = |diagnostic: &Diagnostic| match diagnostic.primary().file == file {
        true => index.bytes(db.absolute(diagnostic.primary()).start as usize).line as usize,
        false => 0,
    };
    let warnings = expected.iter().any(|expected| expected.code.starts_with('W'));
    let mut open: Vec<&Expected> = expected.iter().collect();
    for diagnostic in found {
        if diagnostic.severity == Severity::Warning && !warnings {
            continue;
        }
        let fits = |expected: &&Expected| {
            expected.line == line(diagnostic)
                && expected.code == diagnostic.code.0
                && expected.words.as_ref().is_none_or(|words| diagnostic.message.contains(words.as_str()))
        };
        match open.iter().position(fits) {
            Some(position) => drop(open.remove(position)),
            None => failures.push(Failure {
                line: at(line(diagnostic)),
                message: format!(
                    "unexpected {} «{}»{}",
                    diagnostic.code,
                    diagnostic.message,
                    elsewhere(db, file, diagnostic)
                ),
            }),
        }
    }
    failures.extend(open.iter().map(|expected| Failure {
        line: at(expected.line),
        message: format!(
            "expected {}{}",
            expected.code,
            expected.words.as_ref().map_or(String::new(), |w| format!(" \"{w}\""))
        ),
    }));
}

fn elsewhere(db: &Database, file: FileId, diagnostic: &Diagnostic) -> String {
    let place = diagnostic.primary();
    if place.file == file { String::new() } else { format!(" in {}", db.path(place.file)) }
}

/// Compares the types of `let`s with those that the text reveals.
fn reveal(db: &Database, file: FileId, text: &str, at: &dyn Fn(usize) -> usize, failures: &mut Vec<Failure>) {
    for (line, name, expected) in expectation::types(text) {
        let ty = unik_check::declared(db, file, &name).and_then(|def| unik_check::type_of(db, def));
        let is = ty.map_or("nothing".into(), |ty| unik_check::type_text(db, &ty));
        if is != expected {
            failures.push(Failure { line: at(line), message: format!("`{name}` is {is}, not {expected}") });
        }
    }
}

/// A view as it is.
fn shown(db: &Database, file: FileId, test: &Test, view: &View) -> String {
    let values = values(&[test.keys.clone(), view.keys.clone()].concat());
    let mode = if view.kind == ViewKind::Graph { Mode::Symbolic } else { Mode::Concrete };
    let evaluation = unik_eval::evaluate(db, file, view.unikernel.as_deref(), &values, mode);
    let Some(graph) = &evaluation.graph else {
        return evaluation.diagnostics.iter().map(|d| format!("{}: {}\n", d.code, d.message)).collect();
    };
    match view.kind {
        ViewKind::Graph | ViewKind::Evaluated => unik_graph::text::render(graph, db),
        ViewKind::Keys => unik_graph::text::keys(graph),
    }
}
