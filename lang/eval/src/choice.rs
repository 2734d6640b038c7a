//! `if` and `match`: folded where the condition is constant, an expression between plain values, and otherwise a
//! decision among devices or functions, which is made when configuring or stays open.

use smol_str::SmolStr;
use unik_check::core::{Arm, Expr, ExprKind, Pattern, Type};
use unik_graph::{Const, Expr as Formula, ExprId, ValueType};
use unik_source::{Diagnostic, Place};

use crate::arithmetic::Known;
use crate::codes;
use crate::decision::{Chain, Guarded, Join, Made};
use crate::key::said_as;
use crate::machine::{Frame, Machine, Task};
use crate::node::ChoiceNode;
use crate::operator::value_type;
use crate::value::{Branch, Decider, NodeId, Open, OpenId, Value};
use crate::values::Mode;

/// A branch that may be taken.
struct Way<'d> {
    index: u32,
    /// `None` if it is always taken when nothing before it is.
    condition: Option<ExprId>,
    label: SmolStr,
    body: &'d Expr,
}

/// What a decision comes to.
enum Verdict {
    Taken(u32),
    Open,
    Failed,
}

impl<'d> Machine<'d> {
    /// Chooses by the newest value.
    pub(crate) fn choose(&mut self, expr: &'d Expr, frame: Frame<'d>) {
        let subject = self.take();
        match (&expr.kind, subject) {
            (ExprKind::If(what, then, other), Value::Expr(condition)) => {
                let label = |text: &str| SmolStr::new(text);
                let ways = vec![
                    Way { index: 0, condition: Some(condition), label: label("then"), body: then },
                    Way { index: 1, condition: None, label: label("else"), body: other },
                ];
                let taken = self.go(expr, what, ways, frame);
                self.note(Made { expr, subject, taken, def: frame.def });
            }
            (ExprKind::Match(what, arms), Value::Expr(id)) => {
                let ways = arms.iter().zip(0..);
                let ways = ways.map(|(arm, index)| self.way(arm, index, id, &frame)).collect();
                let taken = self.go(expr, what, ways, frame);
                self.note(Made { expr, subject, taken, def: frame.def });
            }
            (ExprKind::Match(_, arms), Value::Some(_) | Value::None) => {
                let node = if let Value::Some(node) = subject { Some(node) } else { None };
                let taken = self.take_apart(arms, node, frame);
                self.note(Made { expr, subject, taken, def: frame.def });
            }
            (ExprKind::Match(..), Value::Open(id)) => {
                let open = self.open.get(id.0).clone();
                self.push(Task::Join(Box::new(Join::over(&open, &expr.ty, frame.scope))));
                for branch in open.branches.iter().rev() {
                    self.push(Task::Choose(expr, frame));
                    self.push(Task::Give(branch.value));
                }
            }
            _ => self.give(Value::Unknown),
        }
    }

    /// An arm, with its condition and its local.
    fn way(&mut self, arm: &'d Arm, index: u32, subject: ExprId, frame: &Frame<'d>) -> Way<'d> {
        let mut condition = Some(self.exprs.add_const(Const::Bool(false), ValueType::Bool));
        for pattern in &arm.patterns {
            let matches = match pattern {
                Pattern::Any => None,
                Pattern::Const(value) => {
                    let ty = self.exprs.ty(subject).clone();
                    let value = self.exprs.add_const(value.clone(), ty);
                    Some(self.exprs.equal(subject, value))
                }
                Pattern::Some(local) => {
                    if let (Some(local), ValueType::Option(of)) = (local, self.exprs.ty(subject).clone()) {
                        let inner = self.exprs.sure(Formula::Unwrap(subject), &of);
                        self.set_local((frame.base + local.0) as usize, Value::Expr(inner));
                    }
                    Some(self.exprs.sure(Formula::IsSome(subject), &ValueType::Bool))
                }
                Pattern::None => {
                    let some = self.exprs.sure(Formula::IsSome(subject), &ValueType::Bool);
                    Some(self.exprs.not(some))
                }
            };
            condition = match (condition, matches) {
                (Some(one), Some(other)) => Some(self.exprs.or(one, other)),
                _ => None,
            };
        }
        Way { index, condition, label: arm.label.clone(), body: &arm.body }
    }

    /// `match` on an option of a device: which of the two it is, is known.
    fn take_apart(&mut self, arms: &'d [Arm], node: Option<NodeId>, frame: Frame<'d>) -> Option<u32> {
        let fits = |pattern: &Pattern| match pattern {
            Pattern::Any => true,
            Pattern::Some(_) => node.is_some(),
            Pattern::None => node.is_none(),
            Pattern::Const(_) => false,
        };
        let Some((arm, index)) = arms.iter().zip(0..).find(|(arm, _)| arm.patterns.iter().any(fits)) else {
            self.give(Value::Unknown);
            return None;
        };
        for pattern in &arm.patterns {
            if let (Pattern::Some(Some(local)), Some(node)) = (pattern, node) {
                self.set_local((frame.base + local.0) as usize, Value::Node(node));
            }
        }
        self.push(Task::Eval(&arm.body, frame));
        Some(index)
    }

    /// Goes the way whose condition holds, or all that may be gone. Gives the way that the keys' values lead to.
    fn go(
        &mut self,
        expr: &'d Expr,
        what: &'d Expr,
        mut ways: Vec<Way<'d>>,
        frame: Frame<'d>,
    ) -> Option<u32> {
        let bodies: Vec<&'d Expr> = ways.iter().map(|way| way.body).collect();
        ways.retain(|way| way.condition.is_none_or(|id| !self.is(id, false)));
        let always = ways.iter().position(|way| way.condition.is_none_or(|id| self.is(id, true)));
        if let Some(always) = always {
            ways.truncate(always + 1);
        }
        // The checker has made sure that a `match` is exhaustive: the last way needs no condition.
        match ways.as_slice() {
            [] => {
                self.give(Value::Unknown);
                return None;
            }
            [only] => {
                self.push(Task::Eval(only.body, frame));
                return Some(only.index);
            }
            _ => {}
        }
        let conditions: Vec<ExprId> =
            ways.iter().filter_map(|way| way.condition).take(ways.len() - 1).collect();
        if value_type(&expr.ty).is_some() {
            self.push(Task::Chain(Box::new(Chain { conditions })));
            self.all(&ways, frame);
            return self.first(&ways);
        }
        if expr.ty == Type::Unknown {
            self.give(Value::Unknown);
            return None;
        }
        let mut selector = self.exprs.int(ways.last().map_or(0, |way| way.index as usize));
        for (way, condition) in ways.iter().zip(&conditions).rev() {
            let index = self.exprs.int(way.index as usize);
            selector = self.exprs.if_(*condition, index, selector);
        }
        let label = self.defs.source_text(frame.place(what.span));
        let decider = Decider { selector, label, place: frame.place(expr.span) };
        match self.decide(&decider, frame.place(what.span), &bodies, &frame) {
            Verdict::Failed => {
                self.give(Value::Unknown);
                None
            }
            Verdict::Taken(index) => {
                match ways.iter().find(|way| way.index == index) {
                    Some(way) => self.push(Task::Eval(way.body, frame)),
                    None => self.give(Value::Unknown),
                }
                Some(index)
            }
            Verdict::Open => {
                let branches = ways.iter().map(|way| (way.index, way.label.clone())).collect();
                let join = Join { decider, ty: &expr.ty, scope: frame.scope, branches, whole: true };
                self.push(Task::Join(Box::new(join)));
                self.all(&ways, frame);
                None
            }
        }
    }

    /// Which of several ways plain values go, if the conditions up to it are known.
    fn first(&self, ways: &[Way<'d>]) -> Option<u32> {
        for (way, at) in ways.iter().zip(1..) {
            match way.condition.filter(|_| at < ways.len()).map(|condition| self.exprs.known(condition)) {
                None | Some(Known::Value(Const::Bool(true))) => return Some(way.index),
                Some(Known::Value(_)) => {}
                Some(Known::Open | Known::Overflow) => return None,
            }
        }
        None
    }

    fn all(&mut self, ways: &[Way<'d>], frame: Frame<'d>) {
        for way in ways.iter().rev() {
            self.push(Task::Eval(way.body, frame));
        }
    }

    fn is(&self, id: ExprId, value: bool) -> bool {
        self.exprs.constant(id) == Some(&Const::Bool(value))
    }

    fn decide(&mut self, decider: &Decider, what: Place, bodies: &[&'d Expr], frame: &Frame<'d>) -> Verdict {
        if self.exprs.at_boot(decider.selector) {
            self.too_late(decider, what, frame);
            return match self.mode {
                Mode::Symbolic => Verdict::Open,
                Mode::Concrete => Verdict::Failed,
            };
        }
        match self.exprs.known(decider.selector) {
            Known::Value(Const::Int(index)) => {
                let taken = u32::try_from(index).unwrap_or(u32::MAX);
                let names = bodies.iter().map(|body| self.head(body, frame)).collect();
                self.guard(Guarded { decider: decider.clone(), taken, branches: names });
                Verdict::Taken(taken)
            }
            Known::Value(_) => Verdict::Failed,
            Known::Overflow => {
                self.report_overflow(decider.selector, what, frame);
                Verdict::Failed
            }
            Known::Open if self.mode == Mode::Symbolic => Verdict::Open,
            Known::Open => {
                self.missing_values(decider.selector, what, frame);
                Verdict::Failed
            }
        }
    }

    pub(crate) fn guard(&mut self, guard: Guarded) {
        if self.guarded.insert((guard.decider.selector, guard.decider.place)) {
            self.guards.push(guard);
        }
    }

    /// A choice by what is known only at boot.
    fn too_late(&mut self, decider: &Decider, what: Place, frame: &Frame<'d>) {
        let keys = self.run_keys(decider.selector);
        let Some(first) = keys.first() else { return };
        let names: Vec<String> = keys.iter().map(|key| format!("`{}`", self.keys.get(*key).name)).collect();
        let names = names.join(" and ");
        let message = format!("a choice among devices depends on {names}, which is known only at boot");
        let mut diagnostic = Diagnostic::error(
            codes::CHOICE_AT_BOOT,
            message,
            what,
            "this decides what the image consists of",
        );
        for key in &keys {
            let key = self.keys.get(*key);
            diagnostic = diagnostic.label(key.place, format!("`{}` is a `run key`", key.name));
        }
        let name = self.keys.get(*first).name.clone();
        let diagnostic = diagnostic
            .note("which devices an image has is fixed when it is configured")
            .help(format!("write `key {name}` instead of `run key {name}`: its value is then given when configuring, and checked at boot"));
        let diagnostic =
            said_as(diagnostic, &keys.iter().map(|key| self.keys.get(*key)).collect::<Vec<_>>(), "key");
        self.report_in(frame, diagnostic);
    }

    /// What a branch is called in a guard: the function at its head.
    fn head(&self, body: &Expr, frame: &Frame<'d>) -> SmolStr {
        let mut at = body;
        loop {
            at = match &at.kind {
                ExprKind::Apply(callee, _) => callee,
                ExprKind::As(inner, _) => inner,
                ExprKind::Block(_, result) => result,
                ExprKind::If(..) => return SmolStr::new_static("if …"),
                ExprKind::Match(..) => return SmolStr::new_static("match …"),
                ExprKind::Lambda(_) => return SmolStr::new_static("a function"),
                ExprKind::List(items) if items.len() != 1 => {
                    return SmolStr::new(format!("{} jobs", items.len()));
                }
                ExprKind::List(items) => &items[0],
                _ => return self.defs.source_text(frame.place(at.span)),
            };
        }
    }

    /// Plain values: `if` again, over keys.
    pub(crate) fn chain(&mut self, chain: Chain) {
        let values = self.take_all(chain.conditions.len() + 1);
        let ids = values.iter().map(|value| match value {
            Value::Expr(id) => Some(*id),
            _ => None,
        });
        let Some(ids) = ids.collect::<Option<Vec<_>>>() else { return self.give(Value::Unknown) };
        let Some((last, others)) = ids.split_last() else { return self.give(Value::Unknown) };
        let mut result = *last;
        for (condition, value) in chain.conditions.iter().zip(others).rev() {
            result = self.exprs.if_(*condition, *value, result);
        }
        self.give(Value::Expr(result));
    }

    /// Puts the branches of an open choice together.
    pub(crate) fn join(&mut self, join: Join<'d>) {
        let values = self.take_all(join.branches.len());
        let branches = join.branches.iter().zip(values);
        let branches =
            branches.map(|((index, label), value)| Branch { index: *index, label: label.clone(), value });
        // A branch with a mistake has been reported; the others are still worth looking at.
        let branches: Vec<_> = branches.filter(|branch| branch.value != Value::Unknown).collect();
        let Some(first) = branches.first().map(|branch| branch.value) else {
            return self.give(Value::Unknown);
        };
        let whole = join.whole && branches.len() == join.branches.len();
        let value = match first {
            _ if branches.iter().all(|branch| branch.value == first) => first,
            Value::Node(_) => self.join_nodes(&join, &branches, whole),
            Value::List(_) => self.join_lists(&join, &branches),
            Value::Expr(_) => self.join_values(&join, &branches),
            _ => Value::Open(OpenId(self.open.add(Open { decider: join.decider, branches }))),
        };
        self.give(value);
    }

    fn join_nodes(&mut self, join: &Join<'d>, branches: &[Branch<Value>], whole: bool) -> Value {
        let nodes = branches.iter().filter_map(|branch| match branch.value {
            Value::Node(value) => Some(Branch { index: branch.index, label: branch.label.clone(), value }),
            _ => None,
        });
        let branches = nodes.collect();
        let choice = ChoiceNode { decider: join.decider.clone(), ty: join.ty, scope: join.scope, branches };
        self.nodes.choice(choice, whole).map_or(Value::Unknown, Value::Node)
    }

    /// A choice among lists is a list of choices: the first items, the second items, … A branch that is shorter has
    /// nothing to offer to the last ones.
    fn join_lists(&mut self, join: &Join<'d>, branches: &[Branch<Value>]) -> Value {
        let lists = branches.iter().map(|branch| match branch.value {
            Value::List(list) => self.lists.get(list.0).to_vec(),
            _ => Vec::new(),
        });
        let lists: Vec<Vec<Value>> = lists.collect();
        let longest = lists.iter().map(Vec::len).max().unwrap_or(0);
        let mut items = Vec::with_capacity(longest);
        for at in 0..longest {
            let offers = branches.iter().zip(&lists).filter_map(|(branch, list)| {
                let value = *list.get(at)?;
                Some(Branch { index: branch.index, label: branch.label.clone(), value })
            });
            let offers: Vec<_> = offers.collect();
            let whole = offers.len() == join.branches.len();
            items.push(self.join_nodes(join, &offers, whole));
        }
        self.list(items.into_iter())
    }

    fn join_values(&mut self, join: &Join<'d>, branches: &[Branch<Value>]) -> Value {
        let ids = branches.iter().filter_map(|branch| match branch.value {
            Value::Expr(id) => Some((branch.index, id)),
            _ => None,
        });
        let ids: Vec<(u32, ExprId)> = ids.collect();
        let Some(((_, last), others)) = ids.split_last() else { return Value::Unknown };
        let mut result = *last;
        for (index, value) in others.iter().rev() {
            let index = self.exprs.int(*index as usize);
            let taken = self.exprs.equal(join.decider.selector, index);
            result = self.exprs.if_(taken, *value, result);
        }
        Value::Expr(result)
    }
}
