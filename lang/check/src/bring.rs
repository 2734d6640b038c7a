//! Names that this file does not know and another one declares: how to bring them in.
//!
//! A name is reached through the file that declares it, as in `kv.crunch`: what is imported already is used, else an import is
//! added. Looked into are the files that are imported, the standard library, and the crates of the folder.

use smol_str::{SmolStr, format_smolstr};
use unik_db::{Db, Item, SourceFile, items, parsed};
use unik_source::{Diagnostic, Edit, FileId, Fix, Place, Span};
use unik_syntax::tree::{ImportPath, ItemKind};

use crate::declared::{Word, exported};
use crate::import::{import, last_segment};
use crate::scope::named;

/// So many files are offered that declare a name.
const MOST: usize = 4;

/// What a name is to stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A `let`, a device or a key.
    Value,
    /// An enum or a module type.
    Type,
}

impl Kind {
    fn fits(self, keyword: &str) -> bool {
        match self {
            Self::Value => matches!(keyword, "let" | "device" | "key"),
            Self::Type => matches!(keyword, "enum" | "module type"),
        }
    }
}

/// The edit that imports a path into a file.
pub fn import_edit(db: &dyn Db, file: FileId, path: &str) -> Option<Edit> {
    let file = db.source(file)?;
    items(db, file);
    added(db, file, path.into())
}

/// Imports the file of the library or the crate that has this name.
pub(crate) fn bring_file(db: &dyn Db, file: SourceFile, name: &SmolStr) -> Option<Fix> {
    let path = match db.project().library(db).std(name) {
        Some(_) => format_smolstr!("std/{name}"),
        None if db.crates(file.folder(db)).contains_key(name) => format_smolstr!("crate {name}"),
        None => return None,
    };
    let title = format_smolstr!("import `{path}`");
    Some(Fix { title, edits: vec![added(db, file, path)?] })
}

/// Offers the files that declare an unknown name, which stands at `place`.
pub(crate) fn bring_name(
    db: &dyn Db,
    file: SourceFile,
    wrong: Diagnostic,
    place: Place,
    name: &SmolStr,
    kind: Kind,
) -> Diagnostic {
    let found = candidates(db, Word::new(db, file, name.clone()));
    let found: Vec<&Candidate> = found.iter().filter(|found| found.kind == kind).take(MOST).collect();
    let wrong = match (&wrong.help, found.as_slice()) {
        (None, [first, ..]) => wrong.help(format!("`{}` declares one", first.path)),
        _ => wrong,
    };
    found.into_iter().fold(wrong, |wrong, found| {
        let written = format!("{}.{name}", found.module);
        let mut edits = vec![Edit { place, text: written.as_str().into() }];
        let title = match found.imported {
            true => format!("replace by `{written}`"),
            false => {
                edits.extend(added(db, file, found.path.clone()));
                format!("replace by `{written}`, and import `{}`", found.path)
            }
        };
        wrong.fix_edits(title, edits)
    })
}

/// A file that declares a name.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Candidate {
    /// As an import writes it.
    path: SmolStr,
    /// The name by which the file is known here, or would be.
    module: SmolStr,
    imported: bool,
    kind: Kind,
}

/// The files that declare a name, those first that are imported. A name that is gone is often missed in many places, so this is
/// computed once for each name.
#[salsa::tracked]
fn candidates<'db>(db: &'db dyn Db, word: Word<'db>) -> Vec<Candidate> {
    let (file, name) = (word.file(db), word.text(db));
    let kind = |of: SourceFile| {
        let item = exported(db, Word::new(db, of, name.clone()))?;
        [Kind::Value, Kind::Type].into_iter().find(|kind| kind.fits(item.keyword(db)))
    };
    let mut found = Vec::new();
    for item in items(db, file).iter() {
        let ItemKind::Import(tree) = &parsed(db, item).tree.kind else { continue };
        let Some(module) = module_name(db, item) else { continue };
        if let Some(kind) = import(db, item).file.and_then(kind) {
            found.push(Candidate { path: path_text(&tree.path), module, imported: true, kind });
        }
    }
    let library = db
        .project()
        .library(db)
        .std
        .iter()
        .map(|known| (format_smolstr!("std/{}", known.name), known.name.clone(), known.path.clone()));
    let crates = db.crates(file.folder(db)).iter();
    let crates = crates.map(|(name, path)| (format_smolstr!("crate {name}"), name.clone(), path.clone()));
    for (path, module, host) in library.chain(crates) {
        let module = SmolStr::new(unik_db::path::name(&module));
        let taken = named(db, Word::new(db, file, module.clone())).is_some();
        let known = found.iter().any(|found: &Candidate| found.path == path);
        if let Some(kind) = kind(db.file(&host)).filter(|_| !taken && !known) {
            found.push(Candidate { path, module, imported: false, kind });
        }
    }
    found
}

/// The name that an import gives to its file, if it gives one.
fn module_name(db: &dyn Db, item: Item<'_>) -> Option<SmolStr> {
    let ItemKind::Import(tree) = &parsed(db, item).tree.kind else { return None };
    match (&tree.alias, &tree.names) {
        (Some(alias), _) => Some(alias.text.clone()),
        (None, None) => Some(last_segment(&tree.path)),
        (None, Some(_)) => None,
    }
}

fn path_text(path: &ImportPath) -> SmolStr {
    match path {
        ImportPath::Std(segments) => {
            let names: Vec<&str> = segments.iter().map(|segment| segment.text.as_str()).collect();
            names.join("/").into()
        }
        ImportPath::Relative(name) => name.text.clone(),
        ImportPath::Crate(name) => format_smolstr!("crate {}", name.text),
    }
}

/// The edit that imports a path.
fn added(db: &dyn Db, file: SourceFile, path: SmolStr) -> Option<Edit> {
    let (place, site) = import_site(db, Word::new(db, file, path.clone()))?;
    let text = match site {
        Site::Before => format_smolstr!("import {path}\n"),
        Site::Behind => format_smolstr!("\nimport {path}"),
        Site::First => format_smolstr!("import {path}\n\n"),
    };
    Some(Edit { place, text })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Site {
    Before,
    Behind,
    First,
}

/// Where an import of a path is put: among the others in the order of the alphabet, else in front of the first item. This stands
/// between an expression with a mistake and the items of its file.
#[salsa::tracked(returns(copy))]
fn import_site<'db>(db: &'db dyn Db, word: Word<'db>) -> Option<(Place, Site)> {
    let (file, path) = (word.file(db), word.text(db));
    let mut last: Option<Item<'db>> = None;
    for item in items(db, file).iter() {
        let ItemKind::Import(tree) = &parsed(db, item).tree.kind else { continue };
        if rank(&path_text(&tree.path)) > rank(path) {
            return Some((item.place(db, Span::at(0)), Site::Before));
        }
        last = Some(item);
    }
    match last {
        Some(last) => Some((last.place(db, Span::at(last.text(db).len())), Site::Behind)),
        None => Some((items(db, file).iter().next()?.place(db, Span::at(0)), Site::First)),
    }
}

/// The library comes first, then files, then crates.
fn rank(path: &str) -> (u8, &str) {
    let kind = match path {
        path if path.starts_with("std/") => 0,
        path if path.starts_with('.') => 1,
        _ => 2,
    };
    (kind, path)
}
