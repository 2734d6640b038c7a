//! The graph as JSON, version 1. `spec/graph.schema.json` says what each member means; the two change together.

use serde_json::{Value, json};
use unik_source::{Place, Sources};

use petgraph::stable_graph::NodeIndex;

use crate::expr::KeyId;
use crate::lines::Lines;
use crate::model::{ArgumentValue, Attachment, DeviceGraph, Edge, Key, Node, NodeKind};

/// The version of the format.
pub const VERSION: u32 = 1;

/// The text of [`value`], indented, with a line break at its end.
pub fn render(graph: &DeviceGraph, sources: &dyn Sources) -> String {
    format!("{:#}\n", value(graph, sources))
}

/// The whole graph.
pub fn value(graph: &DeviceGraph, sources: &dyn Sources) -> Value {
    let mut lines = Lines::new(sources);
    let keys: Vec<_> = graph.keys.iter().map(|key| key_value(graph, key, &mut lines)).collect();
    let nodes: Vec<_> = graph.nodes().map(|(at, node)| node_value(graph, at, node, &mut lines)).collect();
    let edges: Vec<_> = graph
        .nodes()
        .flat_map(|(user, _)| graph.uses(user).into_iter().map(move |(edge, used)| (user, edge, used)))
        .map(|(user, edge, used)| edge_value(&graph.graph[user], edge, &graph.graph[used]))
        .collect();
    let attachments: Vec<_> =
        graph.attachments.iter().map(|attachment| attachment_value(attachment, &mut lines)).collect();
    json!({
        "version": VERSION,
        "unikernel": graph.unikernel.as_str(),
        "target": graph.target.as_ref().map(|target| target.name.as_str()),
        "span": span(graph.place, &mut lines),
        "roots": graph.roots.iter().map(|root| graph.graph[*root].id.as_str()).collect::<Vec<_>>(),
        "keys": keys,
        "nodes": nodes,
        "edges": edges,
        "attachments": attachments,
    })
}

fn attachment_value(attachment: &Attachment, lines: &mut Lines<'_>) -> Value {
    json!({
        "kind": attachment.kind.as_str(),
        "name": attachment.name.as_str(),
        "node": attachment.node.as_str(),
        "doc": attachment.doc.as_str(),
        "span": span(attachment.place, lines),
    })
}

fn key_value(graph: &DeviceGraph, key: &Key, lines: &mut Lines<'_>) -> Value {
    let value = key.given.as_ref().or(key.value.as_ref());
    let origin = match (&key.given, value) {
        (Some(_), _) => Some("given"),
        (None, Some(_)) => Some("default"),
        (None, None) => None,
    };
    json!({
        "name": key.name.as_str(),
        "option": key.option.as_str(),
        "short": key.short.map(String::from),
        "scope": strings(&key.scope),
        "stage": key.stage.word(),
        "type": key.ty.to_string(),
        "default": key.default.map(|id| graph.exprs.text(id, &graph.keys)),
        "value": value.map(|value| value.option(&key.ty)),
        "origin": origin,
        "doc": key.doc.as_str(),
        "declaredBy": key.declared_by.as_str(),
        "span": span(key.place, lines),
    })
}

fn node_value(graph: &DeviceGraph, at: NodeIndex, node: &Node, lines: &mut Lines<'_>) -> Value {
    let mut value = json!({
        "id": node.id.as_str(),
        "type": node.ty.as_str(),
        "scope": strings(&node.scope),
        "span": span(node.place, lines),
    });
    match &node.kind {
        NodeKind::Device(device) => {
            let uses = graph.uses(at);
            let used = |index: usize| {
                let mut arguments = uses.iter().filter_map(|(edge, used)| match edge {
                    Edge::Argument { index: own } if *own as usize == index => Some(*used),
                    Edge::Argument { .. } | Edge::After { .. } | Edge::Branch { .. } => None,
                });
                arguments.next().map(|used| graph.graph[used].id.as_str())
            };
            let args: Vec<_> = device
                .args
                .iter()
                .enumerate()
                .map(|(index, argument)| match argument.value {
                    ArgumentValue::Device => json!({ "name": argument.name.as_str(), "node": used(index) }),
                    ArgumentValue::Value(id) => {
                        json!({ "name": argument.name.as_str(), "value": graph.exprs.text(id, &graph.keys) })
                    }
                })
                .collect();
            value["kind"] = "device".into();
            value["device"] = device.name.as_str().into();
            value["doc"] = device.doc.as_str().into();
            value["args"] = args.into();
            value["keys"] = options(graph, &device.keys);
        }
        NodeKind::Choice(choice) => {
            value["kind"] = "choice".into();
            value["label"] = choice.label.as_str().into();
            value["keys"] = options(graph, &choice.keys);
        }
    }
    value
}

fn edge_value(user: &Node, edge: &Edge, used: &Node) -> Value {
    let (from, to) = (user.id.as_str(), used.id.as_str());
    match edge {
        Edge::Argument { index } => json!({ "from": from, "to": to, "kind": "argument", "index": index }),
        Edge::After { index } => json!({ "from": from, "to": to, "kind": "after", "index": index }),
        Edge::Branch { index, label, default } => json!({
            "from": from,
            "to": to,
            "kind": "branch",
            "index": index,
            "label": label.as_str(),
            "default": default,
        }),
    }
}

fn span(place: Place, lines: &mut Lines<'_>) -> Value {
    let range = lines.range(place);
    json!({
        "file": range.file,
        "line": range.line,
        "column": range.column,
        "end_line": range.end_line,
        "end_column": range.end_column,
    })
}

fn options(graph: &DeviceGraph, keys: &[KeyId]) -> Value {
    let keys = keys.iter().filter_map(|key| graph.keys.get(key.0 as usize));
    keys.map(|key| key.option.as_str()).collect::<Vec<_>>().into()
}

fn strings(names: &[smol_str::SmolStr]) -> Value {
    names.iter().map(smol_str::SmolStr::as_str).collect::<Vec<_>>().into()
}
