//! The crates that are written for the examples, kept in `examples/*/expected/unix`: compared byte for byte, laid out by
//! rustfmt, and accepted by rustc. `UPDATE_EXPECT=1` writes them anew.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{examples, line, root};

/// The files below a folder but for what cargo leaves there, by path.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).into_iter().flatten() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => open.push(path),
                false => {
                    let content = fs::read(&path).unwrap();
                    found.insert(path.strip_prefix(folder).unwrap().to_path_buf(), content);
                }
            }
        }
    }
    found.remove(Path::new("Cargo.lock"));
    found
}

/// Where a crate is kept, and the same crate written now, into a folder at the same depth.
fn crates(example: &Path) -> (PathBuf, PathBuf) {
    (example.join("expected/unix"), example.join("target/golden"))
}

fn write(example: &Path) -> (PathBuf, PathBuf) {
    let (kept, fresh) = crates(example);
    let app = example.join("app.unik");
    let app = app.strip_prefix(root()).unwrap().display().to_string();
    let update = std::env::var_os("UPDATE_EXPECT").is_some_and(|value| value == "1");
    if update {
        let _ = fs::remove_dir_all(&kept);
        line(root(), &format!("configure {app} --target unix --output {}", kept.display())).ended(0);
        let _ = fs::remove_file(kept.join("Cargo.lock"));
    }
    let _ = fs::remove_dir_all(&fresh);
    line(root(), &format!("configure {app} --target unix --output {}", fresh.display())).ended(0);
    (kept, fresh)
}

#[test]
fn the_crates_of_the_examples_are_what_is_kept_and_compile() {
    let mut failures = String::new();
    for example in examples() {
        let (kept, fresh) = write(&example);
        let (kept_files, fresh_files) = (files(&kept), files(&fresh));
        for name in kept_files.keys().chain(fresh_files.keys()) {
            if kept_files.get(name) != fresh_files.get(name) {
                failures +=
                    &format!("{} differs from {}\n", fresh.join(name).display(), kept.join(name).display());
            }
        }
        failures += &laid_out(&kept).err().unwrap_or_default();
        failures += &compiles(&kept).err().unwrap_or_default();
    }
    assert!(failures.is_empty(), "{failures}");
}

fn laid_out(folder: &Path) -> Result<(), String> {
    let main = folder.join("src/main.rs");
    let output = Command::new("rustfmt")
        .args(["--check", "--edition=2024", "--config-path=/dev/null"])
        .arg(&main)
        .output();
    let output = output.map_err(|reason| format!("rustfmt: {reason}\n"))?;
    match output.status.success() {
        true => Ok(()),
        false => Err(format!(
            "rustfmt lays out {} otherwise\n{}",
            main.display(),
            String::from_utf8_lossy(&output.stdout)
        )),
    }
}

/// Compiled in a copy of the folder at the same depth, since cargo writes a lock file beside the manifest.
fn compiles(kept: &Path) -> Result<(), String> {
    let example = kept.parent().and_then(Path::parent).expect("it lies in an example");
    let (_, fresh) = crates(example);
    for (name, content) in files(kept) {
        fs::write(fresh.join(name), content).map_err(|reason| reason.to_string())?;
    }
    let lock = fs::copy(root().join("Cargo.lock"), fresh.join("Cargo.lock"));
    lock.map_err(|reason| reason.to_string())?;
    let output = Command::new(env!("CARGO"))
        .args(["clippy", "--offline", "--quiet", "--target-dir"])
        .arg(root().join("target/unik/golden"))
        .args(["--", "-D", "warnings"])
        .current_dir(&fresh)
        .env_remove("CARGO_MANIFEST_DIR")
        .output()
        .map_err(|reason| reason.to_string())?;
    match output.status.success() {
        true => Ok(()),
        false => {
            Err(format!("{} does not compile\n{}", kept.display(), String::from_utf8_lossy(&output.stderr)))
        }
    }
}
