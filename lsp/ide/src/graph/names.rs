//! What things are called in a picture: files without the folders that lead to them, and choices by what decides, so that the same
//! choice has the same name after an edit elsewhere.

use rustc_hash::FxHashMap;
use smol_str::{SmolStr, format_smolstr};
use unik_db::Database;
use unik_graph::{DeviceGraph, Node, NodeKind};
use unik_source::{FileId, Place, Sources, Span};

/// The texts behind places, as they are called beside a file.
pub(super) struct Names<'a> {
    db: &'a Database,
    folder: &'a str,
}

impl<'a> Names<'a> {
    /// Beside a file.
    pub(super) fn new(db: &'a Database, file: FileId) -> Self {
        Self { db, folder: unik_db::path::folder(db.path(file)) }
    }

    /// A path as it is called here.
    pub(super) fn short(&self, path: &str) -> SmolStr {
        SmolStr::new(self.below(path))
    }

    fn below<'p>(&self, path: &'p str) -> &'p str {
        match self.folder {
            "" => path,
            folder => path.strip_prefix(folder).map_or(path, |below| below.trim_start_matches('/')),
        }
    }
}

impl Sources for Names<'_> {
    fn path(&self, file: FileId) -> &str {
        self.below(self.db.path(file))
    }

    fn text(&self, file: FileId) -> &str {
        self.db.text(file)
    }

    fn absolute(&self, place: Place) -> Span {
        self.db.absolute(place)
    }
}

/// The names of the nodes of a graph, in its order: their ids, but a choice is called by what it gives and what decides.
pub(super) fn ids(graph: &DeviceGraph) -> Vec<SmolStr> {
    let mut known: FxHashMap<SmolStr, u32> = FxHashMap::default();
    let mut id = |node: &Node| match &node.kind {
        NodeKind::Device(_) => node.id.clone(),
        NodeKind::Choice(choice) => {
            let label = choice.label.split_whitespace().collect::<Vec<_>>().join(" ");
            let scope: String = node.scope.iter().map(|name| format!("{name}/")).collect();
            let id = format_smolstr!("choice:{scope}{}:{label}", node.ty);
            let count = known.entry(id.clone()).or_default();
            *count += 1;
            if *count == 1 { id } else { format_smolstr!("{id}:{count}") }
        }
    };
    graph.nodes().map(|(_, node)| id(node)).collect()
}
