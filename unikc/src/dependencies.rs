//! Which Cargo dependencies of an application ship a `.unik` file, for `import crate name`.
//!
//! Cargo is not asked, since checking a file must not need it: dependencies by path are where the manifest says, those
//! from a registry where cargo unpacks them, in the version of the lock file. A crate's file lies beside its
//! manifest and is named like the crate, or is the only one there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

use smol_str::SmolStr;
use toml::{Table, Value};

use crate::layout;

/// The `.unik` files by the names of their crates, as code writes them; `folder` is the application's.
pub(crate) fn shipped(folder: &Path) -> BTreeMap<SmolStr, SmolStr> {
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
            None => lock.as_ref().and_then(|lock| unpacked(package, lock)),
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

/// The folder into which cargo has unpacked a package of a registry.
fn unpacked(package: &str, lock: &Table) -> Option<PathBuf> {
    let mut locked = lock.get("package")?.as_array()?.iter();
    let name = |entry: &Value| entry.get("name").and_then(Value::as_str) == Some(package);
    let version =
        locked.find(|entry| name(entry) && entry.get("source").is_some())?.get("version")?.as_str()?;
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| env::home_dir().map(|home| home.join(".cargo")))?;
    let registries = fs::read_dir(home.join("registry/src")).ok()?;
    let mut folders: Vec<_> = registries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    folders.sort();
    folders
        .into_iter()
        .map(|registry| registry.join(format!("{package}-{version}")))
        .find(|folder| folder.is_dir())
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
        assert!(
            found["by_path"].ends_with("one/only.unik") && found["shared"].ends_with("shared/shared.unik")
        );
        assert!(shipped(&there.path().join("none")).is_empty());
    }
}
