//! The fences `console` of `spec/command-line.md`: commands, and what they print. `UPDATE_EXPECT=1` writes them anew.

use std::fs;

use crate::{folder, line, root};

/// The text with the answers that the commands give now.
fn answered(text: &str) -> String {
    let mut out = String::new();
    let mut files: Vec<(String, String)> = Vec::new();
    let mut lines = text.lines();
    while let Some(opening) = lines.next() {
        out += &format!("{opening}\n");
        if opening.starts_with('#') {
            files.clear();
        }
        let Some(info) = opening.strip_prefix("```") else { continue };
        let body: Vec<&str> = lines.by_ref().take_while(|line| !line.starts_with("```")).collect();
        if info == "console" {
            let here = folder(files.iter().map(|(name, text)| (name.as_str(), text.as_bytes())));
            for command in body.iter().filter_map(|line| line.strip_prefix("$ unikc ")) {
                out += &format!("$ unikc {command}\n{}", line(here.path(), command).shown());
            }
        } else {
            let body: String = body.iter().flat_map(|line| [line, "\n"]).collect();
            out += &body;
            if let Some(name) = info.strip_prefix("unik file=") {
                files.push((name.to_owned(), body));
            }
        }
        out += "```\n";
    }
    out
}

#[test]
fn the_chapter_says_what_is_printed() {
    let path = root().join("spec/command-line.md");
    let kept = fs::read_to_string(&path).unwrap();
    let answered = answered(&kept);
    if std::env::var_os("UPDATE_EXPECT").is_some_and(|value| value == "1") {
        fs::write(&path, &answered).unwrap();
    } else {
        let differ = kept.lines().zip(answered.lines()).position(|(kept, now)| kept != now);
        assert!(kept == answered, "line {} differs:\n{answered}", differ.map_or(0, |at| at + 1));
    }
}
