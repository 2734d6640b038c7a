//! Which Cargo dependencies of a package ship a `.unik` file, for `import crate name`.
//!
//! Cargo is not asked, since checking a file must not need it: dependencies by path are where the manifest says, those
//! from a registry where cargo unpacks them, in the version of the lock file. A crate's file lies beside its
//! manifest and is named like the crate, or is the only one there.
//!
//! The package is the one around the file that imports, as with Cargo: the nearest manifest above.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

use smol_str::SmolStr;
use toml::{Table, Value};

use crate::layout;

/// The `.unik` files by the names of their crates, as code writes them, of the package that `folder` belongs to.
pub(crate) fn shipped(folder: &Path) -> BTreeMap<SmolStr, SmolStr> {
    let absolute = layout::absolute(folder);
    // A path that was given as a relative one is shown as such.
    let mut above = folder.ancestors().chain(absolute.ancestors());
    let Some(folder) = above.find(|above| above.join("Cargo.toml").is_file()) else { return BTreeMap::new() };
    let Some(manifest) = read(&folder.join("Cargo.toml")) else { return BTreeMap::new() };
    let workspace = layout::workspace(&layout::absolute(folder)).map(Path::to_path_buf);
    let shared = workspace.as_deref().and_then(|root| read(&root.join("Cargo.toml")));
    let shared =
        shared.as_ref().and_then(|root| table(root.get("workspace")?)?.get("dependencies")).and_then(table);
    let lock = [Some(folder), workspace.as_deref()]
        .into_iter()
        .flatten()
        .find_map(|dir| read(&dir.join("Cargo.lock")));
    let dependencies = manifest.get("dependencies").and_then(table);
    let mut found = BTreeMap::new();
    for (name, said) in dependencies.into_iter().flatten() {
        let inherited = said.get("workspace").and_then(Value::as_bool) == Some(true);
        let (base, said) = match (inherited, shared.and_then(|shared| shared.get(name)), &workspace) {
            (true, Some(said), Some(root)) => (root.as_path(), said),
            (true, ..) => continue,
            (false, ..) => (folder, said),
        };
        let package = said.get("package").and_then(Value::as_str).unwrap_or(name);
        let folder = match said.get("path").and_then(Value::as_str) {
            Some(path) => Some(base.join(path)),
            None => unpacked(package, lock.as_ref()),
        };
        if let Some(file) = folder.and_then(|folder| file_of(package, &folder)) {
            found.insert(SmolStr::new(name.replace('-', "_")), SmolStr::new(file.to_string_lossy()));
        }
    }
    found
}

fn read(path: &Path) -> Option<Table> {
    fs::read_to_string(path).ok()?.parse().ok()
}

fn table(value: &Value) -> Option<&Table> {
    value.as_table()
}

/// The folder into which cargo has unpacked a package of a registry: in the version of the lock file; for a package without one,
/// which comes from a registry itself, the newest that there is.
fn unpacked(package: &str, lock: Option<&Table>) -> Option<PathBuf> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| env::home_dir().map(|home| home.join(".cargo")))?;
    unpacked_in(&home.join("registry/src"), package, lock)
}

fn unpacked_in(sources: &Path, package: &str, lock: Option<&Table>) -> Option<PathBuf> {
    let inside = |folder: &Path| {
        let entries = fs::read_dir(folder).into_iter().flatten();
        let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        paths.sort();
        paths
    };
    let registries = inside(sources).into_iter();
    let Some(lock) = lock else {
        let all = registries.flat_map(|registry| inside(&registry));
        let versions =
            all.filter_map(|folder| Some((version(folder.file_name()?.to_str()?, package)?, folder)));
        return versions.max().map(|(_, folder)| folder);
    };
    let mut locked = lock.get("package")?.as_array()?.iter();
    let name = |entry: &Value| entry.get("name").and_then(Value::as_str) == Some(package);
    let version =
        locked.find(|entry| name(entry) && entry.get("source").is_some())?.get("version")?.as_str()?;
    let mut folders = registries.map(|registry| registry.join(format!("{package}-{version}")));
    folders.find(|folder| folder.is_dir())
}

/// The version in the name of an unpacked package, if it is a release of this one.
fn version(folder: &str, package: &str) -> Option<Vec<u64>> {
    let version = folder.strip_prefix(package)?.strip_prefix('-')?;
    version.split('.').map(|part| part.parse().ok()).collect()
}

fn file_of(package: &str, folder: &Path) -> Option<PathBuf> {
    let named = folder.join(format!("{}.unik", package.replace('-', "_")));
    if named.is_file() {
        return Some(named);
    }
    let entries = fs::read_dir(folder).ok()?.filter_map(|entry| Some(entry.ok()?.path()));
    let mut files = entries.filter(|path| path.extension().is_some_and(|it| it == "unik") && path.is_file());
    let first = files.next()?;
    files.next().is_none().then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dependencies_by_path_are_found_with_their_files() {
        let there = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = there.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("Cargo.toml", "[workspace]\n[workspace.dependencies]\nshared = { path = 'shared' }");
        write(
            "app/Cargo.toml",
            "[dependencies]\nby-path = { path = '../one' }\nshared.workspace = true\ntwo = { path = '../two' }\nlog = '0.4'",
        );
        write("one/only.unik", "");
        write("shared/shared.unik", "");
        write("shared/other.unik", "");
        write("two/a.unik", "");
        write("two/b.unik", "");
        let found = shipped(&there.path().join("app"));
        let names: Vec<_> = found.keys().map(SmolStr::as_str).collect();
        assert_eq!(names, ["by_path", "shared"]);
        assert_eq!(shipped(&there.path().join("app/src/deep")), found, "the package is the one around it");
        assert!(
            found["by_path"].ends_with("one/only.unik") && found["shared"].ends_with("shared/shared.unik")
        );
        assert!(
            shipped(&there.path().join("one")).is_empty(),
            "the workspace's own manifest has no dependencies"
        );
    }

    #[test]
    fn dependencies_of_a_registry_have_the_version_of_the_lock_file_or_are_the_newest() {
        let there = tempfile::tempdir().unwrap();
        for version in ["redis-0.9.0", "redis-0.10.0", "redis-0.2.1", "redis-async-9.0.0", "redis-1.0.0-rc1"]
        {
            fs::create_dir_all(there.path().join("registry").join(version)).unwrap();
        }
        let lock = "[[package]]\nname = 'redis'\nversion = '0.9.0'\nsource = 'registry'".parse().unwrap();
        let found = |lock: Option<&Table>| unpacked_in(there.path(), "redis", lock).unwrap();
        assert!(found(Some(&lock)).ends_with("redis-0.9.0"));
        assert!(found(None).ends_with("redis-0.10.0"));
        assert_eq!(unpacked_in(there.path(), "none", None), None);
    }
}
