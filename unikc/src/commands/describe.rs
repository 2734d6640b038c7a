//! `unikc describe FILE`: an image for someone who has not seen it: name, target, keys with stage, value and origin, what
//! the host attaches, devices, crates, and the graph as text.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use unik_eval::Mode;
use unik_graph::{Attachment, DeviceGraph, Key, NodeKind, Stage};

use super::Asked;
use crate::session::Session;
use crate::{exit, output};

/// Tells.
pub(crate) fn run(asked: &Asked<'_>) -> u8 {
    let Some(graph) = asked.graph(Mode::Concrete) else { return exit::FAILURE };
    output::out(&describe(&graph, &asked.session));
    exit::SUCCESS
}

fn describe(graph: &DeviceGraph, session: &Session) -> String {
    let sources = session.sources();
    let mut text = format!("unikernel {} in {}\n", graph.unikernel, sources.path(graph.place.file));
    if let Some(target) = &graph.target {
        let _ = writeln!(text, "target    {}", target.name);
    }
    let mut part = |title: &str, body: String| {
        if !body.is_empty() {
            let _ = write!(text, "\n{title}\n{body}");
        }
    };
    part("Keys", columns(graph.keys.iter().map(|key| key_row(graph, key))));
    part("Attached", columns(graph.attachments.iter().map(attachment_row)));
    part("Devices", columns(device_rows(graph)));
    part("Crates", columns(crate_rows(graph)));
    part("Graph", indented(&unik_graph::text::tree(graph)));
    part("Checked at boot", indented(&unik_graph::text::conditions(graph)));
    text
}

/// Option, stage, value, where the value comes from, who declares it, what it is for.
fn key_row(graph: &DeviceGraph, key: &Key) -> Vec<String> {
    let short = key.short.map_or(String::new(), |short| format!(", -{short}"));
    let default = key.default.map(|default| graph.exprs.text(default, &graph.keys));
    let (value, origin) = match (&key.given, &key.value) {
        (Some(given), _) => (given.option(&key.ty), "given"),
        (None, Some(value)) => (value.option(&key.ty), "default"),
        (None, None) => match default {
            Some(default) => (default, "default"),
            None if key.stage == Stage::Configure => (String::new(), "missing"),
            None => (String::new(), "required at boot"),
        },
    };
    let stage = match key.stage {
        Stage::Both => "configure and run",
        Stage::Configure | Stage::Run => key.stage.word(),
    };
    vec![
        format!("--{}: {}{short}", key.option, key.ty),
        stage.to_owned(),
        value,
        origin.to_owned(),
        key.declared_by.to_string(),
        first_sentence(&key.doc),
    ]
}

/// Option, the device that asks for it, what that is.
fn attachment_row(attached: &Attachment) -> Vec<String> {
    let option = format!("--{} {}", attached.kind, attached.name);
    vec![option, attached.node.to_string(), first_sentence(&attached.doc)]
}

fn device_rows(graph: &DeviceGraph) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for (_, node) in graph.nodes() {
        if let NodeKind::Device(device) = &node.kind {
            let doc = first_sentence(&device.doc);
            rows.push(vec![
                node.id.to_string(),
                device.name.to_string(),
                node.ty.to_string(),
                node.scope.join("."),
                doc,
            ]);
        }
    }
    rows
}

/// Package and folder of each crate that the image would consist of. A folder without a manifest is told as such: the
/// crate is needed only when it is built.
fn crate_rows(graph: &DeviceGraph) -> Vec<Vec<String>> {
    let needs = unik_codegen::needs(graph);
    let mut rows = BTreeMap::new();
    for folder in needs.crates.keys() {
        let folder = if folder.is_empty() { "." } else { folder };
        let manifest = fs::read_to_string(Path::new(folder).join("Cargo.toml"));
        let package = manifest.ok().and_then(|text| unik_codegen::manifest::read(&text, folder).ok());
        let package = package.map_or_else(|| "(no crate yet)".to_owned(), |found| found.package.to_string());
        rows.insert((package.clone(), folder.to_owned()), vec![package, folder.to_owned()]);
    }
    rows.into_values().collect()
}

/// Rows below one another, two spaces between columns; a column that is empty everywhere takes no room.
fn columns(rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let rows: Vec<_> = rows.into_iter().collect();
    let count = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width =
        |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<_> = (0..count).map(|column| width(column).unwrap_or_default()).collect();
    let mut text = String::new();
    for row in &rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths).filter(|(_, width)| **width > 0) {
            let _ = write!(line, "  {cell:width$}");
        }
        text += line.trim_end();
        text.push('\n');
    }
    text
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}\n")).collect()
}

/// What stands for a documentation in a table: its first sentence, which may go over several lines.
fn first_sentence(text: &str) -> String {
    let lines = text.lines().map(str::trim).take_while(|line| !line.is_empty());
    let paragraph = lines.collect::<Vec<_>>().join(" ");
    let starts = |rest: &str| rest.chars().next().is_some_and(|char| char.is_uppercase() || char == '`');
    let mut stops = paragraph.match_indices(". ").filter(|(at, _)| starts(&paragraph[at + 2..]));
    stops.next().map_or(paragraph.clone(), |(at, _)| paragraph[..=at].to_owned())
}

#[cfg(test)]
mod tests {
    use super::first_sentence;

    #[test]
    fn a_table_shows_the_first_sentence() {
        let check = |text: &str, expected: &str| assert_eq!(first_sentence(text), expected);
        check("", "");
        check("Where it\nlistens. Only this machine can.", "Where it listens.");
        check("As in 10.0.0.2/24. Without one, none.", "As in 10.0.0.2/24.");
        check("A size, e.g. 4KiB\n\nMore.", "A size, e.g. 4KiB");
        check("The nic: `--nic a=b`. `c` is another.", "The nic: `--nic a=b`.");
    }
}
