//! The names of a whole file, and the one under a cursor.

use unik_check::item_of;
use unik_db::{Database, Db, Item, items};
use unik_source::{FileId, Place, Sources, Span};

use crate::host::Range;
use crate::occurrence::{Occurrence, Referent};
use crate::resolve::occurrences;

/// All names of a file that mean something, in the order of the text, with the item in which each stands. Their spans count from
/// the start of the file.
pub(crate) fn names_of<'db>(db: &'db Database, file: FileId) -> Vec<(Item<'db>, Occurrence)> {
    let Some(source) = db.source(file) else { return Vec::new() };
    unik_check::settle(db, file);
    items(db, source).iter().flat_map(|item| names_in(db, item)).collect()
}

/// The same of one item.
pub(crate) fn names_in<'db>(
    db: &'db Database,
    item: Item<'db>,
) -> impl Iterator<Item = (Item<'db>, Occurrence)> {
    let start = item.start(db);
    let found = occurrences(db, item).into_iter();
    found.map(move |mut found| {
        found.span = found.span.shifted(start);
        (item, found)
    })
}

/// The item at an offset of a file: the one that it stands in or right behind.
pub(crate) fn item_at<'db>(db: &'db Database, file: FileId, offset: u32) -> Option<Item<'db>> {
    let source = db.source(file)?;
    let span = |item: Item<'db>| Span::new(0, item.text(db).len()).shifted(item.start(db));
    items(db, source).iter().filter(|item| span(*item).touches(offset as usize)).last()
}

/// The name at an offset of a file. Of two that touch it the one that begins there counts.
pub(crate) fn name_at<'db>(db: &'db Database, file: FileId, offset: u32) -> Option<(Item<'db>, Occurrence)> {
    let item = item_at(db, file, offset)?;
    unik_check::settle(db, file);
    let touching = names_in(db, item).filter(|(_, found)| found.span.touches(offset as usize));
    touching.max_by_key(|(_, found)| found.span.start)
}

/// Where something is declared; nothing for what no file declares.
pub(crate) fn declaration(db: &Database, referent: &Referent) -> Option<Range> {
    let (id, span) = match referent {
        Referent::Item(id) => {
            let item = item_of(db, *id)?;
            let own = |found: &Occurrence| found.declares && found.referent == *referent;
            (*id, occurrences(db, item).into_iter().find(own)?.span)
        }
        Referent::Local(id, span) => (*id, *span),
        Referent::Case(id, case) => {
            let cases = crate::resolve::cases(db, *id);
            (*id, cases.into_iter().find(|(name, _, _)| name == case)?.2)
        }
        Referent::File(file) => return Some(Range { file: *file, span: Span::at(0) }),
        Referent::Role(_) | Referent::BuiltIn(_) => return None,
    };
    let place = Place { file: id.file, anchor: id.item, span };
    Some(Range { file: id.file, span: db.absolute(place) })
}
