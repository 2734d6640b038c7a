//! Words of a file that lead to other files: imports, and paths that exist.

use unik_check::id_of;
use unik_db::{Db, Entry, items, parsed, path};
use unik_graph::value::Const;
use unik_source::{FileId, Span};
use unik_syntax::tree::ItemKind;

use crate::host::Analysis;
use crate::typed::Typed;

/// A piece of a text that leads to a file or a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The piece: the path without its quotes.
    pub span: Span,
    /// The path by which the system knows what is there.
    pub path: String,
    /// Whether it is a folder.
    pub folder: bool,
}

impl Analysis {
    /// The links of a file in the order of the text.
    pub fn links(&self, file: FileId) -> Vec<Link> {
        let db = &self.db;
        let Some(source) = db.source(file) else { return Vec::new() };
        unik_check::settle(db, file);
        let mut links = Vec::new();
        for item in items(db, source).iter() {
            let start = item.start(db);
            if let ItemKind::Import(it) = &parsed(db, item).tree.kind {
                let to = unik_check::imported_file(db, id_of(db, item));
                links.extend(to.map(|to| Link {
                    span: it.path_span.shifted(start),
                    path: self.path(to).to_owned(),
                    folder: false,
                }));
            }
            for (span, constant) in Typed::new(db, item).constants() {
                let (Const::Path(of) | Const::Files(of)) = constant else { continue };
                let host = path::join(&of.folder, &of.written);
                let folder = match db.entry(&host) {
                    Entry::Missing => continue,
                    Entry::File => false,
                    Entry::Folder => true,
                };
                let quoted = item.text(db).get(span.range()).is_some_and(|text| text.starts_with('"'));
                if quoted && span.len() > 2 {
                    let span = Span { start: span.start + 1, end: span.end - 1 }.shifted(start);
                    links.push(Link { span, path: host.to_string(), folder });
                }
            }
        }
        links.sort_by_key(|link| link.span);
        links
    }
}
