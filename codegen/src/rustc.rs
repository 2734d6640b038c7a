//! What rustc says about a generated crate, in the words of the language.
//!
//! A device whose Rust type does not implement its module type's trait, a constructor that is not there, arguments that
//! do not fit: only rustc can know. Its message is told at the `.unik` device. Messages about other crates are none of
//! this module's: those are told as cargo tells them.

mod whole;

use std::collections::BTreeSet;

use petgraph::stable_graph::NodeIndex;
use serde_json::Value;
use unik_graph::{Device, DeviceGraph, NodeKind, Rust};
use unik_source::{Code, Diagnostic};

pub use whole::{StdUser, needs_std};

use crate::codes;
use crate::layout::comment;
use crate::{Crate, Origin, OriginKind};

/// What messages of cargo (`--message-format json`, one a line) amount to. One mistake is told once: rustc goes on after
/// a device that is wrong, and then all that depends on it is wrong too.
pub fn diagnostics<'m>(
    messages: impl IntoIterator<Item = &'m Value>,
    generated: &Crate,
    graph: &DeviceGraph,
) -> Vec<Diagnostic> {
    let all: Vec<(String, Diagnostic)> =
        messages.into_iter().filter_map(|message| located(message, generated, graph)).collect();
    let wrong: Vec<NodeIndex> = all
        .iter()
        .filter(|(_, told)| told.code != codes::NOT_CLONE)
        .filter_map(|(node, _)| graph.find(node))
        .collect();
    let mut told: Vec<(String, Diagnostic)> = Vec::new();
    for (node, diagnostic) in all {
        let same = |(other, known): &(String, Diagnostic)| {
            known.code == diagnostic.code && known.primary() == diagnostic.primary()
                // The first mistake of a device makes the others.
                || !node.is_empty() && *other == node && diagnostic.code != codes::NOT_CLONE
        };
        let follows = diagnostic.code != codes::NOT_FOUND
            && diagnostic.code != codes::NOT_CLONE
            && graph.find(&node).is_some_and(|node| depends(graph, node, &wrong));
        if !follows && !told.iter().any(same) {
            told.push((node, diagnostic));
        }
    }
    told.into_iter().map(|(_, diagnostic)| diagnostic).collect()
}

/// What one message amounts to, if it is an error in the generated crate's own sources. [`diagnostics`] tells each
/// mistake once.
pub fn diagnostic(message: &Value, generated: &Crate, graph: &DeviceGraph) -> Option<Diagnostic> {
    located(message, generated, graph).map(|(_, told)| told)
}

/// Whether a node uses one of these, directly or not.
fn depends(graph: &DeviceGraph, node: NodeIndex, on: &[NodeIndex]) -> bool {
    let mut seen = BTreeSet::new();
    let mut open: Vec<NodeIndex> = graph.uses(node).into_iter().map(|(_, used)| used).collect();
    while let Some(used) = open.pop() {
        if on.contains(&used) {
            return true;
        }
        if seen.insert(used) {
            open.extend(graph.uses(used).into_iter().map(|(_, used)| used));
        }
    }
    false
}

/// A message as a diagnostic, and the node it is about.
fn located(message: &Value, generated: &Crate, graph: &DeviceGraph) -> Option<(String, Diagnostic)> {
    let target = message.get("target")?;
    let is_program = target.get("name")?.as_str()? == generated.program
        && target.get("kind")?.as_array()?.iter().any(|kind| kind == "bin");
    let message = message.get("message")?;
    if !is_program || message.get("level")?.as_str()? != "error" {
        return None;
    }
    let found = Found::new(message, generated);
    let Some(origin) = found.origin else {
        // The last line of rustc, «aborting due to …», has neither code nor place.
        if message.get("spans")?.as_array()?.is_empty() {
            return whole::told(message, generated, graph);
        }
        let text = format!("the generated crate does not compile: {}", found.text);
        return Some((
            String::new(),
            Diagnostic::error(codes::OTHER, text, graph.place, "of this unikernel"),
        ));
    };
    Some((origin.node.clone(), told(&found, origin, graph)))
}

/// What matters of a message.
struct Found<'m> {
    /// Its first line.
    text: String,
    /// `E0277`; empty if there is none.
    code: &'m str,
    origin: Option<&'m Origin>,
    /// The line of the program, and the columns in it.
    line: &'m str,
    columns: (usize, usize),
    /// What rustc adds: labels, notes, helps.
    more: Vec<String>,
}

impl<'m> Found<'m> {
    fn new(message: &'m Value, generated: &'m Crate) -> Self {
        let text = |value: &'m Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or("");
        let array =
            |value: &'m Value, name: &str| value.get(name).and_then(Value::as_array).into_iter().flatten();
        let number = |value: &Value, name: &str| value.get(name).and_then(Value::as_u64).unwrap_or(0);
        let spans =
            || array(message, "spans").filter(|span| text(span, "file_name").ends_with("src/main.rs"));
        let primary = |span: &&Value| span.get("is_primary").and_then(Value::as_bool) == Some(true);
        let located = |span: &'m Value| {
            let line = u32::try_from(number(span, "line_start")).unwrap_or(0);
            Some((span, generated.source_map.at(line)?))
        };
        let span = spans().filter(primary).find_map(located).or_else(|| spans().find_map(located));
        let shown = span.and_then(|(span, _)| array(span, "text").next());
        let column = |name| shown.map_or(0, |shown| usize::try_from(number(shown, name)).unwrap_or(0));
        let labels = spans().filter_map(|span| span.get("label").and_then(Value::as_str));
        let notes = array(message, "children").map(|child| text(child, "message"));
        Self {
            text: comment(text(message, "message")),
            code: message.get("code").map_or("", |code| text(code, "code")),
            origin: span.map(|(_, origin)| origin),
            line: shown.map_or("", |shown| text(shown, "text")),
            columns: (column("highlight_start"), column("highlight_end")),
            more: labels.chain(notes).map(comment).filter(|text| !text.is_empty()).collect(),
        }
    }

    /// The variable that is cloned where rustc points at `.clone()`.
    fn cloned(&self) -> Option<String> {
        let (start, _) = self.columns;
        let before: String = self.line.chars().take(start.saturating_sub(1)).collect();
        let before = before.trim_end_matches('.');
        let name: String =
            before.chars().rev().take_while(|char| char.is_alphanumeric() || *char == '_').collect();
        Some(name.chars().rev().collect()).filter(|name: &String| !name.is_empty())
    }

    /// Whether any text of rustc names this.
    fn names(&self, what: &str) -> bool {
        self.text.contains(what) || self.more.iter().any(|text| text.contains(what))
    }
}

fn told(found: &Found<'_>, origin: &Origin, graph: &DeviceGraph) -> Diagnostic {
    let device = device(graph, &origin.node);
    let error =
        |code: Code, message: String, label: &str| Diagnostic::error(code, message, origin.place, label);
    let (Some(device), Some(kind)) = (device, kind(found, origin, graph)) else {
        return with_rustc(other(found, origin), found);
    };
    let name = &device.name;
    let path = device.rust.as_ref().map_or("", |rust| rust.path.as_str());
    let told = match kind {
        Kind::NotImplemented(bound) => {
            let module_type =
                graph.nodes().find(|(_, node)| node.id == origin.node).map(|(_, node)| node.ty.clone());
            let module_type = module_type.unwrap_or_default();
            error(
                codes::NOT_IMPLEMENTED,
                format!("device `{name}` does not implement `{module_type}`"),
                "used here",
            )
            .label(device.declared, format!("declared as a `{module_type}`"))
            .label(bound.place, format!("which is the trait `{}`", bound.path))
            .help(format!(
                "implement `{}` for what `{path}` gives, or declare another module type",
                bound.path
            ))
        }
        Kind::NotFound => {
            let place = match origin.kind {
                OriginKind::Trait => device.bound.as_ref(),
                _ => device.rust.as_ref(),
            };
            let (place, path) = place.map_or((origin.place, path), |rust| (rust.place, rust.path.as_str()));
            let message = format!("`{path}` is not in the crate beside its `.unik` file");
            let told = Diagnostic::error(codes::NOT_FOUND, message, place, "named here");
            let told = if place == origin.place { told } else { told.label(origin.place, "needed here") };
            told.help("write it there as `pub`, or correct the path: it is relative to the root of the crate")
        }
        Kind::Arguments => {
            let params: Vec<_> = device.args.iter().map(|argument| argument.name.as_str()).collect();
            let params = if params.is_empty() { "nothing".to_owned() } else { params.join(", ") };
            error(codes::ARGUMENTS, format!("the arguments of `{name}` do not fit `{path}`"), "used here")
                .label(device.declared, "declared here")
                .note(format!("a constructor takes the parameters in order, then the keys; here: {params}"))
        }
        Kind::NotClone => {
            let variable = found.cloned().unwrap_or_default();
            let shared = graph.nodes().find(|(_, node)| node.id == variable);
            let shared = shared.and_then(|(_, node)| match &node.kind {
                NodeKind::Device(device) => Some((node, device)),
                NodeKind::Choice(_) => None,
            });
            match shared {
                Some((node, device)) => {
                    let message = format!("device `{}` is shared, but cannot be cloned", device.name);
                    Diagnostic::error(codes::NOT_CLONE, message, node.place, "made here")
                        .label(origin.place, format!("one of its users, `{name}`"))
                        .label(device.declared, "declared here")
                        .help("derive `Clone` for its Rust type, or make two of it: `… as \"name\"`, `generative`")
                }
                None => error(codes::NOT_CLONE, "a shared device cannot be cloned".to_owned(), "used here"),
            }
        }
        Kind::Result => {
            let what = if device.job {
                "a job's constructor is its run: an `async fn` that returns `Result<(), Error>`"
            } else {
                "a constructor is an `async fn` that returns `Result<Device, Error>`"
            };
            error(codes::RESULT, format!("`{path}` does not return what `{name}` needs"), "used here")
                .label(device.declared, "declared here")
                .note(what)
                .note("the error is any type that implements `core::error::Error`, or `unik::Failure`")
        }
    };
    with_rustc(told, found)
}

enum Kind<'g> {
    NotImplemented(&'g Rust),
    NotFound,
    Arguments,
    NotClone,
    Result,
}

/// Which mistake rustc's code means on a line of this origin.
fn kind<'g>(found: &Found<'_>, origin: &Origin, graph: &'g DeviceGraph) -> Option<Kind<'g>> {
    let device = device(graph, &origin.node)?;
    match found.code {
        "E0277" if found.text.contains("Clone` is not satisfied") => Some(Kind::NotClone),
        // `the method` where it would be there if something else held.
        "E0599" if found.text.contains("method named `clone`") || found.text.contains("method `clone`") => {
            Some(Kind::NotClone)
        }
        "E0277" | "E0271"
            if found.names("is not a future")
                || found.names("a future that resolves")
                || found.names("Failure")
                || found.names("`?`") =>
        {
            Some(Kind::Result)
        }
        "E0277" | "E0271" => {
            let bound = device.bound.as_ref();
            let named = |bound: &&Rust| {
                let name = bound.path.rsplit("::").next().unwrap_or(&bound.path);
                found.text.contains(&format!(": {name}`"))
                    || found.text.contains(&format!("::{name}`"))
                    || found.text.contains(&format!(": {name}<"))
            };
            match bound.filter(named) {
                Some(bound) => Some(Kind::NotImplemented(bound)),
                None => Some(Kind::Arguments),
            }
        }
        "E0061" | "E0107" | "E0282" | "E0283" => Some(Kind::Arguments),
        "E0308" if found.names("Result<") && !found.names("arguments to this") => Some(Kind::Result),
        "E0308" => Some(Kind::Arguments),
        "E0405" | "E0412" | "E0423" | "E0425" | "E0432" | "E0433" | "E0574" | "E0599" | "E0603" | "E0624" => {
            Some(Kind::NotFound)
        }
        _ => None,
    }
}

fn other(found: &Found<'_>, origin: &Origin) -> Diagnostic {
    let label = match origin.kind {
        OriginKind::Construct | OriginKind::Bound => "for this device",
        OriginKind::Value => "for this value",
        OriginKind::Key => "for this key",
        OriginKind::Trait => "for this trait",
        OriginKind::Enum => "for this enum",
    };
    // A case or a whole enum of Rust that is missing has no device to be told at.
    let missing = matches!(found.code, "E0412" | "E0425" | "E0432" | "E0433" | "E0599" | "E0603")
        || found.text.contains("Copy` is not satisfied");
    let names_enums = matches!(origin.kind, OriginKind::Enum | OriginKind::Value | OriginKind::Key);
    if names_enums && missing {
        let message = "the Rust enum is not like the enum of the `.unik` file";
        return Diagnostic::error(codes::NOT_FOUND, message, origin.place, label).help(
            "declare it with `pub enum` at the root of the crate, `Copy`, with the same cases in upper camel case",
        );
    }
    let message = format!("the generated crate does not compile: {}", found.text);
    Diagnostic::error(codes::OTHER, message, origin.place, label)
}

/// What rustc said goes along, since it knows the types.
fn with_rustc(diagnostic: Diagnostic, found: &Found<'_>) -> Diagnostic {
    let code = if found.code.is_empty() { String::new() } else { format!(" ({})", found.code) };
    let mut more = found.more.iter().filter(|text| !found.text.contains(text.as_str())).take(3).cloned();
    let first = format!("rustc{code}: {}", found.text);
    let all: Vec<String> = core::iter::once(first).chain(more.by_ref()).collect();
    diagnostic.note(all.join("; "))
}

fn device<'g>(graph: &'g DeviceGraph, id: &str) -> Option<&'g Device> {
    graph.nodes().filter(|(_, node)| node.id == id).find_map(|(_, node)| match &node.kind {
        NodeKind::Device(device) => Some(device),
        NodeKind::Choice(_) => None,
    })
}
