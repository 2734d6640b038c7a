//! What is to be said of each node of a picture: what it is, where it comes from, which keys it reads, why it is there.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use unik_graph::picture::{Figure, LineKind, Shape};
use unik_graph::{ArgumentValue, DeviceGraph, Node, NodeKind as Kind, Picture};
use unik_source::{Place, Sources};

use super::differences::{Difference, Differences};
use super::wrong::Wrong;
use super::{GraphNode, NodeKind, called, is_taken, role};
use crate::host::{Analysis, Range};
use crate::manifest::{Crate, Manifests};

/// What is known for all nodes.
pub(super) struct Facts<'a> {
    analysis: &'a Analysis,
    graph: &'a DeviceGraph,
    picture: &'a Picture,
    nodes: FxHashMap<&'a SmolStr, &'a Node>,
    crates: BTreeMap<&'a SmolStr, Option<Crate>>,
    why: Vec<Vec<String>>,
}

impl<'a> Facts<'a> {
    /// Over a graph, the names of its nodes, and the picture of it that is shown.
    pub(super) fn new(
        analysis: &'a Analysis,
        graph: &'a DeviceGraph,
        ids: &'a [SmolStr],
        picture: &'a Picture,
    ) -> Self {
        let mut manifests = Manifests::default();
        let mut crates = BTreeMap::new();
        for (_, node) in graph.nodes() {
            if let Kind::Device(device) = &node.kind
                && let Some(rust) = &device.rust
            {
                crates.entry(&rust.folder).or_insert_with(|| manifests.in_folder(&analysis.db, &rust.folder));
            }
        }
        let nodes = graph.nodes().zip(ids).map(|((_, node), id)| (id, node)).collect();
        Self { analysis, graph, picture, nodes, crates, why: why(picture) }
    }

    /// All nodes of the picture, in its order. `whole` is the picture before scopes were gathered.
    pub(super) fn nodes(&self, whole: &Picture, wrong: &Wrong, differences: &Differences) -> Vec<GraphNode> {
        let figures = self.picture.figures.iter().zip(&self.why);
        let node = |(figure, why): (&Figure, &Vec<String>)| match &figure.shape {
            Shape::Scope { members } => self.scope(figure, members, why, whole, wrong),
            Shape::Device { .. } | Shape::Choice { .. } => self.node(figure, why, wrong),
        };
        let mut nodes: Vec<GraphNode> = figures.filter_map(node).collect();
        for node in &mut nodes {
            node.changes = differences.of(&node.id);
            for member in &node.members {
                let of_member = |it: Difference| Difference { name: format!("{member}: {}", it.name), ..it };
                node.changes.extend(differences.of(member).into_iter().map(of_member));
            }
        }
        nodes
    }

    fn node(&self, figure: &Figure, why: &[String], wrong: &Wrong) -> Option<GraphNode> {
        let node = *self.nodes.get(&figure.id)?;
        let (kind, name, doc, declared, krate) = match &node.kind {
            Kind::Device(device) => (
                if device.job { NodeKind::Job } else { NodeKind::Device },
                device.name.clone(),
                device.doc.clone(),
                Some(self.range(device.declared)),
                device.rust.as_ref().and_then(|rust| self.crates.get(&rust.folder).cloned().flatten()),
            ),
            Kind::Choice(choice) => (
                NodeKind::Choice,
                choice.label.split_whitespace().collect::<Vec<_>>().join(" ").into(),
                SmolStr::default(),
                None,
                None,
            ),
        };
        Some(GraphNode {
            id: figure.id.clone(),
            kind,
            name,
            ty: node.ty.clone(),
            scope: node.scope.clone(),
            doc,
            range: self.range(node.place),
            declared,
            krate,
            keys: self.keys(node),
            why: why.to_vec(),
            taken: is_taken(figure.marks),
            change: figure.marks.change,
            changes: Vec::new(),
            problems: wrong.of_node(&self.analysis.db, &figure.id),
            members: Vec::new(),
        })
    }

    /// A scope is all that its members are.
    fn scope(
        &self,
        figure: &Figure,
        members: &[SmolStr],
        why: &[String],
        whole: &Picture,
        wrong: &Wrong,
    ) -> Option<GraphNode> {
        let inside: BTreeSet<&SmolStr> = members.iter().collect();
        let figures = whole.figures.iter().filter(|figure| inside.contains(&figure.id));
        let nodes: Vec<GraphNode> = figures.filter_map(|figure| self.node(figure, &[], wrong)).collect();
        let last = nodes.last()?;
        let mut keys: Vec<SmolStr> = Vec::new();
        for key in nodes.iter().flat_map(|node| &node.keys) {
            if !keys.contains(key) {
                keys.push(key.clone());
            }
        }
        Some(GraphNode {
            id: figure.id.clone(),
            kind: NodeKind::Scope,
            name: figure.scope.last().cloned().unwrap_or_default(),
            ty: SmolStr::default(),
            scope: figure.scope[..figure.scope.len().saturating_sub(1)].to_vec(),
            doc: SmolStr::default(),
            range: last.range,
            declared: None,
            krate: None,
            keys,
            why: why.to_vec(),
            taken: nodes.iter().any(|node| node.taken),
            change: figure.marks.change,
            changes: Vec::new(),
            problems: nodes.iter().flat_map(|node| node.problems.iter().cloned()).collect(),
            members: members.to_vec(),
        })
    }

    /// The options of the keys that a node declares and reads, in order.
    fn keys(&self, node: &Node) -> Vec<SmolStr> {
        let mut ids = BTreeSet::new();
        match &node.kind {
            Kind::Device(device) => {
                ids.extend(device.keys.iter().copied());
                for argument in &device.args {
                    if let ArgumentValue::Value(id) = argument.value {
                        ids.extend(self.graph.exprs.keys(id));
                    }
                }
            }
            Kind::Choice(choice) => ids.extend(choice.keys.iter().copied()),
        }
        let keys = ids.into_iter().filter_map(|id| self.graph.keys.get(id.0 as usize));
        keys.map(|key| key.option.clone()).collect()
    }

    fn range(&self, place: Place) -> Range {
        Range { file: place.file, span: self.analysis.db.absolute(place) }
    }
}

/// Why each box is there: by each of its users, those first that the configuration takes.
fn why(picture: &Picture) -> Vec<Vec<String>> {
    let mut why = vec![Vec::new(); picture.figures.len()];
    for root in &picture.roots {
        why[*root].push(format!("a job of the unikernel `{}`", picture.name));
    }
    let (taken, not): (Vec<_>, Vec<_>) = picture.lines.iter().partition(|line| !line.marks.faded);
    for line in taken.into_iter().chain(not) {
        let user = called(&picture.figures[line.from]);
        let of = match &line.kind {
            LineKind::After => format!("{} {user}", role(&line.kind)),
            LineKind::Argument(_) | LineKind::Branch { .. } => format!("{} of {user}", role(&line.kind)),
        };
        why[line.to].push(if line.marks.faded { format!("{of}, which is not taken") } else { of });
    }
    why
}
