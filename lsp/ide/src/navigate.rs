//! From a name to what it stands for, and back: definition, references, highlights.

use unik_check::item_of;
use unik_db::Item;
use unik_source::FileId;

use crate::host::{Analysis, Range};
use crate::lookup::{called, declaration, name_at, names_for, names_in};
use crate::occurrence::{Occurrence, Referent};

/// A place where a name is used or declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    /// Where.
    pub range: Range,
    /// Whether this is its declaration.
    pub declares: bool,
}

impl Analysis {
    /// Where what the name at an offset stands for is declared, into the library too. A role is declared by each platform in reach, a
    /// Rust path in the crate.
    pub fn definition(&self, file: FileId, offset: u32) -> Vec<Range> {
        let Some((_, name)) = name_at(&self.db, file, offset) else {
            return self.rust_at(file, offset).into_iter().collect();
        };
        match &name.referent {
            Referent::Role(_) => self.roles(file, &name.referent),
            referent => declaration(&self.db, referent).into_iter().collect(),
        }
    }

    /// All places in the files of the workspace, in those in their reach, and in this one, where what the name at an offset stands for is named;
    /// sorted.
    pub fn references(&self, file: FileId, offset: u32) -> Vec<Reference> {
        let Some((_, name)) = name_at(&self.db, file, offset) else { return Vec::new() };
        self.named(file, &name.referent).into_iter().map(|(_, reference)| reference).collect()
    }

    /// The places in one file where what the name at an offset stands for is named.
    pub fn highlights(&self, file: FileId, offset: u32) -> Vec<Reference> {
        let Some((_, name)) = name_at(&self.db, file, offset) else { return Vec::new() };
        let same = names_for(&self.db, file, &name.referent, called(&self.db, &name.referent)).into_iter();
        same.map(|(_, other)| reference(file, &other)).collect()
    }

    /// Where a role is given a meaning: on each platform in reach of a file.
    fn roles(&self, file: FileId, role: &Referent) -> Vec<Range> {
        let platforms = unik_check::platforms(&self.db, file).into_iter();
        let platforms = platforms.filter_map(|(_, platform)| item_of(&self.db, platform));
        let names = platforms.flat_map(|platform| names_in(&self.db, platform));
        let names = names.filter(|(_, name)| name.declares && name.referent == *role);
        names.map(|(item, name)| Range { file: item.file(&self.db).id(&self.db), span: name.span }).collect()
    }

    /// The names in all files that stand for something, each with the text that it has.
    pub(crate) fn named(&self, file: FileId, referent: &Referent) -> Vec<(&str, Reference)> {
        let found = self.named_in_items(file, referent).into_iter();
        let found = found.map(|(item, name)| {
            let file = item.file(&self.db).id(&self.db);
            (&self.text(file)[name.span.range()], reference(file, &name))
        });
        found.collect()
    }

    /// The names in all files that stand for something, each with the item in which it stands; by file, then as in the text.
    pub(crate) fn named_in_items(&self, file: FileId, referent: &Referent) -> Vec<(Item<'_>, Occurrence)> {
        let mut files = self.files_in_reach();
        files.extend(unik_check::reach(&self.db, file));
        files.sort_unstable();
        files.dedup();
        let called = called(&self.db, referent);
        files.into_iter().flat_map(|file| names_for(&self.db, file, referent, called)).collect()
    }
}

fn reference(file: FileId, name: &Occurrence) -> Reference {
    Reference { range: Range { file, span: name.span }, declares: name.declares }
}
