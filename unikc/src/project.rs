//! Under which names the generated crate knows `.unik` files: counted from the folder of their Cargo project, so that
//! it is the same whichever folder `unikc` is called from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use unik_source::{FileId, Place, Sources, Span};

use crate::layout;

/// Sources whose files have other names.
pub(crate) struct InProject<'s> {
    sources: &'s dyn Sources,
    names: BTreeMap<FileId, String>,
}

impl<'s> InProject<'s> {
    /// The names of these files, seen from the file that is built. `std/kv` and its like keep theirs.
    pub(crate) fn new(sources: &'s dyn Sources, built: FileId, files: &[FileId]) -> Self {
        let base = project(&found(sources.path(built)));
        let named = files.iter().filter(|file| sources.path(**file).ends_with(".unik"));
        let names = named.map(|file| (*file, name(&base, &found(sources.path(*file)))));
        Self { sources, names: names.collect() }
    }
}

impl Sources for InProject<'_> {
    fn path(&self, file: FileId) -> &str {
        self.names.get(&file).map_or_else(|| self.sources.path(file), String::as_str)
    }

    fn text(&self, file: FileId) -> &str {
        self.sources.text(file)
    }

    fn absolute(&self, place: Place) -> Span {
        self.sources.absolute(place)
    }
}

fn found(file: &str) -> PathBuf {
    let file = Path::new(file);
    file.canonicalize().unwrap_or_else(|_| layout::absolute(file))
}

/// The folder with the manifest of a file's crate, or the folder of the file.
fn project(file: &Path) -> PathBuf {
    let own = file.parent().unwrap_or(file);
    let crates = own.ancestors().find(|above| above.join("Cargo.toml").is_file());
    crates.unwrap_or(own).to_path_buf()
}

/// `app.unik`; for a file of another crate, which may lie anywhere, `its-folder/app.unik`.
fn name(base: &Path, file: &Path) -> String {
    let own = project(file);
    let from =
        if base.starts_with(&own) || file.starts_with(base) { base } else { own.parent().unwrap_or(&own) };
    let name = pathdiff::diff_paths(file, from).unwrap_or_else(|| file.to_path_buf());
    name.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_count_from_the_project() {
        let there = tempfile::tempdir().unwrap();
        let root = there.path().canonicalize().unwrap();
        for folder in ["app/images/one", "redis-0.1.0/src", "plain"] {
            std::fs::create_dir_all(root.join(folder)).unwrap();
        }
        for folder in ["app", "redis-0.1.0"] {
            std::fs::write(root.join(folder).join("Cargo.toml"), "").unwrap();
        }
        let check = |built: &str, file: &str, expected: &str| {
            assert_eq!(name(&project(&root.join(built)), &root.join(file)), expected, "{file} from {built}");
        };
        check("app/app.unik", "app/app.unik", "app.unik");
        check("app/images/one/a.unik", "app/images/one/a.unik", "images/one/a.unik");
        check("app/images/one/a.unik", "app/b.unik", "b.unik");
        check("app/app.unik", "redis-0.1.0/src/redis.unik", "redis-0.1.0/src/redis.unik");
        check("plain/a.unik", "plain/a.unik", "a.unik");
    }
}
