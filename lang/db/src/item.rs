//! Files cut into items, and items parsed: the queries that stand between a keystroke and everything else.

use std::sync::Arc;

use smol_str::SmolStr;
use unik_source::{Anchor, Diagnostic, Place, Span};
use unik_syntax::tree;

use crate::{Db, SourceFile};

/// An item of a file. It is the same item as long as its keyword, its name and the number of equal ones before it
/// stay the same; its text and its place are read apart, so that moving it disturbs nobody.
#[salsa::tracked(debug)]
pub struct Item<'db> {
    /// The file it stands in.
    #[returns(copy)]
    pub file: SourceFile,
    /// Its number, unique in its file.
    #[returns(copy)]
    pub anchor: Anchor,
    /// `let`, `device`, …; empty for text that belongs to no item.
    pub keyword: SmolStr,
    /// Its name, if its header has one.
    pub name: Option<SmolStr>,
    /// What it says.
    #[tracked]
    pub text: Arc<str>,
}

impl Item<'_> {
    /// A range of this item.
    pub fn place(self, db: &dyn Db, span: Span) -> Place {
        Place { file: self.file(db).id(db), anchor: self.anchor(db), span }
    }

    /// Where it starts in its file. Whoever reads this is disturbed by every edit before the item.
    pub fn start(self, db: &dyn Db) -> u32 {
        let file = self.file(db);
        let at = items(db, file).position(self.anchor(db));
        at.and_then(|at| file.starts(db).get(at).copied()).unwrap_or(0)
    }
}

/// The last item of a file that starts at an offset or before.
pub fn item_before(db: &dyn Db, file: SourceFile, offset: u32) -> Option<Item<'_>> {
    let behind = file.starts(db).partition_point(|start| *start <= offset);
    items(db, file).list.get(behind.checked_sub(1)?).copied()
}

/// The items of a file in the order of the text.
#[derive(Debug, PartialEq, Eq, salsa::SalsaValue)]
pub struct Items<'db> {
    list: Vec<Item<'db>>,
    /// Sorted.
    by_anchor: Vec<(Anchor, u32)>,
}

impl<'db> Items<'db> {
    /// In the order of the text.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Item<'db>> + '_ {
        self.list.iter().copied()
    }

    /// The item with this number, if the file still has it.
    pub fn get(&self, anchor: Anchor) -> Option<Item<'db>> {
        self.list.get(self.position(anchor)?).copied()
    }

    fn position(&self, anchor: Anchor) -> Option<usize> {
        let at = self.by_anchor.binary_search_by_key(&anchor, |(anchor, _)| *anchor).ok()?;
        Some(self.by_anchor[at].1 as usize)
    }
}

/// The items of a file. Disturbed by each edit of an item, but not by one between items; what reads an item runs only if the item's
/// text changed.
#[salsa::tracked]
pub fn items(db: &dyn Db, file: SourceFile) -> Items<'_> {
    let pieces = &file.pieces(db).list;
    let made = pieces.iter().map(|piece| {
        Item::new(db, file, piece.anchor, piece.keyword.clone(), piece.name.clone(), piece.text.clone())
    });
    let list = made.collect();
    let mut by_anchor: Vec<(Anchor, u32)> = pieces.iter().map(|piece| piece.anchor).zip(0..).collect();
    by_anchor.sort_unstable();
    Items { list, by_anchor }
}

/// The tree of an item, and what is wrong with its syntax.
#[derive(Debug)]
pub struct Parsed {
    /// Spans in it count from the start of the item.
    pub tree: tree::Item,
    /// What the parser has to say.
    pub diagnostics: Vec<Diagnostic>,
}

/// Parses an item. Disturbed only by an edit inside the item.
#[salsa::tracked(no_eq)]
pub fn parsed<'db>(db: &'db dyn Db, item: Item<'db>) -> Parsed {
    let (tree, diagnostics) = unik_syntax::parse_item(item.text(db), item.place(db, Span::at(0)));
    Parsed { tree, diagnostics }
}
