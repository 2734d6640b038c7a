//! The device graph beside a text: what an image consists of, what of it a configuration takes and how that differs from another
//! one, where each part comes from and why it is there.
//!
//! Everything is read off one graph, the one in which keys are symbols: a configuration gives its expressions values, and so
//! says which branches are taken. So a node has the same name whatever is configured. What is wrong with a configuration is asked
//! of the evaluation with values.

mod differences;
mod facts;
mod keys;
mod names;
mod taken;
mod wrong;

use std::collections::BTreeSet;

use smol_str::SmolStr;
use unik_eval::{KeyValues, Mode, Outcome, Valuation};
use unik_graph::picture::{Change, Figure, Line, LineKind, Marks, Shape};
use unik_graph::{DeviceGraph, Picture, svg};
use unik_source::{FileId, Sources};

use crate::host::{Analysis, Range};
use crate::manifest::Crate;
use crate::problems::Problem;
pub use differences::Difference;
use differences::Differences;
pub use keys::GraphKey;
use taken::{Taken, changes};

/// Which graph is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GraphQuery {
    /// Which unikernel; the first of the file if it is not said or not there.
    pub unikernel: Option<String>,
    /// The values of keys, and the target. Options that the file's keys do not have are left aside.
    pub values: KeyValues,
    /// A second configuration, with which the first is compared.
    pub against: Option<KeyValues>,
    /// Scopes that are shown as one node each: their names joined by `/`.
    pub collapsed: Vec<String>,
    /// Only what is taken, by the one configuration or the other.
    pub evaluated: bool,
}

/// The graph of a unikernel under a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graph {
    /// The unikernels of the file.
    pub unikernels: Vec<SmolStr>,
    /// The one that is shown.
    pub unikernel: SmolStr,
    /// The names of the platforms.
    pub targets: Vec<SmolStr>,
    /// The one in force.
    pub target: Option<SmolStr>,
    /// How many devices and jobs the image has under the configuration; none if too much is wrong for one.
    pub devices: Option<usize>,
    /// The picture; none if too much is wrong for one.
    pub svg: Option<String>,
    /// The nodes, in start order.
    pub nodes: Vec<GraphNode>,
    /// How they use one another.
    pub edges: Vec<GraphEdge>,
    /// The keys of the image and of the file.
    pub keys: Vec<GraphKey>,
    /// Which values of the target and of keys the second configuration has otherwise.
    pub changes: Vec<Difference>,
    /// What is wrong and belongs to no node, with its file.
    pub problems: Vec<(FileId, Problem)>,
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// A device.
    Device,
    /// A device that is a job.
    Job,
    /// A choice among devices.
    Choice,
    /// A scope that is shown as one node.
    Scope,
}

impl NodeKind {
    /// The word of the protocol.
    pub fn word(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Job => "job",
            Self::Choice => "choice",
            Self::Scope => "scope",
        }
    }
}

/// A node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GraphNode {
    /// As in the picture.
    pub id: SmolStr,
    /// What it is.
    pub kind: NodeKind,
    /// The device, `std/kv.crunch`; or what decides; or the scope.
    pub name: SmolStr,
    /// Its module type; empty for a scope.
    pub ty: SmolStr,
    /// The names of its scope, outermost first.
    pub scope: Vec<SmolStr>,
    /// The documentation of the device.
    pub doc: SmolStr,
    /// The expression that led to it; of a scope, that of the last node in it.
    pub range: Range,
    /// Where the device is declared.
    pub declared: Option<Range>,
    /// The crate that has its constructor.
    pub krate: Option<Crate>,
    /// The options of the keys that it reads.
    pub keys: Vec<SmolStr>,
    /// Why it is there, a sentence for each use.
    pub why: Vec<String>,
    /// Whether the configuration takes it.
    pub taken: bool,
    /// How it differs from the second configuration.
    pub change: Option<Change>,
    /// What it is given and what it uses, as far as the second configuration has it otherwise.
    pub changes: Vec<Difference>,
    /// What is wrong in its expression, with its file.
    pub problems: Vec<(FileId, Problem)>,
    /// The ids of the nodes in a scope.
    pub members: Vec<SmolStr>,
}

/// From a user to what it uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GraphEdge {
    /// The id of the user.
    pub from: SmolStr,
    /// The id of what is used.
    pub to: SmolStr,
    /// How, for people: ``argument `store` ``.
    pub role: String,
    /// `argument`, `after` or `branch`.
    pub kind: &'static str,
    /// Whether the configuration takes it.
    pub taken: bool,
    /// How it differs from the second configuration.
    pub change: Option<Change>,
}

impl Analysis {
    /// The graph of a unikernel of a file; nothing if the file declares none.
    pub fn graph(&self, file: FileId, query: &GraphQuery) -> Option<Graph> {
        let db = &self.db;
        let unikernels: Vec<SmolStr> =
            unik_check::unikernels(db, file).into_iter().map(|(name, _)| name).collect();
        let wanted = unikernels.iter().find(|name| query.unikernel.as_deref() == Some(name.as_str()));
        let unikernel = wanted.or(unikernels.first())?.clone();
        let targets: Vec<SmolStr> =
            unik_check::platforms(db, file).into_iter().map(|(name, _)| name).collect();
        let symbolic = unik_eval::evaluate(db, file, Some(&unikernel), &KeyValues::default(), Mode::Symbolic);
        let used = GraphQuery {
            values: keys::usable(&symbolic, &query.values),
            against: query.against.as_ref().map(|against| keys::usable(&symbolic, against)),
            ..query.clone()
        };
        let concrete = unik_eval::evaluate(db, file, Some(&unikernel), &used.values, Mode::Concrete);
        let devices = concrete.graph.as_ref().map(crate::configured::devices);
        let mut wrong = wrong::Wrong::new(db, file, &symbolic, concrete);
        let keys = keys::all(db, file, &symbolic, &query.values, &used.values, &mut wrong);
        let target = |values: &KeyValues| values.target.clone().or_else(|| keys::usual_target(&targets));
        let changes = used.against.as_ref().map(|against| {
            let targets = [target(&used.values), target(against)];
            differences::of_keys(&symbolic, &used.values, against, targets)
        });
        let mut graph = Graph {
            target: target(&used.values),
            devices,
            unikernels,
            unikernel,
            targets,
            svg: None,
            nodes: Vec::new(),
            edges: Vec::new(),
            keys,
            changes: changes.unwrap_or_default(),
            problems: Vec::new(),
        };
        if let Some(devices) = &symbolic.graph {
            self.draw(file, &mut graph, devices, &used, &mut wrong);
        }
        graph.problems = wrong.rest(db);
        Some(graph)
    }

    /// The picture, with what is to be said of its nodes and lines.
    fn draw(
        &self,
        file: FileId,
        graph: &mut Graph,
        devices: &DeviceGraph,
        query: &GraphQuery,
        wrong: &mut wrong::Wrong,
    ) {
        let names = names::Names::new(&self.db, file);
        let mut picture = Picture::of(devices, &names);
        let ids = names::ids(devices);
        for (figure, id) in picture.figures.iter_mut().zip(&ids) {
            figure.id = id.clone();
        }
        picture.target = query.values.target.clone();
        let taken = |values: &KeyValues| {
            Taken::new(devices, &picture, Valuation::new(&devices.exprs, &devices.keys, values))
        };
        let (now, before) = (taken(&query.values), query.against.as_ref().map(taken));
        let mut differences = Differences::default();
        changes(devices, &mut picture, &now, before.as_ref(), query.evaluated, &mut differences);
        if query.evaluated {
            taken::only_taken(devices, &mut picture, &now, before.as_ref());
        }
        if before.is_some() {
            differences.uses(&mut picture);
        }
        wrong.assign(&self.db, devices, &ids, &mut picture);
        let around = picture.clone();
        picture.gather(&query.collapsed);
        let facts = facts::Facts::new(self, devices, &ids, &picture);
        graph.nodes = facts.nodes(&around, wrong, &differences);
        graph.edges = picture.lines.iter().map(|line| edge(&picture, line)).collect();
        graph.svg = Some(svg::draw(&picture));
    }

    /// What a file is called in the graph of another: by its path below the folder of that, or by the name of the library.
    pub fn called_beside(&self, file: FileId, of: FileId) -> String {
        Sources::path(&names::Names::new(&self.db, of), file).to_owned()
    }

    /// The files that a graph of this file is made from: itself and all that it imports, platforms included.
    pub fn graph_files(&self, file: FileId) -> Vec<FileId> {
        let mut files = unik_check::reach(&self.db, file);
        let platforms = unik_check::platforms(&self.db, file).into_iter();
        for further in platforms.flat_map(|(_, platform)| unik_check::reach(&self.db, platform.file)) {
            if !files.contains(&further) {
                files.push(further);
            }
        }
        files
    }
}

fn edge(picture: &Picture, line: &Line) -> GraphEdge {
    let id = |at: usize| picture.figures[at].id.clone();
    GraphEdge {
        from: id(line.from),
        to: id(line.to),
        role: role(&line.kind),
        kind: match line.kind {
            LineKind::Argument(_) => "argument",
            LineKind::After => "after",
            LineKind::Branch { .. } => "branch",
        },
        taken: is_taken(line.marks),
        change: line.marks.change,
    }
}

/// Whether the first configuration takes what has these marks.
fn is_taken(marks: Marks) -> bool {
    !marks.faded && marks.change != Some(Change::Removed)
}

/// What a line is called, for people.
fn role(kind: &LineKind) -> String {
    match kind {
        LineKind::Argument(name) => format!("argument `{name}`"),
        LineKind::After => "started before".to_owned(),
        LineKind::Branch { label, .. } => format!("branch `{label}`"),
    }
}

/// What a box is called in sentences about others.
fn called(figure: &Figure) -> String {
    match &figure.shape {
        Shape::Device { .. } => format!("`{}`", figure.id),
        Shape::Choice { label } => format!("the choice by `{label}`"),
        Shape::Scope { .. } => format!("the scope `{}`", figure.scope.join(".")),
    }
}

/// The keys of an evaluation that people may give: all but the target.
fn options(outcome: &Outcome) -> BTreeSet<&str> {
    outcome.keys.iter().map(|key| key.option.as_str()).collect()
}
