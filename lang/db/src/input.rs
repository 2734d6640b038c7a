//! The inputs: what is typed, what lies in the library, what stands on the disk. Nothing else may change a result.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use smol_str::SmolStr;
use unik_source::FileId;

use crate::{Entry, Pieces, System};

/// What reading a file gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Text {
    /// Its text.
    Read(Arc<str>),
    /// There is no such file.
    Missing,
    /// It is not UTF-8.
    NotUtf8,
    /// It could not be read, and why.
    Unreadable(SmolStr),
}

impl Text {
    /// Reads a file.
    pub fn read(system: &dyn System, path: &str) -> Self {
        match system.read_file(path) {
            Ok(text) => Self::Read(text.into()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Self::Missing,
            Err(error) if error.kind() == io::ErrorKind::InvalidData => Self::NotUtf8,
            Err(error) => Self::Unreadable(SmolStr::new(error.to_string())),
        }
    }

    /// The text; empty where there is none.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Read(text) => text,
            Self::Missing | Self::NotUtf8 | Self::Unreadable(_) => "",
        }
    }
}

/// A file: one for each path, for as long as the database lives. A file that goes away becomes [`Text::Missing`].
#[salsa::input(debug)]
pub struct SourceFile {
    /// Its number.
    #[returns(copy)]
    pub id: FileId,
    /// The path under which people know it: `app.unik`, `std/kv`.
    pub path: SmolStr,
    /// The path by which the system knows it.
    pub host: SmolStr,
    /// The folder it lies in, by which the system knows it.
    pub folder: SmolStr,
    /// What its items are known under: `app`, `std/kv`, `unix`.
    pub module: SmolStr,
    /// Whether it belongs to the library, whose files nobody here edits.
    #[returns(copy)]
    pub library: bool,
    /// What it says.
    pub text: Text,
    /// Where its items start, in the order of the text.
    pub(crate) starts: Arc<[u32]>,
    /// What it says, without places.
    pub pieces: Arc<Pieces>,
}

/// A path of the host that something asked about.
#[salsa::input(debug)]
pub struct HostEntry {
    /// The path by which the system knows it.
    pub path: SmolStr,
    /// What stands there.
    #[returns(copy)]
    pub entry: Entry,
}

/// The Cargo dependencies of a folder that something asked about.
#[salsa::input(debug)]
pub struct Dependencies {
    /// The folder by which the system knows it.
    pub folder: SmolStr,
    /// The `.unik` files that they ship, by the name of the crate.
    pub crates: Arc<BTreeMap<SmolStr, SmolStr>>,
}

/// What belongs to the project as a whole.
#[salsa::input(singleton, debug)]
pub struct Project {
    /// The standard library and the platforms.
    pub library: Arc<Library>,
}

/// The files that come with the compiler.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Library {
    /// `std/kv` and its like: the name without `std/`.
    pub std: Vec<LibraryFile>,
    /// The platforms: the name of the folder.
    pub platforms: Vec<LibraryFile>,
}

/// A file of the library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LibraryFile {
    /// Its name: `kv`, `unix`.
    pub name: SmolStr,
    /// The path by which the system knows it.
    pub path: SmolStr,
}

impl Library {
    /// The file of `import std/name`.
    pub fn std(&self, name: &str) -> Option<&LibraryFile> {
        self.std.iter().find(|file| file.name == name)
    }

    /// How people know the file at `path`, if it is one of the library.
    pub(crate) fn known_as(&self, path: &str) -> Option<SmolStr> {
        let of =
            |files: &[LibraryFile]| files.iter().find(|file| file.path == path).map(|file| file.name.clone());
        of(&self.std).map(|name| SmolStr::new(format!("std/{name}"))).or_else(|| of(&self.platforms))
    }
}
