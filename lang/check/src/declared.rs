//! What a file declares: the names that other files can reach in it.
//!
//! What its own imports bring is added by `scope`.

use crate::symbol::Symbol;
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use unik_db::{Db, Item, SourceFile, items};

/// What a name means at the top of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, salsa::SalsaValue)]
pub(crate) enum Named<'db> {
    /// A declaration, of this file or of another.
    Item(Item<'db>),
    /// Another file.
    Module(SourceFile),
    /// An import that failed and has been reported.
    Unknown,
}

/// A name in a file, as a key of queries. It is never forgotten: to see whether a name is still in use costs more, at each
/// edit and for each use, than to keep it.
#[salsa::interned(revisions = usize::MAX)]
pub(crate) struct Word<'db> {
    #[returns(copy)]
    pub(crate) file: SourceFile,
    pub(crate) text: SmolStr,
}

/// Whether an item with this keyword puts its name into the scope of its file. Unikernels and platforms have names,
/// but other places to be found in.
pub(crate) fn declares(keyword: &str) -> bool {
    matches!(keyword, "module type" | "enum" | "key" | "device" | "let")
}

/// What a file declares; of several equal names, the first. Other files see these names and no others.
#[salsa::tracked]
pub(crate) fn declared(db: &dyn Db, file: SourceFile) -> FxHashMap<Symbol, Item<'_>> {
    let mut names = FxHashMap::default();
    for item in items(db, file).iter().filter(|item| declares(item.keyword(db))) {
        if let Some(name) = item.name(db) {
            names.entry(name.clone().into()).or_insert(item);
        }
    }
    names
}

/// What a name means for those who write `file.name`.
#[salsa::tracked(returns(copy))]
pub(crate) fn exported<'db>(db: &'db dyn Db, word: Word<'db>) -> Option<Item<'db>> {
    declared(db, word.file(db)).get(word.text(db)).copied()
}
