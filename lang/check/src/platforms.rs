//! Which platforms are in reach, which roles they have, and of what type.

use crate::core::Type;
use crate::declared::Word;
use crate::scope::reached;
use crate::symbol::Symbol;
use rustc_hash::FxHashSet;
use smol_str::SmolStr;
use unik_db::{Db, Item, SourceFile, items, parsed};
use unik_syntax::tree::{self, ItemKind, PlatformEntry};

/// The platforms in reach of a file, by name: those of the library, then those of the files it imports.
#[salsa::tracked]
pub(crate) fn platform_items(db: &dyn Db, file: SourceFile) -> Vec<(Symbol, Item<'_>)> {
    let library = db.project().library(db).platforms.iter().map(|known| db.file(&known.path));
    let mut seen = FxHashSet::default();
    let mut found: Vec<(Symbol, Item<'_>)> = Vec::new();
    for file in library.chain(reached(db, file).iter().copied()) {
        for item in items(db, file).iter().filter(|item| item.keyword(db) == "platform") {
            if let Some(name) = item.name(db)
                && seen.insert(name.clone())
            {
                found.push((name.clone().into(), item));
            }
        }
    }
    found
}

/// The names of a platform's roles, in order. An index among them is the number of a role.
#[salsa::tracked]
pub(crate) fn roles<'db>(db: &'db dyn Db, item: Item<'db>) -> Vec<SmolStr> {
    match &parsed(db, item).tree.kind {
        ItemKind::Platform(tree) => role_trees(tree).map(|(name, _)| name.text.clone()).collect(),
        _ => Vec::new(),
    }
}

/// The roles of a platform as written.
pub(crate) fn role_trees(tree: &tree::Platform) -> impl Iterator<Item = (&tree::Name, &tree::Expr)> {
    tree.entries.iter().filter_map(|entry| match entry {
        PlatformEntry::Role(name, body) => Some((name, body)),
        PlatformEntry::Rust(_)
        | PlatformEntry::Artifact(_)
        | PlatformEntry::Link(_)
        | PlatformEntry::Attach(_, _) => None,
    })
}

/// The type of a role on each platform in reach that has it.
#[salsa::tracked(cycle_result = no_types)]
pub(crate) fn role_types<'db>(db: &'db dyn Db, word: Word<'db>) -> Vec<(SmolStr, Type)> {
    let mut types = Vec::new();
    for (platform, item) in platform_items(db, word.file(db)) {
        if let Some((_, number)) = roles(db, *item).iter().zip(0..).find(|(role, _)| *role == word.text(db)) {
            types.push((platform.text().clone(), crate::role(db, *item, number).body.expr.ty.clone()));
        }
    }
    types
}

fn no_types(_: &dyn Db, _: salsa::Id, _: Word<'_>) -> Vec<(SmolStr, Type)> {
    Vec::new()
}
