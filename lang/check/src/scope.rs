//! What a name means at the top of a file, what the file declares and what it imports, and which files it reaches.
//!
//! Whether the meaning fits the place where the name is used is decided by whoever asks.

use crate::declared::{Named, Word, declared};
use crate::import::import;
use crate::symbol::Symbol;
use rustc_hash::{FxHashMap, FxHashSet};
use unik_db::{Db, SourceFile, items};

/// The scope of a file. Disturbed by a change of its names, not of what they mean.
#[salsa::tracked]
pub(crate) fn scope(db: &dyn Db, file: SourceFile) -> FxHashMap<Symbol, Named<'_>> {
    let mut names: FxHashMap<Symbol, Named<'_>> =
        declared(db, file).iter().map(|(name, item)| (name.clone(), Named::Item(*item))).collect();
    for item in items(db, file).iter().filter(|item| item.keyword(db) == "import") {
        for (name, named) in &import(db, item).names {
            names.entry(name.clone()).or_insert(*named);
        }
    }
    names
}

/// What a name means in a file. This stands between an expression and the scope, so that a new name in a file
/// disturbs only those who use it.
#[salsa::tracked(returns(copy))]
pub(crate) fn named<'db>(db: &'db dyn Db, word: Word<'db>) -> Option<Named<'db>> {
    scope(db, word.file(db)).get(word.text(db)).copied()
}

/// A file and all the files that it imports, and they import, in the order in which they are met.
#[salsa::tracked]
pub(crate) fn reached(db: &dyn Db, file: SourceFile) -> Vec<SourceFile> {
    let mut files = vec![file];
    let mut seen: FxHashSet<SourceFile> = FxHashSet::from_iter([file]);
    let mut next = 0;
    while let Some(file) = files.get(next).copied() {
        next += 1;
        files.extend(imported_files(db, file).iter().filter(|file| seen.insert(**file)));
    }
    files
}

/// The files that a file imports itself, in the order of the text.
#[salsa::tracked]
fn imported_files(db: &dyn Db, file: SourceFile) -> Vec<SourceFile> {
    let imports = items(db, file).iter().filter(|item| item.keyword(db) == "import");
    imports.filter_map(|item| import(db, item).file).collect()
}
