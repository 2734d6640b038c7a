//! What stands behind a page in a browser: one file with all that it leads to, a configuration, and what the page was shown.
//!
//! It answers the messages of the page, and says what the pages must hear when the files change.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use unik_ide::{Analysis, Host};
use unik_source::FileId;

use crate::answer::answer;
use crate::export::{Format, export};
use crate::opened::{Opened, World};
use crate::positions::{Positions, Unit};
use crate::query::{configuration, query};

/// The state behind the pages.
#[derive(Debug)]
pub(crate) struct Session {
    host: Host,
    opened: Opened,
    /// The texts that pages show, as they were told.
    revealed: BTreeMap<FileId, String>,
}

/// What a message leads to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Reply {
    /// For the page that sent it.
    pub(crate) answer: Vec<Value>,
    /// For all pages.
    pub(crate) news: Vec<Value>,
}

/// A message that is none of the protocol's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotUnderstood;

impl Session {
    pub(crate) fn new(world: World, opened: Opened) -> Self {
        Self { host: Host::new(world.system, world.library), opened, revealed: BTreeMap::new() }
    }

    /// Answers a page.
    pub(crate) fn hear(&mut self, message: &Value) -> Result<Reply, NotUnderstood> {
        let analysis = self.host.analysis();
        let file = analysis.file(&self.opened.path);
        let params = message.get("params").unwrap_or(&Value::Null);
        let mut query = query(params, &self.opened.values);
        query.unikernel = query.unikernel.or_else(|| self.opened.unikernel.clone());
        let kind = message.get("kind").and_then(Value::as_str).ok_or(NotUnderstood)?;
        match kind {
            "ask" => {
                let positions = Positions::new(&analysis, Unit::Utf16, |file| Some(uri(&analysis, file)));
                let graph = analysis.graph(file, &query);
                let answer = graph.map(|graph| answer(&graph, &query.values, None, &positions));
                let serial = message.get("serial").cloned().unwrap_or_default();
                Ok(Reply::answering(json!({ "kind": "graph", "serial": serial, "answer": answer })))
            }
            "configure" => {
                self.opened.values = configuration(message.get("configuration").unwrap_or(&Value::Null));
                Ok(Reply { news: vec![changed()], ..Reply::default() })
            }
            "reveal" => {
                let wanted = message.get("uri").and_then(Value::as_str).ok_or(NotUnderstood)?;
                let files = analysis.graph_files(file);
                let Some(found) = files.into_iter().find(|file| uri(&analysis, *file) == wanted) else {
                    return Ok(Reply::default());
                };
                self.revealed.insert(found, analysis.text(found).to_owned());
                Ok(Reply::answering(text(&analysis, found)))
            }
            "export" => {
                let format = message.get("format").and_then(Value::as_str).and_then(Format::named);
                let format = format.ok_or(NotUnderstood)?;
                let exported = export(&analysis, file, &query, format);
                let message = exported.map(|it| {
                    json!({ "kind": "exported", "format": message["format"], "name": it.name, "text": it.text })
                });
                Ok(Reply { answer: message.into_iter().collect(), ..Reply::default() })
            }
            _ => Err(NotUnderstood),
        }
    }

    /// Looks at the disk again. Gives what all pages must hear.
    pub(crate) fn look(&mut self) -> Vec<Value> {
        if !self.host.refresh() {
            return Vec::new();
        }
        let analysis = self.host.analysis();
        let mut news = Vec::new();
        for (file, told) in &mut self.revealed {
            if analysis.text(*file) != told {
                analysis.text(*file).clone_into(told);
                news.push(text(&analysis, *file));
            }
        }
        news.push(changed());
        news
    }
}

impl Reply {
    fn answering(message: Value) -> Self {
        Self { answer: vec![message], news: Vec::new() }
    }
}

/// The graph may be another one.
pub(crate) fn changed() -> Value {
    json!({ "kind": "changed" })
}

fn text(analysis: &Analysis, file: FileId) -> Value {
    json!({ "kind": "text", "uri": uri(analysis, file), "text": analysis.text(file) })
}

/// The name of a file for the page: what is no plain character of a path is written as its bytes.
fn uri(analysis: &Analysis, file: FileId) -> String {
    let mut uri = String::from("file://");
    for byte in analysis.path(file).bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => {
                uri.push(char::from(byte))
            }
            byte => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}
