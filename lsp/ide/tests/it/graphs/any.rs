//! Any configuration of any text: what is shown as taken is what evaluation gives, places lie in texts, pictures are XML.

use std::sync::Arc;

use unik_db::{Database, MemorySystem};
use unik_eval::{KeyValues, Mode};
use unik_graph::{ArgumentValue, Edge, NodeKind};
use unik_ide::{Analysis, Graph, GraphNode, GraphQuery, Host};

use super::{host, values, world};
use crate::support::examples;

/// Choices whose making lets two uses of a device become one, keep them apart, or leaves a job out.
const SHARING: &str = "\
module type Part = trait Part
configure key pick: Bool = true
configure key size: Int = 3
key left: Int = 3
key right: Int = 3
device one: Part { rust one }
device two: Part { rust two }
device wrap(part: Part, size: Int): Part { rust wrap }
device site(part: Part): Job { rust site }
let chosen = if pick then one else two
unikernel sharing = [
  site(wrap(chosen, size)),
  site(wrap(one, 3)),
  site(wrap(chosen, left)),
  site(wrap(one, right)),
  if pick then site(wrap(two, left)) else site(wrap(two, left) as \"other\"),
]
";

/// Configurations of an image: every case of every key with cases, on every target, and some that do not do.
fn configurations(graph: &Graph) -> Vec<KeyValues> {
    let mut all = vec![KeyValues::default(), values("target=nowhere")];
    for target in &graph.targets {
        let base = KeyValues { target: Some(target.clone()), ..KeyValues::default() };
        for key in &graph.keys {
            let texts: Vec<&str> = match &key.cases {
                Some(cases) => cases.iter().map(|case| case.as_str()).chain([""]).collect(),
                None => vec!["", "80", "3", "10.0.0.2/24"],
            };
            all.extend(texts.into_iter().map(|text| base.clone().with(&key.option, text)));
        }
        all.push(base);
    }
    all
}

/// Places lie in their texts, names are unique and known, the picture is XML that names all nodes and lines.
fn sound(analysis: &Analysis, graph: &Graph) {
    let mut ids: Vec<&str> = graph.nodes.iter().map(|node| node.id.as_str()).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count, "a name stands for two nodes");
    for GraphNode { range, declared, problems, .. } in &graph.nodes {
        for range in [Some(*range), *declared].into_iter().flatten() {
            assert!(analysis.text(range.file).get(range.span.range()).is_some(), "{range:?}");
        }
        for (file, problem) in problems {
            assert!(analysis.text(*file).get(problem.span.range()).is_some(), "{problem:?}");
        }
    }
    for edge in &graph.edges {
        assert!(
            ids.binary_search(&edge.from.as_str()).is_ok() && ids.binary_search(&edge.to.as_str()).is_ok()
        );
    }
    let Some(svg) = &graph.svg else { return assert!(graph.nodes.is_empty()) };
    let document = roxmltree::Document::parse(svg).unwrap();
    let mut drawn: Vec<&str> = document.descendants().filter_map(|node| node.attribute("data-id")).collect();
    drawn.sort_unstable();
    assert_eq!(drawn, ids);
    let label = |node: &roxmltree::Node<'_, '_>| {
        node.attribute("class").is_some_and(|class| class.starts_with("label"))
    };
    let lines = document.descendants().filter(|node| node.attribute("data-from").is_some() && !label(node));
    assert_eq!(lines.count(), graph.edges.len());
}

/// Nodes and edges of a graph, sorted, by what is the same in any graph of them.
type Content = (Vec<String>, Vec<String>);

fn shown_content(graph: &Graph) -> Content {
    let name = |node: &GraphNode| format!("{} in {}", node.name, node.scope.join("/"));
    let named = |id: &str| name(graph.nodes.iter().find(|node| node.id == id).unwrap());
    let edge =
        |edge: &unik_ide::GraphEdge| format!("{} {} {}", named(&edge.from), edge.role, named(&edge.to));
    let mut nodes: Vec<String> = graph.nodes.iter().map(name).collect();
    let mut edges: Vec<String> = graph.edges.iter().map(edge).collect();
    nodes.sort();
    edges.sort();
    (nodes, edges)
}

fn evaluated_content(graph: &unik_graph::DeviceGraph) -> Content {
    let name = |node: &unik_graph::Node| match &node.kind {
        NodeKind::Device(device) => format!("{} in {}", device.name, node.scope.join("/")),
        NodeKind::Choice(choice) => format!("{} in {}", choice.label, node.scope.join("/")),
    };
    let mut edges = Vec::new();
    for (at, node) in graph.nodes() {
        for (edge, used) in graph.uses(at) {
            let role = match (edge, &node.kind) {
                (Edge::Argument { index }, NodeKind::Device(device)) => {
                    let argument = &device.args[*index as usize];
                    assert_eq!(argument.value, ArgumentValue::Device);
                    format!("argument `{}`", argument.name)
                }
                (Edge::After { .. }, _) => "started before".to_owned(),
                (edge, _) => panic!("an evaluated graph has no {edge:?}"),
            };
            edges.push(format!("{} {role} {}", name(node), name(&graph.graph[used])));
        }
    }
    let mut nodes: Vec<String> = graph.nodes().map(|(_, node)| name(node)).collect();
    nodes.sort();
    edges.sort();
    (nodes, edges)
}

#[test]
fn what_is_taken_is_what_evaluation_gives() {
    let (library, mut files) = world();
    files.push(("/sharing/app.unik".to_owned(), SHARING.to_owned()));
    let db = Database::new(Arc::new(MemorySystem::new(files.clone())), library.clone());
    let host = Host::new(Arc::new(MemorySystem::new(files)), library);
    let analysis = host.analysis();
    let mut compared = 0;
    let paths = examples().into_iter().map(|(path, _)| path).chain(["/sharing/app.unik".to_owned()]);
    for path in paths {
        let (file, own) = (analysis.file(&path), db.open(&path));
        let Some(first) = analysis.graph(file, &GraphQuery::default()) else { continue };
        for values in configurations(&first) {
            let query = GraphQuery { values: values.clone(), evaluated: true, ..GraphQuery::default() };
            let graph = analysis.graph(file, &query).unwrap();
            sound(&analysis, &graph);
            let outcome = unik_eval::evaluate(&db, own, Some(&graph.unikernel), &values, Mode::Concrete);
            if let Some(evaluated) = outcome.graph.filter(|_| outcome.diagnostics.is_empty()) {
                assert_eq!(shown_content(&graph), evaluated_content(&evaluated), "{path} {values:?}");
                compared += 1;
            }
        }
    }
    assert!(compared > 100, "{compared} configurations were compared");
}

#[test]
fn any_text_and_any_configuration_has_an_answer() {
    let mut host = host();
    for (path, text) in examples() {
        let file = host.set_text(&path, text.as_str());
        let first = host.analysis().graph(file, &GraphQuery::default()).unwrap();
        let all = configurations(&first);
        let scopes: Vec<String> = first.nodes.iter().map(|node| node.scope.join("/")).collect();
        for (at, end) in (0..=text.len()).step_by(23).filter(|end| text.is_char_boundary(*end)).enumerate() {
            for piece in
                [text[..end].to_owned(), format!("{} {}", &text[..end], &text[(end + 9).min(text.len())..])]
            {
                let file = host.set_text(&path, piece);
                let analysis = host.analysis();
                let query = GraphQuery {
                    unikernel: None,
                    values: all[at % all.len()].clone(),
                    against: (at % 3 == 0).then(|| all[at * 7 % all.len()].clone()),
                    collapsed: if at % 2 == 0 { scopes.clone() } else { Vec::new() },
                    evaluated: at % 4 < 2,
                };
                if let Some(graph) = analysis.graph(file, &query) {
                    sound(&analysis, &graph);
                    assert_eq!(analysis.graph(file, &query), Some(graph), "two answers differ");
                }
            }
        }
    }
}
