//! Worlds for tests: a small library, fixtures of several files in one text, and what comes out as short text.

use std::fmt::Write as _;
use std::sync::Arc;

use expect_test::Expect;
use unik_db::{Database, Library, LibraryFile, MemorySystem};
use unik_eval::{KeyValues, Mode};
use unik_source::{Diagnostic, FileId, LineIndex, Place, Sources};

const NET: &str = r#"
module type Network = trait unik::net::Network
module type Stack = trait unik::net::Stack
device tcp(port: Port, stack: Stack = target.stack): Network {
  rust Tcp::new
  exclusive stack, port as "TCP port"
}
device http(inner: Network): Network { rust Http::new }
"#;

const KV: &str = r#"
module type ReadOnly = trait unik::kv::ReadOnly
module type ReadWrite: ReadOnly = trait unik::kv::ReadWrite
device crunch(files: Files): ReadOnly { rust Crunch::new }
device direct(root: Path): ReadWrite {
  rust Direct::new
  targets unix
}
generative device mem: ReadWrite { rust Mem::new }
"#;

const LOG: &str = r#"
module type Reporter = trait unik::log::Reporter
device console: Reporter {
  rust Console::new
  /// Levels.
  run key log: Str = "info"
}
"#;

const UNIX: &str = r#"
import std/net
platform unix {
  rust unik_unix
  stack = sockets
}
device sockets: net.Stack {
  rust Sockets::new
  targets unix
}
"#;

/// A database with the small library, two folders, and the files of a fixture: after lines `//- /name.unik`; text before
/// the first such line is `/app.unik`. `//- /std/name` and `//- /platforms/name` belong to the library, and
/// take the place of what is there.
pub(crate) fn world(fixture: &str) -> (Database, FileId) {
    let mut files: Vec<(String, String)> = vec![("app.unik".into(), String::new())];
    for line in fixture.split_inclusive('\n') {
        match line.strip_prefix("//- /") {
            Some(name) => files.push((name.trim().to_owned(), String::new())),
            None => files.last_mut().unwrap().1.push_str(line),
        }
    }
    let shelves = ["std", "platforms"];
    let mut shelved = Vec::new();
    files.retain(|(name, text)| {
        let on_shelf = name.split_once('/').filter(|(shelf, _)| shelves.contains(shelf));
        shelved.extend(on_shelf.map(|(shelf, name)| (shelf.to_owned(), name.to_owned(), text.clone())));
        on_shelf.is_none()
    });
    files.push(("data/index.html".into(), String::new()));
    files.push(("other/index.html".into(), String::new()));
    let mut library = Library::default();
    let mut shelve = |kind: &str, name: &str, text: &str| {
        let path = format!("library/{name}/{name}.unik");
        let file = LibraryFile { name: name.into(), path: path.as_str().into() };
        match kind {
            "std" => library.std.push(file),
            _ => library.platforms.push(file),
        }
        files.push((path, text.to_owned()));
    };
    for (shelf, name, text) in
        [("std", "net", NET), ("std", "kv", KV), ("std", "log", LOG), ("platforms", "unix", UNIX)]
    {
        if !shelved.iter().any(|other| (other.0.as_str(), other.1.as_str()) == (shelf, name)) {
            shelve(shelf, name, text);
        }
    }
    for (shelf, name, text) in &shelved {
        shelve(shelf, name, text);
    }
    let db = Database::new(Arc::new(MemorySystem::new(files)), library);
    let file = db.open("app.unik");
    (db, file)
}

/// Runs a command on a fixture: `graph` with keys as symbols, `eval` with their values, `check`; then options. What
/// comes out is the graph as text, if there is one, and what is wrong.
#[track_caller]
pub(crate) fn check(command: &str, fixture: &str, expected: Expect) {
    let (db, file) = world(fixture);
    expected.assert_eq(&said(&db, file, command));
}

/// What a command on a file gives.
pub(crate) fn said(db: &Database, file: FileId, command: &str) -> String {
    let mut words = command.split(' ');
    let mode = match words.next() {
        Some("graph") => Mode::Symbolic,
        Some("eval") => Mode::Concrete,
        Some("check") => return diagnostics(db, file, &unik_eval::check_file(db, file)),
        command => panic!("no such command: {command:?}"),
    };
    let mut values = KeyValues::default();
    let mut unikernel = None;
    while let Some(option) = words.next() {
        let value = words.next().unwrap_or_default();
        match option.strip_prefix("--") {
            Some("unikernel") => unikernel = Some(value),
            Some(option) => values = values.with(option, value),
            None => panic!("no option: {option}"),
        }
    }
    let outcome = unik_eval::evaluate(db, file, unikernel, &values, mode);
    let mut out = String::new();
    if let Some(graph) = &outcome.graph {
        let text = unik_graph::text::render(graph, db);
        out.push_str(text.split_once("\n\n").map_or("", |(_, rest)| rest));
    }
    let mut all = unik_check::reach(db, file)
        .into_iter()
        .flat_map(|file| unik_check::diagnostics(db, file))
        .filter(Diagnostic::is_error)
        .collect::<Vec<_>>();
    all.extend(outcome.diagnostics);
    out + &diagnostics(db, file, &all)
}

fn diagnostics(db: &Database, root: FileId, diagnostics: &[Diagnostic]) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        writeln!(out, "{} {}", diagnostic.code, diagnostic.message).unwrap();
        for label in &diagnostic.labels {
            let mark = if label.primary { "^" } else { "-" };
            let (at, text) = (at(db, root, label.place), text(db, label.place));
            writeln!(out, "  {mark} {at} «{text}» {}", label.message).unwrap();
        }
        for note in &diagnostic.notes {
            writeln!(out, "  note: {note}").unwrap();
        }
        if let Some(help) = &diagnostic.help {
            writeln!(out, "  help: {help}").unwrap();
        }
    }
    out
}

fn text(db: &Database, place: Place) -> String {
    db.text(place.file)[db.absolute(place).range()].split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Where a place begins: line and column, and the file if it is not the root.
pub(crate) fn at(db: &Database, root: FileId, place: Place) -> String {
    let text = db.text(place.file);
    let start = LineIndex::new(text).chars(text, db.absolute(place).start as usize);
    let file = if place.file == root { String::new() } else { format!("{}:", db.path(place.file)) };
    format!("{file}{}:{}", start.line + 1, start.column + 1)
}
