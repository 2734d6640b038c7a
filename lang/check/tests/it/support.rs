//! Worlds for tests: fixtures of several files in one text, and diagnostics as short text.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use expect_test::Expect;
use unik_db::{Database, Library, LibraryFile, MemorySystem};
use unik_source::{Diagnostic, FileId, LineIndex, Place, Sources};

/// The folder of the repository.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The platforms that tests know, whatever others there are: what is said of all of them does not change with a new one.
const PLATFORMS: [&str; 2] = ["unix", "virtio"];

/// The real library, in memory.
pub(crate) fn library() -> (Library, Vec<(String, String)>) {
    let mut library = Library::default();
    let mut files = Vec::new();
    let mut add = |folder: &str, into: &mut Vec<LibraryFile>| {
        let mut folders: Vec<PathBuf> =
            fs::read_dir(repository().join(folder)).unwrap().map(|entry| entry.unwrap().path()).collect();
        folders.sort();
        for folder in folders {
            let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
            let path = folder.join(format!("{name}.unik"));
            let Ok(text) = fs::read_to_string(&path) else { continue };
            let known = format!("library/{name}/{name}.unik");
            into.push(LibraryFile { name: name.into(), path: known.as_str().into() });
            files.push((known, text));
        }
    };
    add("stdlib-devices", &mut library.std);
    add("platform-runtimes", &mut library.platforms);
    library.platforms.retain(|platform| PLATFORMS.contains(&&*platform.name));
    (library, files)
}

/// A fixture: files after lines `//- /name.unik`; text before the first such line is `/app.unik`.
pub(crate) fn files(fixture: &str) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = Vec::new();
    for line in fixture.split_inclusive('\n') {
        match line.strip_prefix("//- /") {
            Some(name) => files.push((name.trim().to_owned(), String::new())),
            None => {
                if files.is_empty() {
                    files.push(("app.unik".to_owned(), String::new()));
                }
                files.last_mut().unwrap().1.push_str(line);
            }
        }
    }
    files
}

/// A database with the real library and the files of a fixture, and the first of these.
pub(crate) fn world(fixture: &str) -> (Database, FileId) {
    let (library, mut all) = library();
    let files = files(fixture);
    let root = files.first().map_or("app.unik".to_owned(), |(name, _)| name.clone());
    all.extend(files);
    let db = Database::recording(Arc::new(MemorySystem::new(all)), library);
    let root = db.open(&root);
    (db, root)
}

/// Checks the first file of a fixture and all that it reaches, and compares everything that is said.
#[track_caller]
pub(crate) fn check(fixture: &str, expected: Expect) {
    let (db, root) = world(fixture);
    expected.assert_eq(&said(&db, root));
}

/// The diagnostics of a file and of all that it reaches.
pub(crate) fn all_diagnostics(db: &Database, root: FileId) -> Vec<Diagnostic> {
    unik_check::reach(db, root).into_iter().flat_map(|file| unik_check::diagnostics(db, file)).collect()
}

/// Everything that is said about a file and all that it reaches.
pub(crate) fn said(db: &Database, root: FileId) -> String {
    let mut out = String::new();
    for diagnostic in all_diagnostics(db, root) {
        let at = at(db, root, diagnostic.primary());
        writeln!(out, "{at} {} {}", diagnostic.code, diagnostic.message).unwrap();
        for label in &diagnostic.labels {
            if label.primary && label.message.is_empty() {
                continue;
            }
            let mark = if label.primary { "^" } else { "-" };
            writeln!(
                out,
                "  {mark} {} «{}» {}",
                self::at(db, root, label.place),
                text(db, label.place),
                label.message
            )
            .unwrap();
        }
        for note in &diagnostic.notes {
            writeln!(out, "  note: {note}").unwrap();
        }
        if let Some(help) = &diagnostic.help {
            writeln!(out, "  help: {help}").unwrap();
        }
        for fix in &diagnostic.fixes {
            let edits: Vec<String> = fix
                .edits
                .iter()
                .map(|edit| {
                    format!("{} «{}» → «{}»", self::at(db, root, edit.place), text(db, edit.place), edit.text)
                })
                .collect();
            writeln!(out, "  fix: {}: {}", fix.title, edits.join(", ")).unwrap();
        }
    }
    out
}

fn text(db: &Database, place: Place) -> &str {
    &db.text(place.file)[db.absolute(place).range()]
}

fn at(db: &Database, root: FileId, place: Place) -> String {
    let span = db.absolute(place);
    let index = LineIndex::new(db.text(place.file));
    let start = index.chars(db.text(place.file), span.start as usize);
    let file = if place.file == root { String::new() } else { format!("{}:", db.path(place.file)) };
    format!("{file}{}:{}", start.line + 1, start.column + 1)
}

/// The text after the first fix of each diagnostic has been made.
pub(crate) fn mended(db: &Database, root: FileId) -> String {
    let mut edits: Vec<_> = unik_check::diagnostics(db, root)
        .iter()
        .filter_map(|diagnostic| diagnostic.fixes.first())
        .flat_map(|fix| fix.edits.clone())
        .map(|edit| (db.absolute(edit.place), edit.text))
        .collect();
    edits.sort_by_key(|(span, _)| std::cmp::Reverse(*span));
    let mut text = db.text(root).to_owned();
    for (span, new) in edits {
        text.replace_range(span.range(), &new);
    }
    text
}
