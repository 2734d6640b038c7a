//! The specification holds: every chapter and every page of an error code, over the real library.
//!
//! `UPDATE_EXPECT=1` rewrites the views in place.

use std::path::{Path, PathBuf};

use unik_mdtest::{Document, Shelf, run};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("the crate lies two floors down")
        .to_path_buf()
}

/// The paths in a folder, sorted.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the folder can be read");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("the entry can be read").path()).collect();
    paths.sort();
    paths
}

/// The `.unik` files of a folder of folders: `kv/kv.unik` is `kv`.
fn shelved(folder: &str) -> Vec<(String, String)> {
    let folders = entries(&root().join(folder)).into_iter().filter(|path| path.is_dir());
    let file = |folder: PathBuf| {
        let name = folder.file_name()?.to_str()?.to_owned();
        let text = std::fs::read_to_string(folder.join(format!("{name}.unik"))).ok()?;
        Some((name, text))
    };
    folders.filter_map(file).collect()
}

/// Runs all tests of the Markdown files of a folder.
#[track_caller]
fn check(folder: &str) {
    let shelf = Shelf { std: shelved("stdlib-devices"), platforms: shelved("platform-runtimes") };
    assert!(!shelf.std.is_empty() && !shelf.platforms.is_empty(), "the library is there");
    let update = std::env::var_os("UPDATE_EXPECT").is_some_and(|value| value == "1");
    let mut failures = String::new();
    let mut tests = 0;
    for page in entries(&root().join(folder)) {
        if page.extension().is_none_or(|extension| extension != "md") {
            continue;
        }
        let text = std::fs::read_to_string(&page).expect("the page can be read");
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        // From the end, so that replacing a view moves no line that is still to be replaced.
        let document = Document::parse(&text);
        for test in document.tests.iter().rev() {
            tests += 1;
            let report = run(test, &shelf);
            if update {
                for (view, is) in test.views.iter().zip(&report.views).rev() {
                    lines.splice(view.lines.0..view.lines.1, is.lines().map(str::to_owned));
                }
            }
            for failure in report.failures {
                let name = page.strip_prefix(root()).expect("it lies in the repository").display();
                failures = format!("{name}:{failure}\n    in «{}»\n{failures}", test.name);
            }
        }
        let updated: String = lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect();
        if update && updated != text {
            std::fs::write(&page, updated).expect("the page can be written");
        }
    }
    assert!(tests > 0, "{folder} has no tests");
    assert!(failures.is_empty(), "\n{failures}");
}

#[test]
fn the_chapters_hold() {
    check("spec");
}

#[test]
fn the_pages_of_the_error_codes_hold() {
    check("spec/errors");
}
