//! The crate beside a `.unik` file: its name and version, from the manifest there, read through the system.

use std::collections::BTreeMap;

use smol_str::SmolStr;
use toml::{Table, Value};
use unik_db::{Database, path};

/// How many folders up a workspace is looked for: the working directory has always another one above it.
const DEEPEST: usize = 32;

/// A crate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crate {
    /// Its name.
    pub name: SmolStr,
    /// Its version, if a manifest says it.
    pub version: Option<SmolStr>,
}

/// Manifests that have been read.
#[derive(Debug, Default)]
pub(crate) struct Manifests {
    read: BTreeMap<SmolStr, Option<Table>>,
}

impl Manifests {
    /// The crate in a folder, if there is one.
    pub(crate) fn in_folder(&mut self, db: &Database, folder: &str) -> Option<Crate> {
        let package = self.table(db, folder)?.get("package")?.as_table()?.clone();
        let name = SmolStr::new(package.get("name")?.as_str()?);
        let version = match package.get("version") {
            Some(Value::String(version)) => Some(SmolStr::new(version)),
            Some(Value::Table(inherited))
                if inherited.get("workspace").and_then(Value::as_bool) == Some(true) =>
            {
                self.inherited(db, folder)
            }
            _ => None,
        };
        Some(Crate { name, version })
    }

    /// The version that the workspace around a folder gives to its crates.
    fn inherited(&mut self, db: &Database, folder: &str) -> Option<SmolStr> {
        let mut at = SmolStr::new(folder);
        for _ in 0..DEEPEST {
            let workspace = self.table(db, &at).and_then(|table| table.get("workspace")?.as_table());
            if let Some(workspace) = workspace {
                return workspace.get("package")?.get("version")?.as_str().map(SmolStr::new);
            }
            let above = path::join(&at, "..");
            if above == at {
                return None;
            }
            at = above;
        }
        None
    }

    fn table(&mut self, db: &Database, folder: &str) -> Option<&Table> {
        let read = || db.system().read_file(&path::join(folder, "Cargo.toml")).ok()?.parse().ok();
        self.read.entry(folder.into()).or_insert_with(read).as_ref()
    }
}
