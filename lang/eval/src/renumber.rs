//! Start order, and new numbers for what is reached: keys and expressions that were made in vain are left behind.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;
use unik_graph::{Expr, ExprId, Exprs, Key, KeyId, Stage};

use crate::keys::{KeyInstance, KeyOwner};
use crate::machine::Machine;
use crate::node::{Node, Nodes};
use crate::require::Pending;
use crate::table::number;
use crate::value::{NodeId, Value};

impl<'d> Machine<'d> {
    /// What the graph reads: keys and expressions, numbered in order.
    pub(crate) fn renumber(&self, order: &[NodeId], requires: &[Pending<'d>]) -> Renumbered {
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
                open.extend(self.exprs.get(id).operands());
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
pub(crate) fn start_order(nodes: &Nodes<'_>, roots: &[NodeId]) -> Vec<NodeId> {
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
pub(crate) struct Renumbered {
    pub(crate) keys: Vec<KeyId>,
    pub(crate) key_ids: FxHashMap<KeyId, KeyId>,
    pub(crate) exprs: Exprs,
    /// By the old number; of no use for what is not reached.
    expr_ids: Vec<ExprId>,
}

impl Renumbered {
    pub(crate) fn expr(&self, id: ExprId) -> ExprId {
        self.expr_ids[id.0 as usize]
    }

    pub(crate) fn key_id(&self, id: KeyId) -> KeyId {
        self.key_ids[&id]
    }

    pub(crate) fn key(&self, key: &KeyInstance) -> Key {
        finished(key, key.default.map(|id| self.expr(id)))
    }

    /// Operands have lower numbers than what uses them, so they have been moved before.
    pub(crate) fn moved(&self, expr: &Expr) -> Expr {
        rebuilt(expr, |key| self.key_id(key), &mut |id| self.expr(id))
    }
}

/// The same operation on other keys and operands.
pub(crate) fn rebuilt(
    expr: &Expr,
    key: impl FnOnce(KeyId) -> KeyId,
    to: &mut dyn FnMut(ExprId) -> ExprId,
) -> Expr {
    match expr {
        Expr::Const(value) => Expr::Const(value.clone()),
        Expr::Key(id) => Expr::Key(key(*id)),
        Expr::Not(a) => Expr::Not(to(*a)),
        Expr::Negate(a) => Expr::Negate(to(*a)),
        Expr::Binary(op, a, b) => Expr::Binary(*op, to(*a), to(*b)),
        Expr::If(a, b, c) => Expr::If(to(*a), to(*b), to(*c)),
        Expr::List(items) => Expr::List(items.iter().map(|item| to(*item)).collect()),
        Expr::Some(a) => Expr::Some(to(*a)),
        Expr::IsSome(a) => Expr::IsSome(to(*a)),
        Expr::Unwrap(a) => Expr::Unwrap(to(*a)),
    }
}

/// A key as the graph knows it.
pub(crate) fn finished(key: &KeyInstance, default: Option<ExprId>) -> Key {
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
