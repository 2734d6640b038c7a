//! What a graph needs of the disk to become a crate: the crates beside `.unik` files, the content of folders, and how
//! the generated crate reaches them.
//!
//! **Paths.** From one folder of a workspace to another they are relative, so that a generated crate can be moved
//! with it; the library is reached by its absolute path from anywhere else.
//!
//! **Folders.** Everything in them is embedded, hidden files too, in the order of their names. A link is followed if it
//! leads to something in the folder; one that leads out of it, or nowhere, is an error: `kv.direct` refuses it as well.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use smol_str::SmolStr;
use unik_codegen::{CrateInfo, FileContent, FileEntry, Needs, Resolution, codes, manifest, tag};
use unik_graph::HostPath;
use unik_source::{Diagnostic, Place};

use crate::library::Library;

/// Why a graph cannot become a crate.
#[derive(Debug)]
pub(crate) enum Unresolved {
    /// Mistakes at places of the text.
    Diagnostics(Vec<Diagnostic>),
    /// Something about the disk that no place speaks of.
    Failure(String),
}

/// Looks up what is needed by a crate in `crate_dir`, which must be there. `doc` is what the file says about itself.
pub(crate) fn resolve(
    needs: &Needs,
    doc: String,
    crate_dir: &Path,
    library: &Library,
) -> Result<Resolution, Unresolved> {
    let root = library.root().map_err(Unresolved::Failure)?;
    let ways = Ways { from: canonical(crate_dir)?, library: canonical(root)? };
    let mut crates = BTreeMap::new();
    let mut mistakes = Vec::new();
    for (folder, place) in &needs.crates {
        match ways.crate_in(Path::new(at(folder)), *place) {
            Ok(Some(found)) => _ = crates.insert(folder.clone(), found),
            // The generator knows best what to say of a crate that is not there.
            Ok(None) => {}
            Err(mistake) => mistakes.push(*mistake),
        }
    }
    if !mistakes.is_empty() {
        return Err(Unresolved::Diagnostics(mistakes));
    }
    let own = |folder: &str| {
        let folder = ways.library.join(folder);
        read_crate(&folder, &ways).map_err(|reason| {
            Unresolved::Failure(format!("the library is not whole: `{}`: {reason}", folder.display()))
        })
    };
    Ok(Resolution {
        unik: own("stdlib-devices/device-api")?,
        platform: own("platform-runtimes/platform-api")?,
        crates,
        files: needs
            .files
            .iter()
            .map(|path| Ok((path.clone(), ways.files(path)?)))
            .collect::<Result<_, _>>()?,
        paths: needs
            .paths
            .iter()
            .map(|path| Ok((path.clone(), ways.folder(path)?)))
            .collect::<Result<_, _>>()?,
        doc,
        generator: SmolStr::new_static(concat!("unikc ", env!("CARGO_PKG_VERSION"))),
    })
}

/// How the generated crate reaches things. Both folders are canonical.
struct Ways {
    from: PathBuf,
    library: PathBuf,
}

impl Ways {
    /// How `path`, which is canonical, is written in the generated crate.
    fn to(&self, path: &Path) -> String {
        let in_library = |path: &Path| path.starts_with(&self.library);
        let absolute = in_library(path) && !in_library(&self.from);
        let relative = pathdiff::diff_paths(path, &self.from).filter(|_| !absolute);
        let path = relative.unwrap_or_else(|| path.to_path_buf());
        if path.as_os_str().is_empty() { ".".to_owned() } else { path.to_string_lossy().into_owned() }
    }

    /// The crate in a folder, if there is one.
    fn crate_in(&self, folder: &Path, place: Place) -> Result<Option<CrateInfo>, Box<Diagnostic>> {
        let manifest = folder.join("Cargo.toml");
        if !manifest.is_file() {
            return Ok(None);
        }
        read_crate(folder, self).map(Some).map_err(|reason| {
            let message = format!("the manifest `{}` cannot be used", manifest.display());
            let mistake = Diagnostic::error(codes::BAD_MANIFEST, message, place, "its crate is wanted here");
            Box::new(mistake.note(reason))
        })
    }

    fn folder(&self, folder: &SmolStr) -> Result<String, Unresolved> {
        Ok(self.to(&canonical(Path::new(at(folder)))?))
    }

    fn files(&self, folder: &HostPath) -> Result<Vec<FileEntry>, Unresolved> {
        let root = canonical(&Path::new(&*folder.folder).join(&*folder.written))?;
        let mut entries = Vec::new();
        self.walk(&root, "", &root, &mut vec![root.clone()], &mut entries)?;
        Ok(entries)
    }

    /// Everything below `folder`. `above` are the folders that led here: a link to one of them would never end.
    fn walk(
        &self,
        folder: &Path,
        prefix: &str,
        root: &Path,
        above: &mut Vec<PathBuf>,
        entries: &mut Vec<FileEntry>,
    ) -> Result<(), Unresolved> {
        for (name, path) in listed(folder)? {
            let below = format!("{prefix}{name}");
            let real = canonical(&path)?;
            if !real.starts_with(root) {
                return Err(refused(&path, "it leads out of the folder that is embedded"));
            }
            if real.is_dir() {
                if above.contains(&real) {
                    return Err(refused(&path, "it leads to a folder that it lies in"));
                }
                above.push(real);
                self.walk(&path, &format!("{below}/"), root, above, entries)?;
                above.pop();
            } else if real.is_file() {
                let content = fs::read(&real).map_err(|reason| refused(&path, reason))?;
                let content = FileContent::Path { path: self.to(&real), tag: tag(&content) };
                entries.push(FileEntry { name: below, content });
            } else {
                return Err(refused(&path, "it is neither a file nor a folder"));
            }
        }
        Ok(())
    }
}

fn read_crate(folder: &Path, ways: &Ways) -> Result<CrateInfo, String> {
    let folder = folder.canonicalize().map_err(|reason| reason.to_string())?;
    let text = fs::read_to_string(folder.join("Cargo.toml")).map_err(|reason| reason.to_string())?;
    manifest::read(&text, ways.to(&folder)).map_err(|problem| problem.message)
}

/// Names and paths in a folder, sorted by name.
fn listed(folder: &Path) -> Result<Vec<(String, PathBuf)>, Unresolved> {
    let failed = |reason| refused(folder, reason);
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        match path.file_name().and_then(|name| name.to_str()) {
            Some(name) => entries.push((name.to_owned(), path)),
            None => return Err(refused(&path, "its name is not UTF-8")),
        }
    }
    entries.sort();
    Ok(entries)
}

fn canonical(path: &Path) -> Result<PathBuf, Unresolved> {
    path.canonicalize().map_err(|reason| refused(path, reason))
}

fn refused(path: &Path, reason: impl std::fmt::Display) -> Unresolved {
    Unresolved::Failure(format!("cannot use `{}`: {reason}", path.display()))
}

/// The working directory has no name in the language.
fn at(folder: &str) -> &str {
    if folder.is_empty() { "." } else { folder }
}
