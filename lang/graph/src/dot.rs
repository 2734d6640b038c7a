//! The graph in graphviz's language.
//!
//! Devices are boxes with their name, values and keys, choices are ellipses. Branches are dotted, the one that the
//! defaults choose is bold as well, `after` is dashed. `ordering=out` keeps arguments in their order.

use core::fmt::Write as _;

use unik_source::Sources;

use crate::lines::Lines;
use crate::model::{DeviceGraph, Edge, Node, NodeKind};
use crate::text::{one_line, role_of, values};

/// A `digraph`.
pub fn render(graph: &DeviceGraph, sources: &dyn Sources) -> String {
    let mut lines = Lines::new(sources);
    let mut out = format!("digraph {} {{\n", quoted(&graph.unikernel));
    out.push_str(
        "  graph [ordering=out];\n  node [fontname=\"monospace\"];\n  edge [fontname=\"monospace\"];\n",
    );
    for (_, node) in graph.nodes() {
        let shape = match node.kind {
            NodeKind::Device(_) => "box",
            NodeKind::Choice(_) => "ellipse",
        };
        let _ = writeln!(
            out,
            "  {} [shape={shape}, label={}, tooltip={}];",
            quoted(&node.id),
            quoted(&label(graph, node)),
            quoted(&format!("{} {}", node.ty, lines.start(node.place))),
        );
    }
    for (index, node) in graph.nodes() {
        for (edge, used) in graph.uses(index) {
            let _ = write!(out, "  {} -> {}", quoted(&node.id), quoted(&graph.graph[used].id));
            let _ = match edge {
                Edge::Argument { .. } => {
                    writeln!(out, " [tooltip={}];", quoted(&role_of(graph, index, edge)))
                }
                Edge::After { .. } => writeln!(out, " [style=dashed, tooltip=\"after\"];"),
                Edge::Branch { label, default, .. } => {
                    let style = if *default { "\"dotted,bold\"" } else { "dotted" };
                    writeln!(out, " [style={style}, label={}];", quoted(&one_line(label)))
                }
            };
        }
    }
    out.push_str("}\n");
    out
}

fn label(graph: &DeviceGraph, node: &Node) -> String {
    let mut out = String::new();
    if !node.scope.is_empty() {
        let _ = writeln!(out, "{}", node.scope.join("."));
    }
    match &node.kind {
        NodeKind::Device(device) => {
            out.push_str(&device.name);
            for (name, value) in values(graph, node) {
                let _ = write!(out, "\n{name}: {value}");
            }
            for key in device.keys.iter().filter_map(|key| graph.keys.get(key.0 as usize)) {
                let _ = write!(out, "\n--{}", key.option);
            }
        }
        NodeKind::Choice(choice) => out.push_str(&one_line(&choice.label)),
    }
    out
}

/// A string of the dot language, in which a line break is centred. Besides the quote, the backslash is special, and
/// an ampersand where it begins what looks like an entity of HTML.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for (at, char) in text.char_indices() {
        match char {
            '&' if entity(&text[at + 1..]) => out.push_str("&amp;"),
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            // Graphviz hands other control characters through to formats that do not allow them.
            char if char.is_control() => out.push('\u{fffd}'),
            char => out.push(char),
        }
    }
    out.push('"');
    out
}

/// Whether a text that stands behind an ampersand begins as `lt;` or `#39;` do.
fn entity(text: &str) -> bool {
    let name = text.find(|char: char| !(char.is_ascii_alphanumeric() || char == '#'));
    name.is_some_and(|end| end > 0 && text[end..].starts_with(';'))
}
