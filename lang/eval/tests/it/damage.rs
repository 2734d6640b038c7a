//! Any text gives a result: every example of this folder and of the repository, cut and with pieces taken out.

use std::fs;
use std::path::Path;

use unik_eval::{KeyValues, Mode};

use crate::support::world;

fn examples() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let mut folders: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    let mut texts: Vec<String> =
        folders.iter().filter_map(|folder| fs::read_to_string(folder.join("app.unik")).ok()).collect();
    // The fixtures of these tests, as they stand between quotes.
    for text in [include_str!("choice.rs"), include_str!("scope.rs"), include_str!("target.rs")] {
        texts
            .extend(text.split("r#\"").skip(1).filter_map(|rest| Some(rest.split_once("\"#")?.0.to_owned())));
    }
    texts
}

#[test]
fn any_text_gives_a_result() {
    let (mut db, file) = world("");
    for text in examples() {
        assert!(!text.is_empty());
        let cuts: Vec<usize> = (0..text.len()).step_by(11).filter(|at| text.is_char_boundary(*at)).collect();
        for (index, cut) in cuts.iter().enumerate() {
            let rest = cuts.get(index + 3).map_or("", |from| &text[*from..]);
            for damaged in [text[..*cut].to_owned(), format!("{}{rest}", &text[..*cut])] {
                db.set_text(file, damaged.as_str());
                unik_eval::check_file(&db, file);
                let unikernels = unik_check::unikernels(&db, file);
                for name in unikernels.iter().map(|(name, _)| name.as_str()) {
                    let values = KeyValues::default().with("port", "81");
                    let outcome = unik_eval::evaluate(&db, file, Some(name), &values, Mode::Concrete);
                    if let Some(graph) = &outcome.graph {
                        assert!(!unik_graph::text::render(graph, &db).is_empty());
                    }
                }
            }
        }
    }
}
