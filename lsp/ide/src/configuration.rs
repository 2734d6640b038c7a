//! Values of keys and a target for the folders of a workspace.
//!
//! A configuration never makes a mistake in a text: what of it a file does not know is left aside, and what does not do is said where
//! keys are shown. What unikernels come to under it stands in `configured`.

use std::collections::BTreeMap;

use salsa::{Durability, Setter};
use smol_str::SmolStr;
use unik_db::{Database, path};
use unik_eval::KeyValues;
use unik_graph::{Key, Stage};

/// What people have chosen for a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Configuration {
    /// The name of a platform; without one the usual one counts.
    pub target: Option<SmolStr>,
    /// Values as behind an option, by the option without dashes. What is not there has its default.
    pub keys: BTreeMap<SmolStr, SmolStr>,
}

impl Configuration {
    /// The same for the evaluator.
    pub fn values(&self) -> KeyValues {
        let values = KeyValues { target: self.target.clone(), ..KeyValues::default() };
        self.keys.iter().fold(values, |values, (option, text)| values.with(option, text))
    }
}

/// A folder of the workspace. The one without a name is for files outside of all.
#[salsa::input(debug)]
pub(crate) struct Folder {
    /// What counts in it.
    pub(crate) configuration: Configuration,
}

/// The folders of the workspace by their paths.
#[derive(Clone, Debug, Default)]
pub(crate) struct Folders(BTreeMap<SmolStr, Folder>);

impl Folders {
    /// Sets what counts in a folder. Gives whether that is something else than before.
    pub(crate) fn set(&mut self, db: &mut Database, folder: &str, configuration: Configuration) -> bool {
        let folder = path::join("", folder);
        match self.0.get(&folder).copied() {
            Some(known) if *known.configuration(db) == configuration => false,
            Some(known) => {
                known.set_configuration(db).with_durability(Durability::MEDIUM).to(configuration);
                true
            }
            None => {
                let new = Folder::builder(configuration).durability(Durability::MEDIUM).new(db);
                self.0.insert(folder, new);
                true
            }
        }
    }

    /// Nothing counts there any more.
    pub(crate) fn remove(&mut self, folder: &str) {
        self.0.remove(&path::join("", folder));
    }

    /// The innermost folder that the file at a path lies in.
    pub(crate) fn around(&self, mut path: &str) -> Option<Folder> {
        while !path.is_empty() && path != "/" {
            path = path::folder(path);
            if let Some(folder) = self.0.get(path) {
                return Some(*folder);
            }
        }
        self.0.get("").copied()
    }
}

/// Why a key does not take a value.
pub(crate) fn refusal(key: &Key, text: &str) -> Option<String> {
    if key.stage == Stage::Run {
        return Some("it has a value only at boot: it is a `run key`".to_owned());
    }
    let reason = key.ty.parse(text).err()?;
    Some(match text.get(reason.span.clone()) {
        Some(part) if !part.is_empty() && part != text => format!("«{part}»: {reason}"),
        _ => reason.to_string(),
    })
}
