//! `unikc fmt FILE…`: the layout of files, written in place, or shown.
//!
//! Mistakes do not stop it: they are reported, and what they concern stays as it is. It looks at syntax alone, so it needs no
//! library and follows no import.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use clap::ArgMatches;
use unik_source::{Diagnostic, FileId, Place, Sources, Span};

use super::{failure, tell};
use crate::{diff, exit, layout, output};

/// Stands for standard input.
const STDIN: &str = "-";

/// A text that was read.
struct Source {
    /// As people know it.
    shown: String,
    /// Where it lies; nothing for standard input.
    path: Option<PathBuf>,
    text: String,
}

/// What is done with files that are not in their layout.
#[derive(Clone, Copy)]
struct Task {
    check: bool,
    diff: bool,
}

/// Lays them out.
pub(crate) fn run(matches: &ArgMatches) -> u8 {
    let given: Vec<&PathBuf> = matches.get_many::<PathBuf>("FILES").into_iter().flatten().collect();
    let task = Task { check: matches.get_flag("check"), diff: matches.get_flag("diff") };
    if given.len() > 1 && given.iter().any(|path| path.as_os_str() == STDIN) {
        output::error("standard input and files cannot be laid out together");
        return exit::USAGE;
    }
    let mut code = exit::SUCCESS;
    let sources = read(&given, |reason| code = failure(reason));
    for source in &sources {
        match lay_out(source, task) {
            Ok(true) => {}
            Ok(false) => code = exit::FAILURE,
            Err(reason) => code = failure(format_args!("cannot write `{}`: {reason}", source.shown)),
        }
    }
    let mistakes: Vec<Diagnostic> =
        sources.iter().zip(0..).flat_map(|(source, nth)| mistakes(&source.text, FileId(nth))).collect();
    tell(&Read(sources), &mistakes);
    if mistakes.iter().any(Diagnostic::is_error) { exit::FAILURE } else { code }
}

/// Writes or shows the layout of a text. Whether all is well: it is in its layout, or need not be.
fn lay_out(source: &Source, task: Task) -> io::Result<bool> {
    let formatted = unik_syntax::format(&source.text);
    let differs = formatted != source.text;
    match &source.path {
        _ if task.diff && differs => {
            let edits = unik_syntax::format_edits(&source.text);
            output::out(&diff::unified(&source.shown, &source.text, &edits));
        }
        _ if task.check && differs => output::out(&format!("{}\n", source.shown)),
        _ if task.check || task.diff => {}
        None => output::out(&formatted),
        Some(path) if differs => {
            replace(path, &formatted)?;
            output::progress("Formatted", &source.shown);
        }
        Some(_) => {}
    }
    Ok(!(task.check && differs))
}

/// Puts a new text in the place of a file, with the old one's permissions: whoever reads it sees one or the other. A link stays one.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let path = fs::canonicalize(path)?;
    let permissions = fs::metadata(&path)?.permissions();
    if permissions.readonly() {
        return Err(io::Error::other("it is read-only"));
    }
    layout::replace(&path, |fresh| {
        fs::write(fresh, text).and_then(|()| fs::set_permissions(fresh, permissions))
    })
}

/// The texts that are meant, each once. `refused` hears of those that cannot be read.
fn read(given: &[&PathBuf], mut refused: impl FnMut(String)) -> Vec<Source> {
    let mut paths = Vec::new();
    for path in given {
        match path.is_dir() {
            false => paths.push(path.to_path_buf()),
            true => match below(path) {
                Ok(found) if found.is_empty() => {
                    refused(format!("there is no `.unik` file in `{}`", path.display()))
                }
                Ok(found) => paths.extend(found),
                Err(reason) => refused(format!("cannot read `{}`: {reason}", path.display())),
            },
        }
    }
    let mut seen = BTreeSet::new();
    paths.retain(|path| seen.insert(path.clone()));
    let mut sources = Vec::new();
    for path in paths {
        let shown = path.display().to_string();
        match text_of(&path) {
            Ok(text) if path.as_os_str() == STDIN => {
                sources.push(Source { shown: "<stdin>".into(), path: None, text });
            }
            Ok(text) => sources.push(Source { shown, path: Some(path), text }),
            Err(reason) => refused(format!("cannot read `{shown}`: {reason}")),
        }
    }
    sources
}

fn text_of(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    if path.as_os_str() == STDIN {
        io::stdin().lock().read_to_end(&mut bytes)?;
    } else if fs::metadata(path)?.is_file() {
        bytes = fs::read(path)?;
    } else {
        return Err(io::Error::other("it is not an ordinary file"));
    }
    String::from_utf8(bytes).map_err(|_| io::Error::other("it is not UTF-8"))
}

/// The `.unik` files in a folder and the folders in it, sorted; without what is built, what is hidden, and what links lead to.
fn below(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let (name, kind) = (entry.file_name(), entry.file_type()?);
            let hidden = name.as_encoded_bytes().starts_with(b".");
            if kind.is_dir() && !hidden && name != "target" {
                open.push(entry.path());
            } else if kind.is_file() && !hidden && entry.path().extension().is_some_and(|it| it == "unik") {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    Ok(found)
}

/// What the parser finds wrong with a text, counted from its start.
fn mistakes(text: &str, file: FileId) -> Vec<Diagnostic> {
    let mut all = Vec::new();
    for item in unik_syntax::split(text) {
        let base = Place::in_file(file, Span::at(0));
        let (_, mut found) = unik_syntax::parse_item(&text[item.span.range()], base);
        for diagnostic in &mut found {
            let labels = diagnostic.labels.iter_mut().map(|label| &mut label.place);
            let edits = diagnostic.fixes.iter_mut().flat_map(|fix| &mut fix.edits);
            for place in labels.chain(edits.map(|edit| &mut edit.place)) {
                place.span = place.span.shifted(item.span.start);
            }
        }
        all.append(&mut found);
    }
    all
}

/// The texts as diagnostics speak of them.
struct Read(Vec<Source>);

impl Sources for Read {
    fn path(&self, file: FileId) -> &str {
        self.0.get(file.0 as usize).map_or("", |source| &source.shown)
    }

    fn text(&self, file: FileId) -> &str {
        self.0.get(file.0 as usize).map_or("", |source| &source.text)
    }

    fn absolute(&self, place: Place) -> Span {
        place.span
    }
}
