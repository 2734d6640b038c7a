//! One step after the other: which task and which kind of expression is whose affair. It only hands on.

use smol_str::SmolStr;
use unik_check::core::{Body, DefId, Expr, ExprKind};
use unik_graph::Op;
use unik_source::Place;

use crate::machine::{Frame, Machine, Task};
use crate::scope::{Instance, ScopeId, TrailId};
use crate::value::{Once, Value};

impl<'d> Machine<'d> {
    /// Evaluates a body of an item at the root.
    pub(crate) fn run(&mut self, def: DefId, body: &'d Body, name: &SmolStr, place: Place) -> Value {
        let mut frame = Frame::root(def, &body.keys, TrailId::EMPTY);
        frame.instance = self.instance(&body.keys, |machine| Instance {
            scope: ScopeId::ROOT,
            place,
            owner: machine.qualified(def, name),
            inside: None,
        });
        self.push(Task::Enter(body, frame));
        self.finish()
    }

    /// Does all there is to do.
    pub(crate) fn finish(&mut self) -> Value {
        while let Some(task) = self.tasks.pop() {
            self.step(task);
        }
        let value = self.stack.pop().unwrap_or(Value::Unknown);
        self.stack.clear();
        self.locals.clear();
        value
    }

    fn step(&mut self, task: Task<'d>) {
        match task {
            Task::Eval(expr, frame) => self.eval(expr, frame),
            Task::Enter(body, frame) => {
                let frame = self.room(frame, body.locals);
                self.push(Task::Eval(&body.expr, frame));
            }
            Task::Leave(base) => self.locals.truncate(base as usize),
            Task::Bind(index) => {
                let value = self.take();
                self.set_local(index, value);
            }
            Task::Give(value) => self.give(value),
            Task::Drop => {
                self.take();
            }
            Task::Operate(expr, frame) => self.operate(expr, frame),
            Task::RightSide(expr, frame) => self.right_side(expr, frame),
            Task::Apply(count, ty, place, frame) => self.apply(count, ty, place, frame),
            Task::Choose(expr, frame) => self.choose(expr, frame),
            Task::Join(join) => self.join(*join),
            Task::Chain(chain) => self.chain(*chain),
            Task::StoreLet(def) => {
                let value = self.take();
                self.lets.insert(def, Once::Done(value));
                self.give(value);
            }
            Task::Remember(application) => {
                let value = self.take();
                self.calls.insert(*application, value);
                self.give(value);
            }
            Task::StoreRole(platform, role) => self.store_role(platform, role),
            Task::StoreKey(key) => self.store_key(key),
            Task::ReadKey(key, frame) => self.read_local_key(key, frame),
            Task::MakeNode(making) => self.make_node(*making),
            Task::After(def, index, trail) => self.after(def, index, trail),
            Task::StoreAfter(def, index) => self.store_after(def, index),
        }
    }

    fn eval(&mut self, expr: &'d Expr, frame: Frame<'d>) {
        match &expr.kind {
            ExprKind::Const(value) => self.constant(expr, value, &frame),
            ExprKind::Local(local) => {
                let value = self.local(&frame, *local);
                self.give(value);
            }
            ExprKind::LocalKey(key) => self.read_local_key(key.0, frame),
            ExprKind::Global(global) => self.global(*global, expr, frame),
            ExprKind::Apply(callee, arguments) => self.call(expr, callee, arguments, frame),
            ExprKind::Lambda(lambda) => self.lambda(lambda, frame),
            ExprKind::If(subject, _, _) | ExprKind::Match(subject, _) => {
                self.push(Task::Choose(expr, frame));
                self.push(Task::Eval(subject, frame));
            }
            ExprKind::Block(lets, result) => {
                self.push(Task::Eval(result, frame));
                for (local, value) in lets.iter().rev() {
                    self.push(Task::Bind((frame.base + local.0) as usize));
                    self.push(Task::Eval(value, frame));
                }
            }
            ExprKind::Binary(Op::And | Op::Or, left, _) => {
                self.push(Task::RightSide(expr, frame));
                self.push(Task::Eval(left, frame));
            }
            ExprKind::Binary(_, left, right) => {
                self.push(Task::Operate(expr, frame));
                self.push(Task::Eval(right, frame));
                self.push(Task::Eval(left, frame));
            }
            ExprKind::List(items) => {
                self.push(Task::Operate(expr, frame));
                for item in items.iter().rev() {
                    self.push(Task::Eval(item, frame));
                }
            }
            ExprKind::Some(inner)
            | ExprKind::Files(inner)
            | ExprKind::Not(inner)
            | ExprKind::Negate(inner) => {
                self.push(Task::Operate(expr, frame));
                self.push(Task::Eval(inner, frame));
            }
            ExprKind::As(inner, name) => {
                let scope = self.scopes.inner(frame.scope, name);
                self.push(Task::Eval(inner, Frame { scope, ..frame }));
            }
            ExprKind::Role(role) => self.role(role, expr, frame),
            ExprKind::Unknown => self.give(Value::Unknown),
        }
    }
}
