//! `import std/net`, `import ./mine as m`, `import std/kv { ReadOnly }`, `import crate unik_redis`.

use smol_str::{SmolStr, format_smolstr};
use unik_db::{Db, Item, SourceFile, Text, parsed, path};
use unik_source::{Diagnostic, Span};
use unik_syntax::tree::{self, ImportPath};

use crate::codes;
use crate::declared::{Named, Word, declared, exported};
use crate::nearest::listed;
use crate::nearest::nearest;
use crate::symbol::Symbol;

/// What an import brings.
#[derive(Debug, Default, PartialEq, Eq, salsa::SalsaValue)]
pub(crate) struct Imported<'db> {
    /// The file, if there is one.
    pub(crate) file: Option<SourceFile>,
    /// The names that it puts into scope.
    pub(crate) names: Vec<(Symbol, Named<'db>)>,
    /// What is wrong with it.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// Resolves an import.
#[salsa::tracked]
pub(crate) fn import<'db>(db: &'db dyn Db, item: Item<'db>) -> Imported<'db> {
    let tree::ItemKind::Import(tree) = &parsed(db, item).tree.kind else { return Imported::default() };
    let mut diagnostics = Vec::new();
    let file = match find(db, item, tree) {
        Ok(file) => file,
        Err(diagnostic) => {
            diagnostics.push(*diagnostic);
            None
        }
    };
    let mut names = Vec::new();
    let module = file.map_or(Named::Unknown, Named::Module);
    if let Some(alias) = &tree.alias {
        names.push((alias.text.clone().into(), module));
    } else if tree.names.as_ref().is_none_or(Vec::is_empty) {
        let name = last_segment(&tree.path);
        if !is_name(&name) && !name.is_empty() {
            let place = item.place(db, tree.path_span);
            let message = format!("`{name}` cannot be used as a name");
            let wrong = Diagnostic::error(
                codes::IMPORT_NEEDS_NAME,
                message,
                place,
                "its last part would be the name",
            );
            let after = item.place(db, Span::at(tree.path_span.end as usize));
            let as_name = format!(" as {}", name.replace(|c: char| !c.is_ascii_alphanumeric(), "_"));
            diagnostics.push(
                wrong.help(format!("give it one: `{}`", as_name.trim())).fix("name it", after, as_name),
            );
        }
        names.push((name.into(), module));
    }
    for wanted in tree.names.iter().flatten() {
        let local = wanted.alias.as_ref().unwrap_or(&wanted.name).text.clone();
        let found = file.and_then(|file| exported(db, Word::new(db, file, wanted.name.text.clone())));
        if let (Some(file), None) = (file, found)
            && !wanted.name.text.is_empty()
        {
            diagnostics.push(no_such_name(db, item, file, &wanted.name));
        }
        names.push((local.into(), found.map_or(Named::Unknown, Named::Item)));
    }
    Imported { file, names, diagnostics }
}

/// The name that an import without `as` gives to the file.
pub(crate) fn last_segment(path: &ImportPath) -> SmolStr {
    match path {
        ImportPath::Std(segments) => segments.last().map_or(SmolStr::default(), |last| last.text.clone()),
        ImportPath::Relative(name) => SmolStr::new(path::name(&name.text)),
        ImportPath::Crate(name) => name.text.clone(),
    }
}

fn is_name(text: &str) -> bool {
    let start = |c: char| c.is_ascii_alphabetic() || c == '_';
    text.starts_with(start) && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The file that an import names; nothing where the parser has already complained.
fn find(db: &dyn Db, item: Item<'_>, tree: &tree::Import) -> Result<Option<SourceFile>, Box<Diagnostic>> {
    let place = item.place(db, tree.path_span);
    let found = match &tree.path {
        ImportPath::Std(segments) => {
            let names: Vec<&str> = segments.iter().map(|segment| segment.text.as_str()).collect();
            // The parser has said what is wrong with a path that does not start with `std`.
            let Some(("std", inside)) = names.split_first().map(|(first, inside)| (*first, inside)) else {
                return Ok(None);
            };
            if inside.is_empty() || inside.contains(&"") {
                return Ok(None);
            }
            let library = db.project().library(db);
            let (first, name) =
                (names.first().copied().unwrap_or(""), names.get(1..).unwrap_or_default().join("/"));
            match library.std(&name).filter(|_| first == "std") {
                Some(known) => db.file(&known.path),
                None => {
                    let written = names.join("/");
                    let message = format!("there is no `{written}` in the standard library");
                    let known: Vec<SmolStr> =
                        library.std.iter().map(|file| format_smolstr!("std/{}", file.name)).collect();
                    let mut wrong = Diagnostic::error(codes::NO_SUCH_FILE, message, place, "not found");
                    if let Some(near) = nearest(&written, known.iter()) {
                        wrong = wrong.help(format!("did you mean `{near}`?")).fix(
                            format!("replace by `{near}`"),
                            place,
                            near,
                        );
                    } else {
                        wrong = wrong.note(format!("it has {}", listed(&known)));
                    }
                    return Err(Box::new(wrong));
                }
            }
        }
        ImportPath::Relative(name) if name.text.is_empty() => return Ok(None),
        ImportPath::Relative(name) => {
            db.file(&path::join(item.file(db).folder(db), &format!("{}.unik", name.text)))
        }
        ImportPath::Crate(name) if name.text.is_empty() => return Ok(None),
        ImportPath::Crate(name) => match db.crates(item.file(db).folder(db)).get(&name.text) {
            Some(path) => db.file(path),
            None => {
                let message = format!("the crate `{}` is not a dependency with a `.unik` file", name.text);
                let wrong = Diagnostic::error(codes::NO_SUCH_CRATE, message, place, "not found by Cargo");
                let note =
                    "`import crate` takes the `.unik` file that a Cargo dependency of the application ships";
                let help = format!("add it beside this file: `cargo add {}`", name.text.replace('_', "-"));
                return Err(Box::new(wrong.note(note).help(help)));
            }
        },
    };
    if found == item.file(db) {
        let wrong = Diagnostic::error(
            codes::IMPORTS_ITSELF,
            "a file imports itself",
            place,
            "this is the file itself",
        );
        return Err(Box::new(wrong.note("its own names are in scope without an import")));
    }
    let why = match found.pieces(db).unread() {
        None | Some(Text::Read(_)) => return Ok(Some(found)),
        Some(Text::Missing) => {
            let message = format!("there is no file `{}`", found.path(db));
            let wrong = Diagnostic::error(codes::NO_SUCH_FILE, message, place, "imported here");
            return Err(Box::new(
                wrong.note("the path counts from the folder of this file, and `.unik` is added to it"),
            ));
        }
        Some(Text::NotUtf8) => SmolStr::new_static("it is not UTF-8"),
        Some(Text::Unreadable(why)) => why.clone(),
    };
    let message = format!("`{}` cannot be read", found.path(db));
    Err(Box::new(Diagnostic::error(codes::UNREADABLE, message, place, "imported here").note(why)))
}

/// `name` is not declared in `file`.
pub(crate) fn no_such_name(db: &dyn Db, item: Item<'_>, file: SourceFile, name: &tree::Name) -> Diagnostic {
    let place = item.place(db, name.span);
    let message = format!("`{}` declares no `{}`", file.module(db), name.text);
    let wrong = Diagnostic::error(codes::UNKNOWN_NAME, message, place, "not declared there");
    let mut known: Vec<&SmolStr> = declared(db, file).keys().map(Symbol::text).collect();
    known.sort_unstable();
    match nearest(&name.text, known.iter().copied()) {
        Some(near) => {
            wrong.help(format!("did you mean `{near}`?")).fix(format!("replace by `{near}`"), place, near)
        }
        None if known.is_empty() => wrong.note("it declares nothing"),
        None => wrong.note(format!("it declares {}", listed(known))),
    }
}
