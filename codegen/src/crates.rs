//! The crates that the generated one depends on: each once, each under a name of its own, and only those that are
//! used.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use smol_str::SmolStr;
use unik_graph::Rust;
use unik_source::{Diagnostic, Place};

use crate::codes;
use crate::resolution::{CrateInfo, Resolution, of_device_api};

/// A dependency of the generated crate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Dependency {
    /// Its key in the manifest.
    pub key: String,
    /// The name of its package, if the key differs from it.
    pub package: Option<String>,
    /// Its folder.
    pub path: String,
    /// Its version, if known.
    pub version: Option<String>,
    /// The features that the devices ask for, sorted.
    pub features: BTreeSet<String>,
}

/// The crates that have been used so far.
#[derive(Clone, Debug)]
pub(crate) struct Crates<'r> {
    resolution: &'r Resolution,
    used: Vec<Used<'r>>,
}

#[derive(Clone, Debug)]
struct Used<'r> {
    info: &'r CrateInfo,
    /// As Rust code names it.
    name: String,
    features: BTreeSet<String>,
}

/// A folder has no crate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Missing {
    folder: SmolStr,
}

impl Missing {
    pub(crate) fn diagnostic(&self, place: Place) -> Diagnostic {
        let message = "this needs a Rust crate, and no `Cargo.toml` lies beside the file";
        // The working directory has no name in the language.
        let folder = if self.folder.is_empty() { "." } else { &self.folder };
        Diagnostic::error(codes::NO_CRATE, message, place, "a path of that crate")
            .note(format!(
                "a `rust` path is relative to the crate in the folder of its `.unik` file, `{folder}`"
            ))
            .help("run `cargo init --lib` in that folder and write the constructor there")
    }
}

impl<'r> Crates<'r> {
    /// Those that every image depends on.
    pub(crate) fn new(resolution: &'r Resolution) -> Self {
        let used = |info, name: &str| Used { info, name: name.to_owned(), features: BTreeSet::new() };
        Self {
            resolution,
            used: vec![used(&resolution.unik, "unik"), used(&resolution.platform, "unik_platform")],
        }
    }

    /// The name in Rust code of the crate in a folder.
    pub(crate) fn lib(&mut self, folder: &str) -> Result<String, Missing> {
        let at = self.find(folder)?;
        Ok(self.used[at].name.clone())
    }

    /// A path as the generated program writes it.
    pub(crate) fn path(&mut self, rust: &Rust) -> Result<String, Missing> {
        if of_device_api(&rust.path) {
            return Ok(rust.path.to_string());
        }
        Ok(format!("{}::{}", self.lib(&rust.folder)?, rust.path))
    }

    /// Asks for features of the crate in a folder.
    pub(crate) fn features(&mut self, folder: &str, features: &[SmolStr]) -> Result<(), Missing> {
        let at = self.find(folder)?;
        self.used[at].features.extend(features.iter().map(SmolStr::to_string));
        Ok(())
    }

    /// All that have been used, sorted by key.
    pub(crate) fn dependencies(&self) -> Vec<Dependency> {
        let by_key: BTreeMap<String, Dependency> = self.used.iter().map(|used| used.dependency()).collect();
        by_key.into_values().collect()
    }

    /// The folders of those that have been asked for, by the names of their libraries.
    pub(crate) fn libs(&self) -> BTreeMap<String, SmolStr> {
        let asked = self.resolution.crates.iter().filter(|(_, info)| {
            self.used.iter().any(|used| used.info.package == info.package && used.info.path == info.path)
        });
        asked.map(|(folder, info)| (info.lib.to_string(), folder.clone())).collect()
    }

    fn find(&mut self, folder: &str) -> Result<usize, Missing> {
        let missing = || Missing { folder: SmolStr::new(folder) };
        let info = self.resolution.crates.get(folder).ok_or_else(missing)?;
        let same = |used: &Used<'_>| used.info.package == info.package && used.info.path == info.path;
        if let Some(known) = self.used.iter().position(same) {
            return Ok(known);
        }
        let taken = |name: &str| {
            self.used.iter().any(|used| used.name == name || (used.key() == name.replace('_', "-")))
                || name == "core"
                || name == "std"
                || name == "alloc"
        };
        let mut name = info.lib.to_string();
        let mut number = 1;
        while taken(&name) {
            number += 1;
            name = format!("{}_{number}", info.lib);
        }
        self.used.push(Used { info, name, features: BTreeSet::new() });
        Ok(self.used.len() - 1)
    }
}

impl Used<'_> {
    /// The package's name serves as key unless Rust code would see another name then.
    fn key(&self) -> String {
        if self.name == self.info.lib { self.info.package.to_string() } else { self.name.clone() }
    }

    fn dependency(&self) -> (String, Dependency) {
        let key = self.key();
        let dependency = Dependency {
            package: (key != self.info.package).then(|| self.info.package.to_string()),
            path: self.info.path.clone(),
            version: self.info.version.as_ref().map(SmolStr::to_string),
            features: self.features.clone(),
            key: key.clone(),
        };
        (key, dependency)
    }
}
