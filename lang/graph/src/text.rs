//! The graph as a tree in text, for people and for the fences of the specification.
//!
//! ```text
//! unikernel filesrv in app.unik for unix
//!
//! file_server = app.file_server: Job
//!   store: choice = choice(store): std/kv.ReadOnly
//!     crunch (default): crunch = std/kv.crunch(files: files("data/")): std/kv.ReadOnly
//!     direct: direct = std/kv.direct(root: "data/"): std/kv.ReadWrite
//!   network: tcp = std/net.tcp(port: port + 1): std/net.Listener in management
//!     stack: sockets = …
//!
//! configure key --store: Store = crunch (default)
//! key --port, -p: Port = 8080 (given)
//! attach --nic service: tap
//! guard port == 80: then http.server, not net.tcp
//! require port != 0, "a port is needed"
//! ```
//!
//! A line is `role: id = device(values): type in scope`. The role is the name of the parameter, the label of the
//! branch, or `after`; a job has none. Each node is written once, at its first use; later uses are `role: (shared: id)`.
//! What lies more than [`DEEPEST`] levels down is `role: (below: id)` and gets a tree of its own at the margin.

use core::fmt::Write as _;
use std::collections::{BTreeSet, VecDeque};

use petgraph::stable_graph::NodeIndex;
use unik_source::Sources;

use crate::model::{ArgumentValue, Attachment, DeviceGraph, Edge, Key, Node, NodeKind, Stage};
use crate::value::{Const, ValueType};

/// How deep a tree is indented.
pub const DEEPEST: usize = 32;

/// All of it: head line, tree, keys, attachments, guards and `require`s.
pub fn render(graph: &DeviceGraph, sources: &dyn Sources) -> String {
    let mut out = format!("unikernel {} in {}", graph.unikernel, sources.path(graph.place.file));
    if let Some(target) = &graph.target {
        let _ = write!(out, " for {}", target.name);
    }
    out.push('\n');
    for part in [tree(graph), keys(graph), attachments(graph), conditions(graph)] {
        if !part.is_empty() {
            out.push('\n');
            out.push_str(&part);
        }
    }
    out
}

/// The nodes: one tree per job, ends with a line break; empty without jobs.
pub fn tree(graph: &DeviceGraph) -> String {
    let mut out = String::new();
    let mut seen = BTreeSet::new();
    let mut margin: VecDeque<NodeIndex> = graph.roots.iter().copied().collect();
    while let Some(start) = margin.pop_front() {
        // What is still to be written, next line last.
        let mut stack = vec![(0, String::new(), start)];
        while let Some((depth, role, node)) = stack.pop() {
            let id = &graph.graph[node].id;
            if depth == 0 && seen.contains(&node) && role.is_empty() && !graph.roots.contains(&node) {
                continue;
            }
            let _ = write!(out, "{:indent$}{role}", "", indent = 2 * depth);
            if seen.contains(&node) {
                let _ = writeln!(out, "(shared: {id})");
            } else if depth > DEEPEST {
                let _ = writeln!(out, "(below: {id})");
                margin.push_back(node);
            } else {
                seen.insert(node);
                let _ = writeln!(out, "{}", line(graph, &graph.graph[node]));
                for (edge, used) in graph.uses(node).into_iter().rev() {
                    stack.push((depth + 1, format!("{}: ", role_of(graph, node, edge)), used));
                }
            }
        }
    }
    out
}

/// The keys, one a line; empty without keys.
pub fn keys(graph: &DeviceGraph) -> String {
    graph.keys.iter().map(|key| key_line(graph, key)).collect()
}

/// What the host attaches, with the node that asks for it, one a line.
pub fn attachments(graph: &DeviceGraph) -> String {
    let line =
        |attached: &Attachment| format!("attach --{} {}: {}\n", attached.kind, attached.name, attached.node);
    graph.attachments.iter().map(line).collect()
}

/// What the program checks at boot, one condition a line.
pub fn conditions(graph: &DeviceGraph) -> String {
    let mut out = String::new();
    for guard in &graph.guards {
        let mut others = guard.branches.clone();
        let taken = match guard.taken as usize {
            taken if taken < others.len() => others.remove(taken),
            _ => Default::default(),
        };
        let _ = write!(out, "guard {}: {taken}", one_line(&guard.label));
        let _ = match others.is_empty() {
            true => writeln!(out),
            false => writeln!(out, ", not {}", others.join(", ")),
        };
    }
    for require in &graph.requires {
        let condition = graph.exprs.text(require.condition, &graph.keys);
        let message = Const::Str(require.message.clone()).literal(&ValueType::Str);
        let _ = writeln!(out, "require {condition}, {message}");
    }
    out
}

/// What an edge is called at the node that it leaves.
pub(crate) fn role_of(graph: &DeviceGraph, node: NodeIndex, edge: &Edge) -> String {
    match edge {
        Edge::Argument { index } => match &graph.graph[node].kind {
            NodeKind::Device(device) => {
                device.args.get(*index as usize).map_or_else(|| index.to_string(), |arg| arg.name.to_string())
            }
            NodeKind::Choice(_) => index.to_string(),
        },
        Edge::After { .. } => "after".to_owned(),
        Edge::Branch { label, default: true, .. } => format!("{} (default)", one_line(label)),
        Edge::Branch { label, default: false, .. } => one_line(label),
    }
}

/// What was written over several lines, in one.
pub(crate) fn one_line(written: &str) -> String {
    written.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `port: port + 1` for each value among the arguments of a device.
pub(crate) fn values(graph: &DeviceGraph, node: &Node) -> Vec<(String, String)> {
    let NodeKind::Device(device) = &node.kind else { return Vec::new() };
    let values = device.args.iter().filter_map(|argument| match argument.value {
        ArgumentValue::Device => None,
        ArgumentValue::Value(id) => Some((argument.name.to_string(), graph.exprs.text(id, &graph.keys))),
    });
    values.collect()
}

fn line(graph: &DeviceGraph, node: &Node) -> String {
    let mut out = format!("{} = ", node.id);
    match &node.kind {
        NodeKind::Device(device) => {
            out.push_str(&device.name);
            let values = values(graph, node);
            if !values.is_empty() {
                let values: Vec<_> = values.iter().map(|(name, value)| format!("{name}: {value}")).collect();
                let _ = write!(out, "({})", values.join(", "));
            }
        }
        NodeKind::Choice(choice) => {
            let _ = write!(out, "choice({})", one_line(&choice.label));
        }
    }
    let _ = write!(out, ": {}", node.ty);
    if !node.scope.is_empty() {
        let _ = write!(out, " in {}", node.scope.join("."));
    }
    out
}

fn key_line(graph: &DeviceGraph, key: &Key) -> String {
    let stage = match key.stage {
        Stage::Configure => "configure ",
        Stage::Both => "",
        Stage::Run => "run ",
    };
    let mut out = format!("{stage}key --{}", key.option);
    if let Some(short) = key.short {
        let _ = write!(out, ", -{short}");
    }
    let _ = write!(out, ": {}", key.ty);
    let default = key.default.map(|id| graph.exprs.text(id, &graph.keys));
    let value = key.given.as_ref().or(key.value.as_ref()).map(|value| value.literal(&key.ty));
    let _ = match (value.or(default), &key.given) {
        (Some(value), Some(_)) => writeln!(out, " = {value} (given)"),
        (Some(value), None) => writeln!(out, " = {value} (default)"),
        (None, _) => writeln!(out, " (required)"),
    };
    out
}
