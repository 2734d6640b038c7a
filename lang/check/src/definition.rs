//! Items by number: the way from a [`DefId`], which lives in types and in core, back to the item.

use crate::core::DefId;
use unik_db::{Db, Item, SourceFile, items};
use unik_source::Anchor;

/// A [`DefId`] as a key of queries, never forgotten.
#[salsa::interned(revisions = usize::MAX)]
struct Definition<'db> {
    #[returns(copy)]
    file: SourceFile,
    #[returns(copy)]
    anchor: Anchor,
}

/// The item with this id, if its file still has it. Disturbed only if the item comes or goes.
pub fn item_of(db: &dyn Db, id: DefId) -> Option<Item<'_>> {
    item_at(db, Definition::new(db, db.source(id.file)?, id.item))
}

/// The id of an item.
pub fn id_of(db: &dyn Db, item: Item<'_>) -> DefId {
    DefId { file: item.file(db).id(db), item: item.anchor(db) }
}

#[salsa::tracked(returns(copy))]
fn item_at<'db>(db: &'db dyn Db, definition: Definition<'db>) -> Option<Item<'db>> {
    items(db, definition.file(db)).get(definition.anchor(db))
}
