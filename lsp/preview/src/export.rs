//! A graph as a file that stands alone: the page with its answer within, or the picture. Files are called in it as people call them,
//! so that it says nothing of the machine.

use serde_json::Value;
use unik_ide::{Analysis, GraphQuery, Host};
use unik_source::FileId;

use crate::answer::answer;
use crate::opened::{Opened, World};
use crate::page::document;
use crate::positions::{Positions, Unit};

/// As what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// The page.
    Html,
    /// The picture.
    Svg,
}

impl Format {
    /// The format with this name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "html" => Some(Self::Html),
            "svg" => Some(Self::Svg),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Svg => "svg",
        }
    }
}

/// A file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// What it may be called.
    pub name: String,
    /// What is in it.
    pub text: String,
}

/// The policy of a file has a nonce too: nothing but its own script and style may run in it.
const NONCE: &str = "unik";

/// A graph as a file; nothing if the file declares no unikernel, or there is nothing to draw.
pub fn export(analysis: &Analysis, file: FileId, query: &GraphQuery, format: Format) -> Option<Exported> {
    let graph = analysis.graph(file, query)?;
    let name = format!("{}.{}", graph.unikernel, format.name());
    let text = match format {
        Format::Svg => graph.svg?,
        Format::Html => {
            let called = |at: FileId| Some(analysis.called_beside(at, file));
            let positions = Positions::new(analysis, Unit::Utf16, called);
            document(NONCE, Some(&answer(&graph, &query.values, None, &positions)))
        }
    };
    Some(Exported { name, text })
}

/// The same in the form of the protocol; null if there is nothing.
pub fn exported_value(exported: Option<Exported>) -> Value {
    exported.map_or(Value::Null, |it| serde_json::json!({ "name": it.name, "text": it.text }))
}

/// The page of a file alone. With `evaluated` it shows only what is taken.
pub fn page(world: World, opened: &Opened, evaluated: bool) -> Option<String> {
    let host = Host::new(world.system, world.library);
    let analysis = host.analysis();
    let (unikernel, values) = (opened.unikernel.clone(), opened.values.clone());
    let query = GraphQuery { unikernel, values, evaluated, ..GraphQuery::default() };
    Some(export(&analysis, analysis.file(&opened.path), &query, Format::Html)?.text)
}
