//! What names mean, for those who show a file to people: editors and their like.
//!
//! It resolves nothing by itself: it reads the scopes that checking reads, and gives plain numbers.

use smol_str::SmolStr;
use unik_db::{Db, items};
use unik_source::FileId;
use unik_syntax::tree;

use crate::core::{DefId, Type};
use crate::declared::{Named, Word, declared};
use crate::definition::{id_of, item_of};
use crate::import::import;
use crate::scope::{named, scope};
use crate::type_ref::{TypeRefs, built_in_types};
use crate::type_text::text_in;

/// What a name at the top of a file stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Meaning {
    /// A declaration, of this file or of another.
    Item(DefId),
    /// An imported file.
    File(FileId),
}

/// What a name means in a file, imports included; nothing if it means nothing or its import failed.
pub fn meaning(db: &dyn Db, file: FileId, name: &str) -> Option<Meaning> {
    let file = db.source(file)?;
    plain(db, named(db, Word::new(db, file, SmolStr::new(name)))?)
}

/// All names that a file has in scope, sorted, those of the language left out.
pub fn names_in_scope(db: &dyn Db, file: FileId) -> Vec<(SmolStr, Meaning)> {
    let Some(file) = db.source(file) else { return Vec::new() };
    // The scope reads what outside of all queries nobody has computed yet.
    items(db, file);
    let known = scope(db, file).iter();
    let mut names: Vec<(SmolStr, Meaning)> =
        known.filter_map(|(name, named)| Some((name.text().clone(), plain(db, *named)?))).collect();
    names.sort_unstable();
    names
}

/// All names that a file declares for others, sorted.
pub fn names_declared(db: &dyn Db, file: FileId) -> Vec<(SmolStr, DefId)> {
    let Some(file) = db.source(file) else { return Vec::new() };
    let known = declared(db, file).iter();
    let mut names: Vec<(SmolStr, DefId)> =
        known.map(|(name, item)| (name.text().clone(), id_of(db, *item))).collect();
    names.sort_unstable();
    names
}

/// The file that an import brings, if there is one.
pub fn imported_file(db: &dyn Db, import_item: DefId) -> Option<FileId> {
    let item = item_of(db, import_item)?;
    (item.keyword(db) == "import").then(|| import(db, item).file.map(|file| file.id(db)))?
}

/// A type that is written in an item.
pub fn written_type(db: &dyn Db, item: DefId, written: &tree::Type) -> Type {
    item_of(db, item).map_or(Type::Unknown, |item| TypeRefs::new(db, item).resolve(written))
}

/// A type as people write it in a file: `net.Stack`, and without the file's name what the file declares itself.
pub fn type_as_written(db: &dyn Db, file: FileId, ty: &Type) -> String {
    text_in(db, db.source(file), ty)
}

/// The names of the types that the language brings, `List` and `Option` among them.
pub fn language_types() -> impl Iterator<Item = &'static str> {
    built_in_types().chain(["List", "Option"])
}

/// Whether a name belongs to the language, so that no declaration can have it.
pub fn is_of_language(name: &str) -> bool {
    crate::type_ref::is_built_in(name)
}

fn plain(db: &dyn Db, named: Named<'_>) -> Option<Meaning> {
    match named {
        Named::Item(item) => Some(Meaning::Item(id_of(db, item))),
        Named::Module(file) => Some(Meaning::File(file.id(db))),
        Named::Unknown => None,
    }
}
