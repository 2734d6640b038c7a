//! What a picture of a graph shows, as a plain value: boxes and the lines between them, before anybody lays them out.
//!
//! A picture is made whole. Then it may be thinned out and marked, its choices resolved ([`Picture::resolve`]), what is then the
//! same merged ([`Picture::merge`]), its scopes gathered into boxes of their own ([`Picture::gather`]); [`crate::svg`] draws what is left.

mod gather;
mod merge;
mod resolve;

pub use gather::SCOPE;

use petgraph::stable_graph::NodeIndex;
use smol_str::SmolStr;
use unik_source::Sources;

use crate::lines::Lines;
use crate::model::{DeviceGraph, Edge, Node, NodeKind};
use crate::text::one_line;

/// What is to be drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// The name of the unikernel.
    pub name: SmolStr,
    /// The target, if it is chosen.
    pub target: Option<SmolStr>,
    /// The boxes; what a box uses comes before it, until scopes are gathered.
    pub figures: Vec<Figure>,
    /// From users to what they use; those of one user stand together, in its order.
    pub lines: Vec<Line>,
    /// The boxes to begin with.
    pub roots: Vec<usize>,
}

/// A box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// The id of the node; that of a gathered scope is `scope:` and its name.
    pub id: SmolStr,
    /// The scope in which it stands, outermost name first.
    pub scope: Vec<SmolStr>,
    /// Its module type; empty for a scope.
    pub ty: SmolStr,
    /// Where it comes from: `app.unik:24:3`; empty for a scope.
    pub span: String,
    /// What it stands for.
    pub shape: Shape,
    /// What is to be seen of it besides.
    pub marks: Marks,
}

/// What a box stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A device.
    Device {
        /// As people know it: `std/kv.crunch`.
        name: SmolStr,
        /// Its name alone.
        short: SmolStr,
        /// Whether it is a job.
        job: bool,
        /// Its arguments that are values: name and text.
        values: Vec<(String, String)>,
        /// The options of the keys that it declares.
        keys: Vec<SmolStr>,
    },
    /// An open choice.
    Choice {
        /// What decides.
        label: String,
    },
    /// All that lies in a scope.
    Scope {
        /// The ids of the nodes in it.
        members: Vec<SmolStr>,
    },
}

/// From a user to what it uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The index of the user.
    pub from: usize,
    /// The index of what is used.
    pub to: usize,
    /// How.
    pub kind: LineKind,
    /// What is to be seen of it besides.
    pub marks: Marks,
}

/// How a box uses another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum LineKind {
    /// An argument, by the name of the parameter.
    Argument(String),
    /// It is started before.
    After,
    /// A branch of a choice.
    Branch {
        /// The number of the branch in the text.
        index: u32,
        /// `then`, `crunch`.
        label: String,
        /// Whether the keys' defaults choose it.
        default: bool,
    },
}

impl LineKind {
    /// What a line is called at the box that it leaves: `store`, `after`, `crunch (default)`.
    pub fn role(&self) -> String {
        match self {
            Self::Argument(name) => name.clone(),
            Self::After => "after".to_owned(),
            Self::Branch { label, default: true, .. } => format!("{label} (default)"),
            Self::Branch { label, default: false, .. } => label.clone(),
        }
    }
}

/// What is to be seen of a box or a line besides what it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// It is the branch that the configuration takes.
    pub taken: bool,
    /// The configuration does not take it.
    pub faded: bool,
    /// There is an error in it.
    pub wrong: bool,
    /// How it differs from another configuration.
    pub change: Option<Change>,
}

/// How something differs from another configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Change {
    /// The other does not have it.
    Added,
    /// Only the other has it.
    Removed,
    /// Both have it, with other values.
    Changed,
}

impl Change {
    /// The word that people, classes and JSON use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
        }
    }
}

impl Picture {
    /// All of a graph. The box with the number n is the nth node.
    pub fn of(graph: &DeviceGraph, sources: &dyn Sources) -> Self {
        let mut lines = Lines::new(sources);
        // Node indices have holes where nodes were removed, boxes have none.
        let mut slots = vec![0; graph.graph.node_indices().map(|at| at.index() + 1).max().unwrap_or(0)];
        let mut figures = Vec::new();
        for (slot, (index, node)) in graph.nodes().enumerate() {
            slots[index.index()] = slot;
            figures.push(figure(graph, node, lines.start(node.place)));
        }
        let mut all = Vec::new();
        for (user, node) in graph.nodes() {
            for (edge, used) in graph.uses(user) {
                let (from, to) = (slots[user.index()], slots[used.index()]);
                all.push(Line { from, to, kind: kind(node, edge), marks: Marks::default() });
            }
        }
        let slot = |at: &NodeIndex| graph.graph.contains_node(*at).then(|| slots[at.index()]);
        Self {
            name: graph.unikernel.clone(),
            target: graph.target.as_ref().map(|target| target.name.clone()),
            figures,
            lines: all,
            roots: graph.roots.iter().filter_map(slot).collect(),
        }
    }

    /// Keeps only the boxes for which it is true, with the lines between them.
    pub fn retain(&mut self, keep: &[bool]) {
        let mut slots = vec![None; self.figures.len()];
        let kept = (0..self.figures.len()).filter(|at| keep.get(*at).copied().unwrap_or_default());
        for (new, old) in kept.enumerate() {
            slots[old] = Some(new);
        }
        let mut at = 0;
        self.figures.retain(|_| {
            at += 1;
            slots[at - 1].is_some()
        });
        let moved = |line: &Line| Some(Line { from: slots[line.from]?, to: slots[line.to]?, ..line.clone() });
        self.lines = self.lines.iter().filter_map(moved).collect();
        self.roots = self.roots.iter().filter_map(|root| slots[*root]).collect();
    }
}

fn figure(graph: &DeviceGraph, node: &Node, span: String) -> Figure {
    let shape = match &node.kind {
        NodeKind::Device(device) => Shape::Device {
            name: device.name.clone(),
            short: device.short.clone(),
            job: device.job,
            values: crate::text::values(graph, node),
            keys: device
                .keys
                .iter()
                .filter_map(|key| Some(graph.keys.get(key.0 as usize)?.option.clone()))
                .collect(),
        },
        NodeKind::Choice(choice) => Shape::Choice { label: one_line(&choice.label) },
    };
    let (id, scope, ty) = (node.id.clone(), node.scope.clone(), node.ty.clone());
    Figure { id, scope, ty, span, shape, marks: Marks::default() }
}

fn kind(user: &Node, edge: &Edge) -> LineKind {
    match edge {
        Edge::Argument { index } => LineKind::Argument(match &user.kind {
            NodeKind::Device(device) => {
                device.args.get(*index as usize).map_or_else(|| index.to_string(), |arg| arg.name.to_string())
            }
            NodeKind::Choice(_) => index.to_string(),
        }),
        Edge::After { .. } => LineKind::After,
        Edge::Branch { index, label, default } => {
            LineKind::Branch { index: *index, label: one_line(label), default: *default }
        }
    }
}
