//! What is wrong with a file and those that it imports, seen together: what one of them declares for another is used,
//! which no file sees alone.

use rustc_hash::FxHashSet;
use unik_db::{Db, Item, SourceFile, items, parsed};
use unik_source::{Diagnostic, FileId, Place};
use unik_syntax::tree::ItemKind;

use crate::codes;
use crate::declared::{Named, Word, exported};
use crate::file::file_diagnostics;
use crate::mention::{Mentioned, mentioned};
use crate::scope::{named, reached};

/// Everything that is wrong with a file and all in its reach, file by file.
pub fn diagnostics_in_reach(db: &dyn Db, file: FileId) -> Vec<Diagnostic> {
    let Some(file) = db.source(file) else { return Vec::new() };
    items(db, file);
    let files = reached(db, file);
    let mut found: Vec<Diagnostic> = files.iter().flat_map(|file| file_diagnostics(db, *file)).collect();
    let idle = |diagnostic: &Diagnostic| matches!(diagnostic.code, codes::UNUSED_LET | codes::UNUSED_KEY);
    if files.len() > 1 && found.iter().any(idle) {
        let used = used_by_others(db, files);
        found.retain(|diagnostic| !idle(diagnostic) || !used.contains(&diagnostic.primary()));
    }
    found
}

/// Where the names of those `let`s and keys stand that another file uses.
fn used_by_others<'db>(db: &'db dyn Db, files: &[SourceFile]) -> FxHashSet<Place> {
    let mut used = FxHashSet::default();
    for file in files {
        let word = |file, name: &smol_str::SmolStr| Word::new(db, file, name.clone());
        let mut see = |mention: &Mentioned| {
            let found: Option<Item<'db>> = match mention {
                Mentioned::Name(name) => match named(db, word(*file, name)) {
                    Some(Named::Item(item)) => Some(item),
                    Some(Named::Module(_) | Named::Unknown) | None => None,
                },
                Mentioned::Member(module, name) => match named(db, word(*file, module)) {
                    Some(Named::Module(other)) => exported(db, word(other, name)),
                    Some(Named::Item(_) | Named::Unknown) | None => None,
                },
            };
            if let Some(item) = found.filter(|item| item.file(db) != *file) {
                used.extend(declared_at(db, item));
            }
        };
        items(db, *file).iter().for_each(|item| mentioned(db, item).iter().for_each(&mut see));
    }
    used
}

fn declared_at(db: &dyn Db, item: Item<'_>) -> Option<Place> {
    match &parsed(db, item).tree.kind {
        ItemKind::Let(it) => Some(item.place(db, it.name.span)),
        ItemKind::Key(it) => Some(item.place(db, it.name.span)),
        _ => None,
    }
}
