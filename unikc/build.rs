//! Finds what the binary carries: the `.unik` files of the library, and the pages of the diagnostics.
//!
//! Both are found by walking, so that a new device, platform or code is one new file and no list to edit.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let variable = |name: &str| env::var_os(name).map(PathBuf::from).ok_or(io::ErrorKind::NotFound);
    let root = variable("CARGO_MANIFEST_DIR")?.join("..");
    let out = variable("OUT_DIR")?;
    println!("cargo::rustc-env=UNIKC_HOST={}", env::var("TARGET").unwrap_or_default());
    let mut files = Vec::new();
    for column in ["stdlib-devices", "platform-runtimes"] {
        for folder in sorted(&root.join(column))?.iter().filter(|path| path.is_dir()) {
            for file in sorted(folder)?.iter().filter(|path| has_extension(path, "unik")) {
                files.push((format!("{column}/{}/{}", name(folder), name(file)), file.clone()));
            }
        }
    }
    fs::write(out.join("library.rs"), table(&files))?;
    let pages = sorted(&root.join("spec/errors"))?;
    let pages = pages.into_iter().filter(|path| has_extension(path, "md"));
    let pages: Vec<_> = pages.map(|path| (name(&path.with_extension("")), path)).collect();
    fs::write(out.join("pages.rs"), table(&pages))
}

/// The content of a folder by name; nothing if it is not there. Cargo looks again when it changes.
fn sorted(folder: &Path) -> io::Result<Vec<PathBuf>> {
    println!("cargo::rerun-if-changed={}", folder.display());
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|have| have == extension)
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// A Rust expression: name and text of each file.
fn table(files: &[(String, PathBuf)]) -> String {
    let mut text = String::from("&[\n");
    for (name, path) in files {
        let path = path.canonicalize().unwrap_or_else(|_| path.clone());
        let _ = writeln!(text, "    ({name:?}, include_str!({:?})),", path.display().to_string());
    }
    text + "]\n"
}
