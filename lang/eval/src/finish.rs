//! The graph at the end: only what the jobs reach, in start order, with ids, and with what is wrong when all of it stands in
//! one image.

use std::collections::BTreeSet;

use petgraph::stable_graph::{NodeIndex, StableDiGraph};
use rustc_hash::FxHashSet;
use smol_str::SmolStr;
use unik_check::core::Type;
use unik_check::core::Unikernel;
use unik_graph::{
    Argument, ArgumentValue, Attachment, Choice, Claim, Const, Device, DeviceGraph, Edge, ExprId, Guard, Key,
    KeyId, NodeKind, Platform, Requirement, Stage,
};
use unik_source::Diagnostic;

use crate::arithmetic::Known;
use crate::attach::{Asked, sorted};
use crate::claim::Claims;
use crate::ids::Ids;
use crate::keys::KeyOwner;
use crate::machine::Machine;
use crate::node::{ChoiceNode, DeviceNode, Node};
use crate::operator::overflow;
use crate::renumber::{Renumbered, finished, start_order};
use crate::require::Pending;
use crate::table::number;
use crate::value::{NodeId, Value};
use crate::values::Mode;

impl<'d> Machine<'d> {
    /// The graph of a unikernel whose body gave `value`; nothing if a mistake left no job.
    pub(crate) fn graph(
        &mut self,
        unikernel: &Unikernel,
        value: Value,
        requires: &[Pending<'d>],
    ) -> Option<DeviceGraph> {
        let roots = self.roots(value);
        if roots.is_empty() {
            return None;
        }
        let order = start_order(&self.nodes, &roots);
        let renumbered = self.renumber(&order, requires);
        let drawing = Drawing {
            machine: self,
            renumbered: &renumbered,
            graph: StableDiGraph::with_capacity(order.len(), order.len() * 2),
            index: vec![NodeIndex::end(); self.nodes.len()],
            ids: Ids::default(),
            claims: Claims::default(),
            asked: Vec::new(),
            diagnostics: Vec::new(),
        };
        let Drawn { graph, index, claims, asked, mut diagnostics } = drawing.draw(&order);
        let keys: Vec<Key> = renumbered.keys.iter().map(|key| renumbered.key(self.keys.get(*key))).collect();
        if self.mode == Mode::Concrete {
            diagnostics.extend(self.too_many(&asked));
            diagnostics.extend(self.option_of_kind(&asked, &keys));
        }
        for diagnostic in diagnostics.into_iter().chain(claims.clashes()) {
            self.report(diagnostic);
        }
        if self.mode == Mode::Concrete {
            self.same_options(&renumbered.keys);
        }
        let guards = self.guards.iter().map(|guard| Guard {
            label: guard.decider.label.clone(),
            selector: renumbered.expr(guard.decider.selector),
            taken: guard.taken,
            branches: guard.branches.clone(),
            keys: self.changing(guard.decider.selector).map(|key| renumbered.key_id(key)).collect(),
            place: guard.decider.place,
        });
        let requirements = requires.iter().map(|pending| Requirement {
            condition: renumbered.expr(pending.condition),
            message: pending.require.message.clone(),
            keys: self.exprs.keys(pending.condition).into_iter().map(|key| renumbered.key_id(key)).collect(),
            place: pending.require.place,
        });
        Some(DeviceGraph {
            unikernel: unikernel.name.clone(),
            place: unikernel.place,
            target: self.target.platform().map(|platform| Platform {
                name: platform.name.clone(),
                runtime: platform.rust.clone(),
                artifact: platform.artifact.clone(),
                link: platform.link.clone(),
                attach: platform.attach.iter().map(|limit| (limit.kind.clone(), limit.most)).collect(),
                folder: platform.folder.clone(),
                place: platform.place,
            }),
            roots: roots.iter().map(|root| index[root.0 as usize]).collect(),
            guards: guards.collect(),
            requires: requirements.collect(),
            attachments: sorted(asked),
            graph,
            keys,
            exprs: renumbered.exprs,
        })
    }

    /// Reports what is wrong when all of it stands in one image. Where nothing could be, nothing is drawn.
    pub(crate) fn judge(&mut self, unikernel: &Unikernel, value: Value, requires: &[Pending<'d>]) {
        let order = start_order(&self.nodes, &self.roots(value));
        if self.keys.list.len() > 1 || order.iter().any(|node| self.matters(self.nodes.get(*node))) {
            drop(self.graph(unikernel, value, requires));
        }
    }

    /// Whether something may be wrong with a node that it does not show alone.
    fn matters(&self, node: &Node<'d>) -> bool {
        let Node::Device(node) = node else { return false };
        let device = node.device;
        let formulas = node.arguments.iter().filter_map(|argument| match argument {
            Value::Expr(id) => Some(id),
            _ => None,
        });
        self.wrong_target(device, node.place).is_some()
            || !device.exclusive.is_empty()
            || !device.attach.is_empty()
            || formulas.chain(&node.keys).any(|id| self.exprs.overflowing(*id).is_some())
    }

    /// The jobs that a unikernel's body gave.
    pub(crate) fn roots(&self, value: Value) -> Vec<NodeId> {
        let mut roots = Vec::new();
        match value {
            Value::Node(node) => roots.push(node),
            Value::List(list) => {
                let jobs = self.lists.get(list.0).iter().filter_map(|value| match value {
                    Value::Node(node) => Some(*node),
                    _ => None,
                });
                let mut seen = FxHashSet::default();
                roots.extend(jobs.filter(|job| seen.insert(*job)));
            }
            _ => {}
        }
        roots
    }

    /// The keys of an expression that may change at boot.
    fn changing(&self, id: ExprId) -> impl Iterator<Item = KeyId> {
        let keys = self.exprs.keys(id).into_iter();
        keys.filter(|key| self.keys.get(*key).stage != Stage::Configure)
    }

    /// All key instances with the expressions as they are, for those who offer options.
    pub(crate) fn all_keys(&self) -> Vec<Key> {
        let target = self.keys.ids.get(&KeyOwner::Target);
        let keys = self.keys.list.iter().zip(0..).filter(|(_, id)| target != Some(&KeyId(*id)));
        keys.map(|(key, _)| finished(key, key.default)).collect()
    }
}

/// Nodes and edges while they are put into the graph.
struct Drawing<'m, 'd> {
    machine: &'m Machine<'d>,
    renumbered: &'m Renumbered,
    graph: StableDiGraph<unik_graph::Node, Edge>,
    /// By the number among the nodes that were made; of no use for what is not reached.
    index: Vec<NodeIndex>,
    ids: Ids,
    claims: Claims,
    asked: Vec<Asked>,
    diagnostics: Vec<Diagnostic>,
}

/// What was drawn.
struct Drawn {
    graph: StableDiGraph<unik_graph::Node, Edge>,
    index: Vec<NodeIndex>,
    claims: Claims,
    /// In start order.
    asked: Vec<Asked>,
    diagnostics: Vec<Diagnostic>,
}

impl<'d> Drawing<'_, 'd> {
    fn draw(mut self, order: &[NodeId]) -> Drawn {
        for id in order {
            match self.machine.nodes.get(*id) {
                Node::Device(node) => self.device(*id, node),
                Node::Choice(choice) => self.choice(*id, choice),
            }
        }
        let Self { graph, index, claims, asked, diagnostics, .. } = self;
        Drawn { graph, index, claims, asked, diagnostics }
    }

    fn device(&mut self, id: NodeId, node: &DeviceNode<'d>) {
        let machine = self.machine;
        let device = node.device;
        let scope = machine.scopes.path(node.scope);
        let name = self.ids.give(&scope, &device.name);
        let params = device.params.as_deref().unwrap_or_default().iter().map(|param| &param.name);
        let arguments = node.arguments.iter().copied().chain(node.keys.iter().map(|key| Value::Expr(*key)));
        let mut args = Vec::new();
        let mut used = Vec::new();
        for ((name, value), index) in
            params.chain(device.keys.iter().map(|key| &key.name)).zip(arguments).zip(0..)
        {
            let value = match value {
                Value::Expr(id) => {
                    self.overflow(id, node);
                    ArgumentValue::Value(self.renumbered.expr(id))
                }
                Value::Node(argument) => {
                    used.push((Edge::Argument { index }, self.index[argument.0 as usize]));
                    ArgumentValue::Device
                }
                _ => continue,
            };
            args.push(Argument { name: name.clone(), value });
        }
        let after = node.after.iter().zip(0..);
        used.extend(after.map(|(after, index)| (Edge::After { index }, self.index[after.0 as usize])));
        let claims = self.claims(node, &name);
        self.attachments(node, &name);
        if machine.mode == Mode::Concrete {
            self.diagnostics.extend(machine.wrong_target(device, node.place));
        }
        let own = (0..number(device.keys.len())).filter_map(|index| {
            let owner = KeyOwner::Instance(node.instance, index);
            machine.keys.ids.get(&owner).and_then(|key| self.renumbered.key_ids.get(key)).copied()
        });
        let kind = NodeKind::Device(Device {
            name: device.qualified.clone(),
            short: device.name.clone(),
            doc: device.doc.clone(),
            declared: device.place,
            rust: device.rust.clone(),
            bound: match &device.result {
                Type::Module(def) => {
                    machine.defs.module_type(*def).and_then(|module| module.rust_trait.clone())
                }
                _ => None,
            },
            job: device.result == Type::Job,
            args,
            keys: own.collect(),
            features: device.features.iter().cloned().collect::<BTreeSet<_>>().into_iter().collect(),
            claims,
        });
        let ty = machine.type_name(&device.result);
        self.add(id, unik_graph::Node { id: name, scope, ty, place: node.place, kind }, used);
    }

    fn choice(&mut self, id: NodeId, choice: &ChoiceNode<'_>) {
        let machine = self.machine;
        let scope = machine.scopes.path(choice.scope);
        let name = self.ids.give(&scope, "choice");
        let selector = choice.decider.selector;
        let usual = match machine.exprs.usual(selector) {
            Known::Value(Const::Int(index)) => u32::try_from(index).ok(),
            _ => None,
        };
        let branches = choice.branches.iter().map(|branch| {
            let (index, label) = (branch.index, branch.label.clone());
            (
                Edge::Branch { index, label, default: usual == Some(index) },
                self.index[branch.value.0 as usize],
            )
        });
        let used = branches.collect();
        let keys = machine.exprs.keys(selector).into_iter().map(|key| self.renumbered.key_id(key));
        let kind = NodeKind::Choice(Choice {
            label: choice.decider.label.clone(),
            selector: self.renumbered.expr(selector),
            keys: keys.collect(),
        });
        let ty = machine.type_name(choice.ty);
        self.add(id, unik_graph::Node { id: name, scope, ty, place: choice.decider.place, kind }, used);
    }

    fn add(&mut self, id: NodeId, node: unik_graph::Node, uses: Vec<(Edge, NodeIndex)>) {
        let at = self.graph.add_node(node);
        self.index[id.0 as usize] = at;
        for (edge, used) in uses {
            self.graph.add_edge(at, used, edge);
        }
    }

    fn claims(&mut self, node: &DeviceNode<'_>, id: &SmolStr) -> Vec<Claim> {
        let machine = self.machine;
        let mut claims = Vec::new();
        for (resource, params, place) in &node.device.exclusive {
            let values = params.iter().filter_map(|param| match node.arguments.get(*param as usize)? {
                Value::Node(used) => Some(self.graph[self.index[used.0 as usize]].id.clone()),
                Value::Expr(id) => Some(self.shown(*id)),
                _ => None,
            });
            let claim = Claim { resource: resource.clone(), values: values.collect(), place: *place };
            if machine.mode == Mode::Concrete {
                self.claims.add(&claim, machine.claimed(node, params), id, node.place);
            }
            claims.push(claim);
        }
        claims
    }

    /// What the host attaches to a node. Two nodes cannot have one thing.
    fn attachments(&mut self, node: &DeviceNode<'d>, id: &SmolStr) {
        let machine = self.machine;
        for attach in &node.device.attach {
            let kind = attach.kind.clone();
            if machine.mode == Mode::Concrete {
                if let Some(wrong) = machine.wrong_attachment(node, attach) {
                    self.diagnostics.push(wrong);
                    continue;
                }
                let values = machine.attached_name(node, attach).into_iter().collect();
                let claim = Claim { resource: kind.clone(), values, place: attach.place };
                self.claims.add(&claim, machine.claimed(node, &[attach.param]), id, node.place);
            }
            let Some(name) = machine.attached_name(node, attach) else { continue };
            let attachment =
                Attachment { kind, name, node: id.clone(), doc: node.device.doc.clone(), place: node.place };
            self.asked.push(Asked { attachment, entry: attach.place });
        }
    }

    /// A value for people: what it is, or how it is computed at boot.
    fn shown(&self, id: ExprId) -> SmolStr {
        match self.machine.exprs.known(id) {
            Known::Value(value) => SmolStr::new(value.option(self.machine.exprs.ty(id))),
            Known::Open | Known::Overflow => {
                let keys: Vec<Key> = self
                    .renumbered
                    .keys
                    .iter()
                    .map(|key| finished(self.machine.keys.get(*key), None))
                    .collect();
                SmolStr::new(self.renumbered.exprs.text(self.renumbered.expr(id), &keys))
            }
        }
    }

    /// A value that the configured keys take out of its range: the program could not start with them.
    fn overflow(&mut self, id: ExprId, node: &DeviceNode<'_>) {
        let machine = self.machine;
        if machine.mode == Mode::Concrete
            && let Some(at) = machine.exprs.overflowing(id)
        {
            let place = machine.arithmetic.get(&at).copied().unwrap_or(node.place);
            self.diagnostics.push(overflow(place, machine.exprs.ty(at)));
        }
    }
}
