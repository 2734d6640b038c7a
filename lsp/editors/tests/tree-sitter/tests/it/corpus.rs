//! Texts of the language: the fences of the specification, and the files of the tree.

use std::{fs, path::Path};

/// A text and where it is from.
#[derive(Debug)]
pub struct Sample {
    pub from: String,
    pub text: String,
}

/// All of them, in the order of their paths.
pub fn samples() -> Vec<Sample> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../..");
    let mut samples = Vec::new();
    for folder in ["spec", "examples", "stdlib-devices", "platform-runtimes", "bench", "unikc"] {
        read(&root, Path::new(folder), &mut samples);
    }
    samples
}

fn read(root: &Path, folder: &Path, samples: &mut Vec<Sample>) {
    let entries = fs::read_dir(root.join(folder)).expect("the folders of the tree can be read");
    let mut names: Vec<_> = entries.map(|entry| entry.expect("so can their entries").file_name()).collect();
    names.sort();
    for name in names {
        let path = folder.join(&name);
        if root.join(&path).is_dir() {
            if name != "target" && name != "node_modules" {
                read(root, &path, samples);
            }
            continue;
        }
        let from = path.display().to_string();
        let text = || fs::read_to_string(root.join(&path)).expect("the files of the tree are UTF-8");
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("unik") => samples.push(Sample { from, text: text() }),
            Some("md") => fences(&from, &text(), samples),
            _ => {}
        }
    }
}

/// What stands between ```` ```unik ```` and ```` ``` ````.
fn fences(from: &str, text: &str, samples: &mut Vec<Sample>) {
    let mut open: Option<(usize, String)> = None;
    for (line, content) in (1..).zip(text.split_inclusive('\n')) {
        match &mut open {
            Some(_) if content.trim_end() == "```" => {
                let (at, text) = open.take().expect("it was just looked at");
                samples.push(Sample { from: format!("{from}:{at}"), text });
            }
            Some((_, fence)) => fence.push_str(content),
            None if content.trim_end() == "```unik" || content.starts_with("```unik ") => {
                open = Some((line + 1, String::new()));
            }
            None => {}
        }
    }
}
