//! Any text gives a result or diagnostics, and what is said after an edit is what is said from scratch.

use std::sync::Arc;

use unik_db::{Database, MemorySystem};
use unik_source::Sources;

use crate::repository::examples;
use crate::support::{all_diagnostics, library, said};

#[test]
fn examples_cut_at_every_byte_are_survived() {
    let (library, files) = library();
    let mut db = Database::new(Arc::new(MemorySystem::new(files)), library);
    for (name, text) in examples() {
        let file = db.open(&name);
        for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
            db.set_text(file, &text[..end]);
            for diagnostic in all_diagnostics(&db, file) {
                for label in &diagnostic.labels {
                    assert!(db.absolute(label.place).end as usize <= db.text(label.place.file).len());
                }
            }
        }
    }
}

#[test]
fn an_edited_file_is_checked_as_a_new_one() {
    let (library, files) = library();
    let mut db = Database::new(Arc::new(MemorySystem::new(files.clone())), library.clone());
    for (name, text) in examples() {
        let file = db.open(&name);
        // Each step takes one line out of the whole: what was right before has to be seen anew.
        let lines: Vec<&str> = text.lines().collect();
        for out in 0..lines.len() {
            let mut left = lines.clone();
            left.remove(out);
            let text = left.join("\n");
            db.set_text(file, text.as_str());
            let mut fresh_files = files.clone();
            fresh_files.push((name.clone(), text));
            fresh_files.extend(examples().into_iter().filter(|(other, _)| *other != name));
            let fresh = Database::new(Arc::new(MemorySystem::new(fresh_files)), library.clone());
            if text_imports_neighbour(&lines) {
                continue;
            }
            let from_scratch = said(&fresh, fresh.open(&name));
            assert_eq!(said(&db, file), from_scratch, "{name} without line {}", out + 1);
        }
    }
}

/// The other files of the example are not in the first world.
fn text_imports_neighbour(lines: &[&str]) -> bool {
    lines.iter().any(|line| line.starts_with("import ./"))
}

#[test]
fn words_of_examples_in_any_order_are_survived() {
    let (library, files) = library();
    let mut db = Database::new(Arc::new(MemorySystem::new(files.clone())), library.clone());
    let file = db.open("app.unik");
    let all: String =
        examples().into_iter().map(|(_, text)| text).chain(files.into_iter().map(|(_, text)| text)).collect();
    let words: Vec<&str> = all.split_inclusive(|char: char| !char.is_alphanumeric() && char != '_').collect();
    let mut state = 1_u64;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    for round in 0..400 {
        // Long runs keep much of the meaning, short ones none.
        let mut text = String::new();
        for _ in 0..=random(20) {
            let start = random(words.len());
            let count = random(60) + 1;
            text.extend(words[start..words.len().min(start + count)].iter().copied());
        }
        db.set_text(file, text.as_str());
        let found = all_diagnostics(&db, file);
        if round % 40 == 0 {
            let mut files = crate::support::library().1;
            files.push(("app.unik".to_owned(), text));
            let fresh = Database::new(Arc::new(MemorySystem::new(files)), library.clone());
            let root = fresh.open("app.unik");
            assert_eq!(said(&db, file), said(&fresh, root), "round {round}");
        }
        for diagnostic in found {
            assert!(!diagnostic.message.is_empty() && !diagnostic.message.contains('\n'), "{diagnostic:?}");
        }
    }
}
