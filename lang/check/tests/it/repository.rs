//! The `.unik` files of the repository have no mistakes.

use std::fs;
use std::sync::Arc;

use unik_db::{Database, MemorySystem};

use crate::support::{library, repository, said};

/// Every example with its path.
pub(crate) fn examples() -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut folders: Vec<_> =
        fs::read_dir(repository().join("examples")).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    for folder in folders.iter().filter(|folder| folder.is_dir()) {
        let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        for path in entries.iter().filter(|path| path.extension().is_some_and(|ext| ext == "unik")) {
            let name = path.strip_prefix(repository()).unwrap().display().to_string();
            files.push((name, fs::read_to_string(path).unwrap()));
        }
    }
    files
}

#[test]
fn examples_and_library_have_no_mistakes() {
    let (library, mut files) = library();
    let examples = examples();
    assert!(examples.len() >= 6);
    files.extend(examples);
    let names: Vec<String> = files.iter().map(|(name, _)| name.clone()).collect();
    let db = Database::new(Arc::new(MemorySystem::new(files)), library);
    for name in names {
        assert_eq!(said(&db, db.open(&name)), "", "{name}");
    }
}
