//! The answer to `unik/graph` as JSON. `spec/editors.md` says what each member means; the two change together.

use serde_json::{Value, json};
use smol_str::SmolStr;
use unik_eval::KeyValues;
use unik_ide::{Difference, Graph, GraphEdge, GraphKey, GraphNode, Problem, Range};
use unik_source::{FileId, Severity};

use crate::configuration_value;
use crate::positions::Positions;

/// The whole answer: a graph, the configuration that it was asked with, and the client's version of the text.
pub fn answer(graph: &Graph, values: &KeyValues, version: Option<i32>, positions: &Positions<'_>) -> Value {
    let nodes: Vec<Value> = graph.nodes.iter().map(|it| node(it, positions)).collect();
    let keys: Vec<Value> = graph.keys.iter().map(|it| key(it, positions)).collect();
    json!({
        "version": version,
        "unikernels": strings(&graph.unikernels),
        "unikernel": graph.unikernel.as_str(),
        "targets": strings(&graph.targets),
        "target": graph.target.as_deref(),
        "devices": graph.devices,
        "configuration": configuration_value(values),
        "svg": graph.svg.as_deref(),
        "nodes": nodes,
        "edges": graph.edges.iter().map(edge).collect::<Vec<Value>>(),
        "keys": keys,
        "changes": differences(&graph.changes),
        "problems": problems(&graph.problems, positions),
    })
}

fn node(node: &GraphNode, positions: &Positions<'_>) -> Value {
    let krate =
        node.krate.as_ref().map(|it| json!({ "name": it.name.as_str(), "version": it.version.as_deref() }));
    let mut value = json!({
        "id": node.id.as_str(),
        "kind": node.kind.word(),
        "name": node.name.as_str(),
        "type": node.ty.as_str(),
        "scope": node.scope.join("/"),
        "doc": node.doc.as_str(),
        "declared": node.declared.map(|declared| positions.place(declared)),
        "crate": krate,
        "keys": strings(&node.keys),
        "why": node.why,
        "taken": node.taken,
        "change": node.change.map(|change| change.word()),
        "changes": differences(&node.changes),
        "problems": problems(&node.problems, positions),
        "members": strings(&node.members),
    });
    at(&mut value, node.range, positions);
    value
}

fn differences(differences: &[Difference]) -> Value {
    let value = |it: &Difference| json!({ "name": it.name, "before": it.before, "now": it.now });
    differences.iter().map(value).collect::<Vec<Value>>().into()
}

fn edge(edge: &GraphEdge) -> Value {
    json!({
        "from": edge.from.as_str(),
        "to": edge.to.as_str(),
        "role": edge.role,
        "kind": edge.kind,
        "taken": edge.taken,
        "change": edge.change.map(|change| change.word()),
    })
}

fn key(key: &GraphKey, positions: &Positions<'_>) -> Value {
    let mut value = json!({
        "option": key.option.as_str(),
        "short": key.short.map(String::from),
        "name": key.name.as_str(),
        "scope": key.scope.join("/"),
        "stage": key.stage.word(),
        "type": key.ty.as_str(),
        "cases": key.cases.as_deref().map(strings),
        "doc": key.doc.as_str(),
        "declaredBy": key.declared_by.as_str(),
        "default": key.default,
        "value": key.value,
        "origin": key.origin,
        "problem": key.problem,
    });
    at(&mut value, key.range, positions);
    value
}

fn problems(problems: &[(FileId, Problem)], positions: &Positions<'_>) -> Value {
    let problem = |(file, problem): &(FileId, Problem)| {
        let mut value = json!({
            "code": problem.code.to_string(),
            "severity": match problem.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            },
            "message": problem.message,
        });
        at(&mut value, Range { file: *file, span: problem.span }, positions);
        value
    };
    problems.iter().map(problem).collect::<Vec<Value>>().into()
}

/// Adds `uri` and `range`.
fn at(value: &mut Value, range: Range, positions: &Positions<'_>) {
    value["uri"] = positions.uri(range.file);
    value["range"] = positions.range(range.file, range.span);
}

fn strings(names: &[SmolStr]) -> Value {
    names.iter().map(SmolStr::as_str).collect::<Vec<_>>().into()
}
