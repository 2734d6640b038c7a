//! The crates that are written for the examples, kept in `examples/*/expected/<target>`: compared byte for byte, laid out by
//! rustfmt, and accepted by rustc. `UPDATE_EXPECT=1` writes them anew. A target joins them with the first crate that is kept
//! for it.

use std::collections::{BTreeMap, BTreeSet};
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

/// The targets for which crates are kept, by name: each example has one for every target that it can be built for.
fn targets() -> BTreeSet<String> {
    let kept = examples().into_iter().flat_map(|example| fs::read_dir(example.join("expected")));
    let names = kept.flatten().map(|entry| entry.unwrap().file_name().into_string().expect("UTF-8"));
    names.chain(["unix".to_owned()]).collect()
}

/// Where the crate of an example for a target is kept, and where it is written now, at the same depth.
fn crates(example: &Path, target: &str) -> (PathBuf, PathBuf) {
    (example.join("expected").join(target), example.join("target").join(format!("golden-{target}")))
}

/// Writes both if they are to be brought up to date, else the second. Whether the example can be built for the target.
fn write(example: &Path, target: &str) -> bool {
    let (kept, fresh) = crates(example, target);
    let app = example.join("app.unik");
    let app = app.strip_prefix(root()).unwrap().display().to_string();
    let configure = |out: &Path| {
        let _ = fs::remove_dir_all(out);
        line(root(), &format!("configure {app} --target {target} --output {}", out.display()))
    };
    if std::env::var_os("UPDATE_EXPECT").is_some_and(|value| value == "1") {
        if configure(&kept).code == Some(0) {
            let _ = fs::remove_file(kept.join("Cargo.lock"));
        } else {
            let _ = fs::remove_dir_all(&kept);
        }
    }
    let done = configure(&fresh);
    // Another target may lack something, which `unikc` says; this one has everything.
    assert!(done.code == Some(0) || target != "unix" && done.err.contains("error["), "{}", done.shown());
    done.code == Some(0)
}

#[test]
fn the_crates_of_the_examples_are_what_is_kept_and_compile() {
    let mut failures = String::new();
    for (example, target) in
        examples().iter().flat_map(|example| targets().into_iter().map(move |target| (example, target)))
    {
        let (kept, fresh) = crates(example, &target);
        if !write(example, &target) {
            if kept.exists() {
                failures += &format!("{} cannot be written any more\n", kept.display());
            }
            continue;
        }
        let (kept_files, fresh_files) = (files(&kept), files(&fresh));
        for name in kept_files.keys().chain(fresh_files.keys()) {
            if kept_files.get(name) != fresh_files.get(name) {
                failures +=
                    &format!("{} differs from {}\n", fresh.join(name).display(), kept.join(name).display());
            }
        }
        failures += &laid_out(&kept).err().unwrap_or_default();
        failures += &compiles(&kept, &fresh).err().unwrap_or_default();
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

/// Compiled in a copy of the folder at the same depth, since cargo writes a lock file beside the manifest; and in that folder,
/// where the configuration of a bare image lies.
fn compiles(kept: &Path, fresh: &Path) -> Result<(), String> {
    for (name, content) in files(kept) {
        fs::write(fresh.join(name), content).map_err(|reason| reason.to_string())?;
    }
    let lock = fs::copy(root().join("Cargo.lock"), fresh.join("Cargo.lock"));
    lock.map_err(|reason| reason.to_string())?;
    let output = Command::new(env!("CARGO"))
        .args(["clippy", "--offline", "--quiet", "--target-dir"])
        .arg(root().join("target/unik/golden"))
        .args(["--", "-D", "warnings"])
        .current_dir(fresh)
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
