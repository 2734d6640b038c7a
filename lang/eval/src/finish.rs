//! The graph at the end: only what the jobs reach, in start order, with ids, and with keys and expressions
//! numbered anew so that nothing which was made in vain is left.

use std::collections::BTreeSet;

use petgraph::stable_graph::{NodeIndex, StableDiGraph};
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use unik_check::core::Type;
use unik_check::core::Unikernel;
use unik_graph::{
    Argument, ArgumentValue, Choice, Claim, Const, Device, DeviceGraph, Edge, Expr, ExprId, Exprs, Guard,
    Key, KeyId, NodeKind, Platform, Requirement, Stage,
};

use crate::arithmetic::Known;
use crate::claim::Claims;
use crate::device::{ChoiceNode, DeviceNode, Node, Nodes};
use crate::fold::operands;
use crate::ids::Ids;
use crate::key::{KeyInstance, KeyOwner};
use crate::machine::Machine;
use crate::require::Pending;
use crate::value::{NodeId, Value, number};
use crate::values::Mode;

impl<'d> Machine<'d> {
    /// The graph of a unikernel whose body gave `value`; nothing if a mistake left no job.
    pub(crate) fn graph(
        &mut self,
        unikernel: &Unikernel,
        value: Value,
        requires: &[Pending<'d>],
    ) -> Option<DeviceGraph> {
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
            _ => return None,
        }
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
            diagnostics: Vec::new(),
        };
        let (graph, index, claims, diagnostics) = drawing.draw(&order);
        let keys: Vec<Key> = renumbered.keys.iter().map(|key| renumbered.key(self.keys.get(*key))).collect();
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
                place: platform.place,
            }),
            roots: roots.iter().map(|root| index[root.0 as usize]).collect(),
            guards: guards.collect(),
            requires: requirements.collect(),
            graph,
            keys,
            exprs: renumbered.exprs,
        })
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

    /// What the graph reads: keys and expressions, numbered in order.
    fn renumber(&self, order: &[NodeId], requires: &[Pending<'d>]) -> Renumbered {
        let mut open: Vec<ExprId> = Vec::new();
        for node in order {
            match self.nodes.get(*node) {
                Node::Device(node) => {
                    open.extend(&node.keys);
                    open.extend(node.arguments.iter().filter_map(|argument| match argument {
                        Value::Expr(id) => Some(*id),
                        _ => None,
                    }));
                }
                Node::Choice(choice) => open.push(choice.decider.selector),
            }
        }
        open.extend(self.guards.iter().map(|guard| guard.decider.selector));
        open.extend(requires.iter().map(|pending| pending.condition));
        let mut keys: BTreeSet<KeyId> = BTreeSet::new();
        // A `configure key` that has a value is no longer in any expression, but the image depends on it.
        for (key, id) in self.keys.list.iter().zip(0..) {
            if key.stage == Stage::Configure && self.keys.ids.get(&KeyOwner::Target) != Some(&KeyId(id)) {
                keys.insert(KeyId(id));
                open.extend(key.default);
            }
        }
        let mut reached = vec![false; self.exprs.len()];
        while let Some(id) = open.pop() {
            if !std::mem::replace(&mut reached[id.0 as usize], true) {
                if let Expr::Key(key) = self.exprs.get(id)
                    && keys.insert(*key)
                {
                    open.extend(self.keys.get(*key).default);
                }
                open.extend(operands(self.exprs.get(id)));
            }
        }
        let mut renumbered = Renumbered {
            key_ids: keys.iter().zip(0..).map(|(old, new)| (*old, KeyId(new))).collect(),
            keys: keys.into_iter().collect(),
            exprs: Exprs::default(),
            expr_ids: vec![ExprId(u32::MAX); self.exprs.len()],
        };
        for (id, _) in reached.iter().enumerate().filter(|(_, reached)| **reached) {
            let id = ExprId(number(id));
            let expr = renumbered.moved(self.exprs.get(id));
            let new = renumbered.exprs.add(expr, self.exprs.ty(id).clone());
            renumbered.expr_ids[id.0 as usize] = new;
        }
        renumbered
    }
}

/// What a node uses comes before it: arguments in order, then `after`s; branches in order.
fn start_order(nodes: &Nodes<'_>, roots: &[NodeId]) -> Vec<NodeId> {
    let mut order = Vec::new();
    let mut seen = vec![false; nodes.len()];
    // What is still to be done, next last; a node is there twice: before and after what it uses.
    let mut open: Vec<(NodeId, bool)> = roots.iter().rev().map(|root| (*root, false)).collect();
    while let Some((node, done)) = open.pop() {
        if done {
            order.push(node);
        } else if !std::mem::replace(&mut seen[node.0 as usize], true) {
            open.push((node, true));
            open.extend(uses(nodes.get(node)).into_iter().rev().map(|used| (used, false)));
        }
    }
    order
}

fn uses(node: &Node<'_>) -> Vec<NodeId> {
    match node {
        Node::Device(node) => {
            let arguments = node.arguments.iter().filter_map(|argument| match argument {
                Value::Node(node) => Some(*node),
                _ => None,
            });
            arguments.chain(node.after.iter().copied()).collect()
        }
        Node::Choice(choice) => choice.branches.iter().map(|branch| branch.value).collect(),
    }
}

/// Keys and expressions under their new numbers.
#[derive(Debug)]
struct Renumbered {
    keys: Vec<KeyId>,
    key_ids: FxHashMap<KeyId, KeyId>,
    exprs: Exprs,
    /// By the old number; of no use for what is not reached.
    expr_ids: Vec<ExprId>,
}

impl Renumbered {
    fn expr(&self, id: ExprId) -> ExprId {
        self.expr_ids[id.0 as usize]
    }

    fn key_id(&self, id: KeyId) -> KeyId {
        self.key_ids[&id]
    }

    fn key(&self, key: &KeyInstance) -> Key {
        finished(key, key.default.map(|id| self.expr(id)))
    }

    /// Operands have lower numbers than what uses them, so they have been moved before.
    fn moved(&self, expr: &Expr) -> Expr {
        let to = |id: &ExprId| self.expr(*id);
        match expr {
            Expr::Const(value) => Expr::Const(value.clone()),
            Expr::Key(key) => Expr::Key(self.key_id(*key)),
            Expr::Not(a) => Expr::Not(to(a)),
            Expr::Negate(a) => Expr::Negate(to(a)),
            Expr::Binary(op, a, b) => Expr::Binary(*op, to(a), to(b)),
            Expr::If(a, b, c) => Expr::If(to(a), to(b), to(c)),
            Expr::List(items) => Expr::List(items.iter().map(to).collect()),
            Expr::Some(a) => Expr::Some(to(a)),
            Expr::IsSome(a) => Expr::IsSome(to(a)),
            Expr::Unwrap(a) => Expr::Unwrap(to(a)),
        }
    }
}

fn finished(key: &KeyInstance, default: Option<ExprId>) -> Key {
    Key {
        name: key.name.clone(),
        scope: key.scope.clone(),
        option: key.option.clone(),
        short: key.short,
        doc: key.doc.clone(),
        stage: key.stage,
        ty: key.ty.clone(),
        default,
        given: key.given.clone(),
        value: key.value.clone(),
        place: key.place,
        declared_by: key.declared_by.clone(),
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
    diagnostics: Vec<unik_source::Diagnostic>,
}

type Drawn = (StableDiGraph<unik_graph::Node, Edge>, Vec<NodeIndex>, Claims, Vec<unik_source::Diagnostic>);

impl Drawing<'_, '_> {
    fn draw(mut self, order: &[NodeId]) -> Drawn {
        for id in order {
            match self.machine.nodes.get(*id) {
                Node::Device(node) => self.device(*id, node),
                Node::Choice(choice) => self.choice(*id, choice),
            }
        }
        (self.graph, self.index, self.claims, self.diagnostics)
    }

    fn device(&mut self, id: NodeId, node: &DeviceNode<'_>) {
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
            self.diagnostics.push(crate::machine::overflow(place, machine.exprs.ty(at)));
        }
    }
}
