//! The texts that the client has open, and its edits of them.

use std::collections::BTreeMap;

use tower_lsp::ls_types::{TextDocumentContentChangeEvent, Uri};

use crate::position::{Encoding, Lines};

/// A text that is open.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    /// How the client calls it.
    pub(crate) uri: Uri,
    /// The client's number of this state of the text.
    pub(crate) version: i32,
    /// The text.
    pub(crate) text: String,
}

/// The texts that are open, by the path under which the language knows them.
pub(crate) type Documents = BTreeMap<String, Document>;

impl Document {
    /// Applies edits in their order: each counts in the text that those before it left.
    pub(crate) fn apply(&mut self, changes: Vec<TextDocumentContentChangeEvent>, encoding: Encoding) {
        for change in changes {
            match change.range {
                None => self.text = change.text,
                Some(range) => {
                    let span = Lines::new(&self.text, encoding).span(range);
                    self.text.replace_range(span.range(), &change.text);
                }
            }
        }
    }
}

/// The path under which the language knows a file: the path of the host, or for what is on no disk the whole name.
pub(crate) fn path_of(uri: &Uri) -> String {
    let file = uri.as_str().starts_with("file:").then(|| uri.to_file_path()).flatten();
    let path = file.map(|path| path.to_string_lossy().into_owned());
    unik_db::path::join("", &path.unwrap_or_else(|| uri.as_str().to_owned())).to_string()
}
