//! Tests of tokens, items and trees, in one binary.

mod damage;
mod format;
mod grammar;
mod mistakes;
mod pages;
mod sexpr;

use std::{fs, path::Path};

use unik_source::{Anchor, Diagnostic, FileId, Place, Span};
use unik_syntax::{parse_item, split, tree::Item};

fn base() -> Place {
    Place { file: FileId(0), anchor: Anchor(0), span: Span::at(0) }
}

/// All items of a text with all diagnostics, their labels counted from the start of the text.
fn parse(text: &str) -> (Vec<Item>, Vec<Diagnostic>) {
    let (mut items, mut diagnostics) = (Vec::new(), Vec::new());
    for item in split(text) {
        let (tree, found) = parse_item(&text[item.span.range()], base());
        items.push(tree);
        diagnostics.extend(found.into_iter().map(|mut diagnostic| {
            for label in &mut diagnostic.labels {
                label.place.span = label.place.span.shifted(item.span.start);
            }
            diagnostic
        }));
    }
    (items, diagnostics)
}

/// Every `.unik` file of the repository, with its path.
fn files() -> Vec<(String, String)> {
    fn walk(folder: &Path, files: &mut Vec<(String, String)>) {
        let mut entries: Vec<_> =
            fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
        entries.sort();
        for path in entries {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            if path.is_dir() && !name.starts_with('.') && name != "target" {
                walk(&path, files);
            } else if name.ends_with(".unik") {
                files.push((path.display().to_string(), fs::read_to_string(&path).expect("text")));
            }
        }
    }
    let mut files = Vec::new();
    for folder in ["examples", "stdlib-devices", "platform-runtimes"] {
        walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder), &mut files);
    }
    assert!(files.len() >= 8, "the repository has more .unik files than {}", files.len());
    files
}
