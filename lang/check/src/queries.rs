//! What others ask of this crate.

use std::fmt;
use std::sync::Arc;

use smol_str::SmolStr;
use unik_db::{Db, Item, Items, items};
use unik_graph::value::EnumType;
use unik_source::{Anchor, Diagnostic, FileId};

use crate::choice;
use crate::core::{DefId, Device, Key, Let, ModuleType, Platform, Require, Type, Unikernel};
use crate::declared::declared as declarations;
use crate::definition::{id_of, item_of};
use crate::file::file_diagnostics;
use crate::item::Core;
use crate::order::settled;
use crate::platforms::platform_items;
use crate::scope::reached;
use crate::signature::{Signature, signature};

/// Everything that is wrong in one file, syntax included, in the order of the text.
pub fn diagnostics(db: &dyn Db, file: FileId) -> Vec<Diagnostic> {
    db.source(file).map_or_else(Vec::new, |file| file_diagnostics(db, file))
}

/// A file and all the files that it imports, and they import, in the order in which they are met. The files of
/// platforms are not among them, unless they are imported.
pub fn reach(db: &dyn Db, file: FileId) -> Vec<FileId> {
    let Some(file) = db.source(file) else { return Vec::new() };
    items(db, file);
    reached(db, file).iter().map(|file| file.id(db)).collect()
}

/// The unikernels of a file in the order of the text.
pub fn unikernels(db: &dyn Db, file: FileId) -> Vec<(SmolStr, DefId)> {
    named_items(db, file, "unikernel")
}

/// The keys at the top of a file in the order of the text.
pub fn keys_of_file(db: &dyn Db, file: FileId) -> Vec<(SmolStr, DefId)> {
    named_items(db, file, "key")
}

/// The requirements of a file in the order of the text.
pub fn requires(db: &dyn Db, file: FileId) -> Vec<DefId> {
    let Some(file) = db.source(file) else { return Vec::new() };
    let requires = items(db, file).iter().filter(|item| item.keyword(db) == "require");
    requires.map(|item| id_of(db, item)).collect()
}

/// The platforms in reach of a file: the values of `target` there, in their order.
pub fn platforms(db: &dyn Db, file: FileId) -> Vec<(SmolStr, DefId)> {
    let Some(file) = db.source(file) else { return Vec::new() };
    platform_items(db, file).iter().map(|(name, item)| (name.text().clone(), id_of(db, *item))).collect()
}

/// The type of `target` in a file. Its cases differ from file to file: compare targets by name.
pub fn target_type(db: &dyn Db, file: FileId) -> Option<Arc<EnumType>> {
    Some(choice::target_type(db, db.source(file)?).clone())
}

/// The type of an item as an expression: of a `let`, a device or a key.
pub fn type_of(db: &dyn Db, id: DefId) -> Option<Type> {
    let item = item_of(db, id)?;
    settled(db, item.file(db));
    match signature(db, item) {
        Signature::Value(_) | Signature::Function(_) => Some(signature(db, item).ty()),
        Signature::Type | Signature::Unknown => None,
    }
}

/// What a name at the top of a file stands for there, if it is declared in the file.
pub fn declared(db: &dyn Db, file: FileId, name: &str) -> Option<DefId> {
    let file = db.source(file)?;
    declarations(db, file).get(&SmolStr::new(name)).map(|item| id_of(db, *item))
}

fn named_items(db: &dyn Db, file: FileId, keyword: &str) -> Vec<(SmolStr, DefId)> {
    let Some(file) = db.source(file) else { return Vec::new() };
    let named = items(db, file).iter().filter(|item| item.keyword(db) == keyword);
    named.filter_map(|item| Some((item.name(db).clone()?, id_of(db, item)))).collect()
}

/// Checks everything that the files in reach of a file lead to. Whoever asks for many items from outside of all queries
/// asks for this before: it takes less than the items one by one.
pub fn settle(db: &dyn Db, file: FileId) {
    for file in reach(db, file) {
        if let Some(file) = db.source(file) {
            crate::order::settle(db, file);
        }
    }
}

/// The core of an item, whatever it is. Its file is settled first, so that no chain of definitions is too long for the
/// stack.
pub fn checked_core(db: &dyn Db, id: DefId) -> Option<&Core> {
    let file = db.source(id.file)?;
    settled(db, file);
    let item: Item<'_> = items(db, file).get(id.item)?;
    Some(&crate::checked(db, item).core)
}

/// The checked items of a file, for whoever asks for many of them.
#[derive(Clone, Copy)]
pub struct Cores<'db> {
    db: &'db dyn Db,
    items: &'db Items<'db>,
}

/// The checked items of a file. It is settled here, once, as in [`checked_core`].
pub fn cores(db: &dyn Db, file: FileId) -> Option<Cores<'_>> {
    let file = db.source(file)?;
    settled(db, file);
    Some(Cores { db, items: items(db, file) })
}

impl<'db> Cores<'db> {
    /// The core of the item with this number.
    pub fn get(&self, item: Anchor) -> Option<&'db Core> {
        Some(&crate::checked(self.db, self.items.get(item)?).core)
    }
}

impl fmt::Debug for Cores<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cores").finish_non_exhaustive()
    }
}

macro_rules! checked {
    ($($(#[doc = $doc:literal])+ $name:ident: $variant:ident => $ty:ty;)+) => {
        $($(#[doc = $doc])+
        pub fn $name(db: &dyn Db, id: DefId) -> Option<Arc<$ty>> {
            match checked_core(db, id)? {
                Core::$variant(core) => Some(core.clone()),
                _ => None,
            }
        })+
    };
}

checked! {
    /// A `let`, checked.
    checked_let: Let => Let;
    /// A device, checked.
    checked_device: Device => Device;
    /// A key of a file, checked.
    checked_key: Key => Key;
    /// An enum.
    checked_enum: Enum => EnumType;
    /// A module type, checked.
    checked_module_type: ModuleType => ModuleType;
    /// A requirement, checked.
    checked_require: Require => Require;
    /// A unikernel, checked.
    checked_unikernel: Unikernel => Unikernel;
    /// A platform, checked.
    checked_platform: Platform => Platform;
}
