//! What stands behind a declaration: for a module type the devices that make it, for whatever is written in Rust its place there.

use unik_check::core::{DefId, Type};
use unik_check::{Core, checked_core, id_of, item_of, subtype, type_of};
use unik_db::{Db, items, parsed};
use unik_source::FileId;
use unik_syntax::tree::{DeviceEntry, ItemKind, PlatformEntry, RustPath};

use crate::host::{Analysis, Range};
use crate::lookup::{declaration, item_at, name_at};
use crate::occurrence::Referent;
use crate::rust_source::rust_item;

impl Analysis {
    /// For a module type, or `Job`: the devices that make it or something that includes it, in this file's reach, the library and the
    /// crates. For a device its constructor in Rust, for a platform its crate.
    pub fn implementations(&self, file: FileId, offset: u32) -> Vec<Range> {
        let Some((_, name)) = name_at(&self.db, file, offset) else {
            return self.rust_at(file, offset).into_iter().collect();
        };
        match &name.referent {
            Referent::Item(id) => match checked_core(&self.db, *id) {
                Some(Core::ModuleType(_)) => self.devices_of_type(file, &Type::Module(*id)),
                Some(Core::Device(it)) => self.rust_of(it.rust.as_ref()),
                Some(Core::Platform(it)) => self.rust_of(it.rust.as_ref()),
                _ => Vec::new(),
            },
            Referent::BuiltIn(word) if word == "Job" => self.devices_of_type(file, &Type::Job),
            _ => Vec::new(),
        }
    }

    /// The devices that make something of a type, each by its name; sorted.
    fn devices_of_type(&self, file: FileId, wanted: &Type) -> Vec<Range> {
        let db = &self.db;
        let mut found = Vec::new();
        for file in self.files_known(file) {
            let Some(source) = db.source(file) else { continue };
            unik_check::settle(db, file);
            let devices = items(db, source).iter().filter(|item| item.keyword(db) == "device");
            let made = devices.map(|item| id_of(db, item)).filter(|id| {
                let made = match type_of(db, *id) {
                    Some(Type::Function(of)) => of.result.clone(),
                    Some(ty) => ty,
                    None => return false,
                };
                !made.has_unknown() && subtype(db, &made, wanted)
            });
            found.extend(made.filter_map(|id| declaration(db, &Referent::Item(id))));
        }
        found.sort_unstable();
        found
    }

    /// The files in reach of this one and of those that are open, the library and what the crates bring; sorted.
    pub(crate) fn files_known(&self, file: FileId) -> Vec<FileId> {
        let db = &self.db;
        let library = db.project().library(db).clone();
        let ours = library.std.iter().chain(&library.platforms).map(|known| db.open(&known.path));
        let mut files: Vec<FileId> = ours.chain(self.files_in_reach()).collect();
        files.extend(unik_check::reach(db, file));
        files.sort_unstable();
        files.dedup();
        files
    }

    /// Where the Rust path is declared that is written at an offset, in a device, a module type or a platform.
    pub(crate) fn rust_at(&self, file: FileId, offset: u32) -> Option<Range> {
        let item = item_at(&self.db, file, offset)?;
        let at = (offset as usize).checked_sub(item.start(&self.db) as usize)?;
        let here = |path: &&RustPath| path.span.touches(at);
        let path = match &parsed(&self.db, item).tree.kind {
            ItemKind::Device(it) => it.entries.iter().find_map(|entry| match entry {
                DeviceEntry::Rust(path) => Some(path).filter(here),
                _ => None,
            }),
            ItemKind::ModuleType(it) => it.rust_trait.as_ref().filter(here),
            ItemKind::Platform(it) => it.entries.iter().find_map(|entry| match entry {
                PlatformEntry::Rust(path) => Some(path).filter(here),
                _ => None,
            }),
            _ => None,
        };
        path?;
        self.rust_of(self.rust_path(id_of(&self.db, item))).pop()
    }

    /// The Rust path of a declaration.
    fn rust_path(&self, id: DefId) -> Option<&unik_graph::Rust> {
        match checked_core(&self.db, id).filter(|_| item_of(&self.db, id).is_some())? {
            Core::Device(it) => it.rust.as_ref(),
            Core::ModuleType(it) => it.rust_trait.as_ref(),
            Core::Platform(it) => it.rust.as_ref(),
            _ => None,
        }
    }

    fn rust_of(&self, rust: Option<&unik_graph::Rust>) -> Vec<Range> {
        rust.and_then(|rust| rust_item(&self.db, &rust.folder, &rust.path)).into_iter().collect()
    }
}
