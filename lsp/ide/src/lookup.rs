//! The names of a file that stand for something, and the one under a cursor.

use unik_check::item_of;
use unik_db::{Database, Db, Item, items, parsed};
use unik_source::{FileId, Place, Sources, Span};
use unik_syntax::tree::ItemKind;

use crate::host::Range;
use crate::occurrence::{Occurrence, Referent};
use crate::resolve::occurrences;

/// The names of a file that stand for something, in the order of the text, with the item in which each stands. Their spans count from
/// the start of the file. `called` is how it is called where it is declared: what has neither that nor an alias of it is not looked at.
pub(crate) fn names_for<'db>(
    db: &'db Database,
    file: FileId,
    referent: &Referent,
    called: Option<&str>,
) -> Vec<(Item<'db>, Occurrence)> {
    let Some(source) = db.source(file) else { return Vec::new() };
    // Whoever uses an alias has named it once as it is called.
    if called.is_some_and(|called| !source.text(db).as_str().contains(called)) {
        return Vec::new();
    }
    unik_check::settle(db, file);
    let all = items(db, source);
    let words: Option<Vec<&str>> = called.map(|called| {
        let aliases = all.iter().flat_map(|item| aliases_of(db, item, called));
        std::iter::once(called).chain(aliases).collect()
    });
    let near = |item: &Item<'_>| {
        let text = item.text(db);
        words.as_ref().is_none_or(|words| words.iter().any(|word| text.contains(word)))
    };
    let names = all.iter().filter(near).flat_map(|item| names_in(db, item));
    names.filter(|(_, name)| name.referent == *referent).collect()
}

/// How something is called where it is declared; nothing for files, which everybody calls as he likes.
pub(crate) fn called<'db>(db: &'db Database, referent: &'db Referent) -> Option<&'db str> {
    match referent {
        Referent::Item(_) | Referent::Local(..) | Referent::Case(..) => {
            declaration(db, referent).and_then(|range| db.text(range.file).get(range.span.range()))
        }
        Referent::Role(role) => Some(role.as_str()),
        Referent::BuiltIn(word) => Some(word.as_str()),
        Referent::File(_) => None,
    }
}

/// What an import calls something of this name.
fn aliases_of<'db>(db: &'db Database, item: Item<'db>, called: &str) -> Vec<&'db str> {
    if item.keyword(db) != "import" {
        return Vec::new();
    }
    let ItemKind::Import(it) = &parsed(db, item).tree.kind else { return Vec::new() };
    let named = it.names.iter().flatten().filter(|name| name.name.text == called);
    named.filter_map(|name| Some(name.alias.as_ref()?.text.as_str())).collect()
}

/// All names of an item that mean something, in the order of the text. Their spans count from the start of the file.
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
    let item = unik_db::item_before(db, db.source(file)?, offset)?;
    let span = Span::new(0, item.text(db).len()).shifted(item.start(db));
    span.touches(offset as usize).then_some(item)
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
