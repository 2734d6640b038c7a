//! Paths of the host, and folders that are embedded.

use unik_graph::HostPath;

use super::Values;
use crate::codes;
use crate::hash::tag;
use crate::layout::{Code, field, string};
use crate::parts::FilesTable;
use crate::resolution::FileContent;

impl Values<'_> {
    /// A path of the host: absolute, found from the crate's own folder when the crate is compiled, so that the crate
    /// reads the same wherever it was written.
    pub(super) fn path(&mut self, path: &HostPath, hint: &str) -> String {
        if path.written.starts_with('/') {
            return string(&path.written);
        }
        let Some(base) = self.resolution.paths.get(&path.folder) else {
            self.report(codes::NO_FILES, format!("the folder of the path `{}` is not known", path.written));
            return string(&path.written);
        };
        let joined = format!("{}/{}", base.trim_end_matches('/'), path.written.trim_start_matches("./"));
        if joined.starts_with('/') {
            return string(&joined);
        }
        let items = vec!["env!(\"CARGO_MANIFEST_DIR\")".to_owned(), string(&format!("/{joined}"))];
        let code = Code::Group { open: "concat!(".to_owned(), items, close: ")".to_owned(), tail: "" };
        self.named(&ending(hint, "path"), "&str", &code)
    }

    /// The static that holds a folder.
    pub(super) fn files(&mut self, folder: &HostPath, hint: &str) -> String {
        if let Some(name) = self.table_names.get(folder) {
            return name.clone();
        }
        let name = self.names.upper(&ending(hint, "files"));
        self.table_names.insert(folder.clone(), name.clone());
        let Some(entries) = self.resolution.files.get(folder) else {
            self.report(codes::NO_FILES, format!("the folder `{}` has not been read", folder.written));
            return name;
        };
        let mut entries: Vec<_> = entries.iter().collect();
        entries.sort_by(|a, b| a.name.as_bytes().cmp(b.name.as_bytes()));
        entries.dedup_by(|a, b| a.name == b.name);
        let mut files = Vec::new();
        for entry in entries {
            let (path, tag) = match &entry.content {
                FileContent::Bytes(bytes) => {
                    let copy = format!("files/{}/{}", name.to_lowercase(), entry.name);
                    self.copies.insert(copy.clone(), bytes.clone());
                    (format!("../{copy}"), tag(bytes))
                }
                FileContent::Path { path, tag } if path.starts_with('/') => (path.clone(), *tag),
                FileContent::Path { path, tag } => (format!("../{path}"), *tag),
            };
            let data = Code::call("include_bytes!", vec![string(&path)]);
            files.push((string(&entry.name), data, format!("Tag({tag:#x})")));
        }
        self.tables.push(FilesTable { lines: table(&name, &files), empty: files.is_empty() });
        name
    }
}

/// `root_path` of `root`, but `path` of `path`.
fn ending(hint: &str, word: &str) -> String {
    if hint.ends_with(word) { hint.to_owned() } else { format!("{hint}_{word}") }
}

/// An embedded folder as a static.
fn table(name: &str, files: &[(String, Code, String)]) -> Vec<String> {
    let record = |indent: usize, (path, data, tag): &(String, Code, String)| {
        let pad = " ".repeat(indent);
        let mut lines = vec![format!("{pad}path: {path},")];
        lines.extend(field(indent, "data", data));
        lines.extend([format!("{pad}tag: {tag},"), format!("{pad}modified: None,")]);
        lines
    };
    let mut lines = Vec::new();
    match files {
        [] => lines.push(format!("static {name}: Files = Files::new(&[]);")),
        [file] => {
            lines.push(format!("static {name}: Files = Files::new(&[File {{"));
            lines.extend(record(4, file));
            lines.push("}]);".to_owned());
        }
        _ => {
            lines.push(format!("static {name}: Files = Files::new(&["));
            for file in files {
                lines.push("    File {".to_owned());
                lines.extend(record(8, file));
                lines.push("    },".to_owned());
            }
            lines.push("]);".to_owned());
        }
    }
    lines
}
