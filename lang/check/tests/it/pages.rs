//! The page of each code: its first example has exactly this mistake where it says so, its second has none.

use std::fs;
use std::sync::Arc;

use unik_check::codes;
use unik_db::{Database, MemorySystem};
use unik_source::{Diagnostic, LineIndex, Sources};

use crate::support::{all_diagnostics, library, mended, repository, said};

#[test]
fn each_code_has_a_page_whose_examples_hold() {
    let mut wrong = String::new();
    for code in codes::ALL {
        let page = fs::read_to_string(repository().join(format!("spec/errors/{code}.md"))).unwrap();
        assert!(page.starts_with(&format!("# {code}: ")), "{code}");
        let fences = fences(&page);
        let neighbours: Vec<(String, String)> = fences
            .iter()
            .filter_map(|(info, text)| Some((info.strip_prefix("unik file=")?.to_owned(), text.clone())))
            .collect();
        let tests: Vec<&(String, String)> = fences.iter().filter(|(info, _)| info == "unik").collect();
        let bad =
            fences.iter().any(|(info, text)| info == "unik norun" && text.contains(&format!("//~ {code}")));
        assert_eq!(tests.len(), if bad { 1 } else { 2 }, "{code}");
        for (at, (_, text)) in tests.iter().enumerate() {
            let (library, mut files) = library();
            files.extend(neighbours.clone());
            files.push(("app.unik".to_owned(), text.clone()));
            let db = Database::new(Arc::new(MemorySystem::new(files)), library);
            let root = db.open("app.unik");
            if at == 1 || bad {
                if !said(&db, root).is_empty() {
                    wrong += &format!("the repaired {code}:\n{}", said(&db, root));
                }
                continue;
            }
            let marked = text.lines().position(|line| line.ends_with(&format!("//~ {code}"))).unwrap();
            let index = LineIndex::new(text);
            let found: Vec<_> = all_diagnostics(&db, root)
                .iter()
                .map(|found| {
                    (found.code, index.bytes(db.absolute(found.primary()).start as usize).line as usize)
                })
                .collect();
            if found != [(*code, marked)] {
                wrong += &format!("{code}:\n{}", said(&db, root));
            }
            // Where a fix is offered, it mends the example.
            let mut db = db;
            let text = mended(&db, root);
            if text != db.text(root) {
                db.set_text(root, text.as_str());
                if all_diagnostics(&db, root).iter().any(Diagnostic::is_error) {
                    wrong += &format!("the fix of {code}:\n{text}{}", said(&db, root));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// The fences of a page: what stands behind the backticks, and the text.
fn fences(page: &str) -> Vec<(String, String)> {
    let mut fences = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in page.lines() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(_), Some(_)) => fences.extend(open.take()),
            (Some(info), None) => open = Some((info.to_owned(), String::new())),
            (None, Some((_, text))) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, None) => {}
        }
    }
    fences
}
