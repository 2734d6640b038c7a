//! Lists the parts of the page, so that the binary carries them: `page/*.html`, `*.css`, `*.js`, by name.

use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?).join("page");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if [".html", ".css", ".js"].iter().any(|end| name.ends_with(end)) {
            names.push(name);
        }
    }
    names.sort();
    let part =
        |name: &String| format!("({name:?}, include_str!({:?})),\n", folder.join(name).display().to_string());
    let list: String = names.iter().map(part).collect();
    let out = env::var("OUT_DIR").map_err(io::Error::other)?;
    fs::write(Path::new(&out).join("page.rs"), format!("&[\n{list}]\n"))
}
