//! What a plan consists of: plain values, for the templates to read.
//!
//! Which of them there are, and what stands in them, is decided by [`mod@crate::plan`] and [`crate::value`].

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use smol_str::SmolStr;
use unik_graph::EnumType;
use unik_source::Place;

use crate::crates::Dependency;
use crate::layout::comment;
use crate::names::Names;
use crate::source_map::Origin;

/// Everything that stands in a crate.
#[derive(Clone, Debug, Serialize)]
pub struct Plan {
    /// The name of the package.
    pub package: String,
    /// The name of the program: that of the unikernel.
    pub program: String,
    /// The target.
    pub target: String,
    /// Who writes it: `unikc 0.1.0`.
    pub generator: String,
    /// What it is written from: `app.unik`.
    pub source: String,
    /// The crates it depends on, sorted by key.
    pub dependencies: Vec<Dependency>,
    /// The linker script of an image that is bare: without `std`, and without an operating system below it.
    pub link: Option<String>,
    /// Whether a bare image names types of `alloc`.
    pub allocates: bool,
    /// `use` lines of the standard library.
    pub std_imports: Vec<String>,
    /// `use` lines of the device API and the platform.
    pub own_imports: Vec<String>,
    /// The crate of the runtime.
    pub runtime: String,
    /// The table of the image.
    pub image: Vec<String>,
    /// The constants of keys, devices, guards and requirements, each as lines.
    pub constants: Vec<Vec<String>>,
    /// Constants of the configuration.
    pub values: Vec<NamedConstant>,
    /// Embedded folders.
    pub tables: Vec<FilesTable>,
    /// Enums that no device takes.
    pub enums: Vec<LocalEnum>,
    /// `Keys`: its fields and the lines of its `read`; nothing if there is no key.
    pub keys: Option<KeysPlan>,
    /// Whether `start` reads the boot arguments.
    pub takes_arguments: bool,
    /// The lines of `start`.
    pub start: Vec<String>,
    /// The functions behind it, each as lines.
    pub functions: Vec<Vec<String>>,
    /// What marked lines are about.
    #[serde(skip)]
    pub origins: Vec<Origin>,
    /// The folders of the crates that it depends on, by the names that rustc has for them.
    #[serde(skip)]
    pub libs: BTreeMap<String, SmolStr>,
    /// Files to write beside the sources.
    #[serde(skip)]
    pub copies: BTreeMap<String, Arc<[u8]>>,
}

/// A constant of the configuration that has a name.
#[derive(Clone, Debug, Serialize)]
pub struct NamedConstant {
    /// Its name.
    pub name: String,
    /// Its declaration.
    pub lines: Vec<String>,
    /// Who needs it.
    #[serde(skip)]
    pub place: Place,
}

/// An embedded folder.
#[derive(Clone, Debug, Serialize)]
pub struct FilesTable {
    /// The static that holds it.
    pub lines: Vec<String>,
    /// Whether there is no file in it.
    pub empty: bool,
}

/// An enum of the generated program.
#[derive(Clone, Debug, Serialize)]
pub struct LocalEnum {
    /// Its name.
    pub name: String,
    /// The file that declares it.
    pub file: String,
    /// Its cases.
    pub cases: Vec<String>,
}

/// The keys of the program.
#[derive(Clone, Debug, Default, Serialize)]
pub struct KeysPlan {
    /// The fields that the program reads.
    pub fields: Vec<Field>,
    /// The lines that read them.
    pub read: Vec<String>,
    /// The lines of the result.
    pub result: Vec<String>,
}

/// A field of `Keys`.
#[derive(Clone, Debug, Serialize)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its documentation and its declaration.
    pub lines: Vec<String>,
}

impl LocalEnum {
    pub(crate) fn new(name: String, declared: &EnumType) -> Self {
        let mut names = Names::default();
        let cases = declared.cases.iter().map(|case| names.camel(case)).collect();
        Self { name, file: comment(&declared.file), cases }
    }
}
