//! The items of a file, some at a time: what checking them gave, so that an edit makes nobody look at all of them again.
//!
//! A query that reads every item runs whenever one of them changes. Here only a few run again, and most often they say what they
//! said before.

use rustc_hash::FxHashSet;
use unik_db::{Db, Item, SourceFile, items};

use crate::symbol::Symbol;

/// How many items are looked at together: as few as it takes for the parts of a large file to be few as well.
const SIZE: usize = 128;

/// Some items in a row.
#[derive(Debug, Default, PartialEq, Eq, salsa::SalsaValue)]
struct Part<'db> {
    /// Those that have something wrong in themselves.
    wrong: Vec<Item<'db>>,
    /// Whether none has a mistake of syntax: otherwise they may use more.
    parses: bool,
    /// The names of the file's scope that they use, sorted.
    uses: Vec<Symbol>,
}

/// The items with this number of a part. Disturbed by whatever disturbs the check of one of them.
#[salsa::tracked]
fn part(db: &dyn Db, file: SourceFile, number: u32) -> Part<'_> {
    let mut part = Part { parses: true, ..Part::default() };
    for item in items(db, file).iter().skip(number as usize * SIZE).take(SIZE) {
        let checked = crate::checked(db, item);
        part.parses &= checked.parses;
        if !checked.parses || !checked.diagnostics.is_empty() {
            part.wrong.push(item);
        }
        part.uses.extend(checked.uses.iter().cloned().map(Symbol::from));
    }
    part.uses.sort_unstable();
    part.uses.dedup();
    part
}

/// What a part uses; nothing if it does not parse. Most edits leave that as it is.
#[salsa::tracked]
fn uses(db: &dyn Db, file: SourceFile, number: u32) -> Option<Vec<Symbol>> {
    let part = part(db, file, number);
    part.parses.then(|| part.uses.clone())
}

fn numbers(db: &dyn Db, file: SourceFile) -> impl Iterator<Item = u32> {
    0..u32::try_from(items(db, file).iter().len().div_ceil(SIZE)).unwrap_or(u32::MAX)
}

/// The items of a file that have something wrong in themselves, in the order of the text.
pub(crate) fn wrong(db: &dyn Db, file: SourceFile) -> impl Iterator<Item = Item<'_>> {
    numbers(db, file).flat_map(move |number| part(db, file, number).wrong.iter().copied())
}

/// The names of a file's scope that its items use; nothing if one of them does not parse.
#[salsa::tracked]
pub(crate) fn used(db: &dyn Db, file: SourceFile) -> Option<FxHashSet<Symbol>> {
    let mut used = FxHashSet::default();
    used.reserve(items(db, file).iter().len());
    for number in numbers(db, file) {
        used.extend(uses(db, file, number).as_ref()?.iter().cloned());
    }
    Some(used)
}
