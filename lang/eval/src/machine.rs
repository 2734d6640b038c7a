//! The evaluator as a machine: tasks to do and values that came out, both on stacks of their own.
//!
//! Nothing here recurses natively, so neither a long chain of `let`s nor a deep expression can exhaust the stack.
//! This file decides in which order things are done; what each word of the language means stands in the file of
//! that word. A value is put on the stack exactly once for each `Eval`, `Enter`, `Apply`, `Choose` and `Give`.

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use unik_check::core::{Body, DefId, Expr, ExprKind, Key, Type};
use unik_graph::{Const, Expr as Formula, ExprId, Op, ValueType};
use unik_source::{Code, Diagnostic, Place, Span};

use crate::apply::Application;
use crate::choice::{Chain, Guarded, Join};
use crate::codes;
use crate::definitions::Definitions;
use crate::device::{Making, Nodes};
use crate::fold::Folded;
use crate::key::Keys;
use crate::scope::{Instance, InstanceId, ScopeId, Scopes, TrailId, Trails};
use crate::target::Target;
use crate::value::{Closure, LambdaSite, Open, Table, Value, number};
use crate::values::{KeyValues, Mode};

/// Where an expression is evaluated.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame<'d> {
    /// The item in which it stands.
    pub(crate) def: DefId,
    /// The keys of its body, or of its device.
    pub(crate) keys: &'d [Key],
    /// Where its locals start, and how many there are.
    pub(crate) base: u32,
    pub(crate) locals: u32,
    /// The scope in which it makes things.
    pub(crate) scope: ScopeId,
    /// Whose keys it reads.
    pub(crate) instance: InstanceId,
    /// The calls that led here.
    pub(crate) trail: TrailId,
}

impl<'d> Frame<'d> {
    /// For a body that stands alone in an item, in the root scope.
    pub(crate) fn root(def: DefId, keys: &'d [Key], trail: TrailId) -> Self {
        Self { def, keys, base: 0, locals: 0, scope: ScopeId::ROOT, instance: InstanceId::NONE, trail }
    }

    pub(crate) fn place(&self, span: Span) -> Place {
        Place { file: self.def.file, anchor: self.def.item, span }
    }
}

/// Something to do.
#[derive(Debug)]
pub(crate) enum Task<'d> {
    /// Evaluate an expression whose locals are there.
    Eval(&'d Expr, Frame<'d>),
    /// Make room for a body's locals and evaluate it.
    Enter(&'d Body, Frame<'d>),
    /// Forget the locals from here on.
    Leave(u32),
    /// Put the value into a local.
    Bind(usize),
    /// Put this on the stack.
    Give(Value),
    /// Drop the value.
    Drop,
    /// All operands are there.
    Operate(&'d Expr, Frame<'d>),
    /// The left side of `&&` or `||` is there.
    RightSide(&'d Expr, Frame<'d>),
    /// A function and so many arguments are there.
    Apply(u32, &'d Type, Place, Frame<'d>),
    /// What an `if` or `match` looks at is there.
    Choose(&'d Expr, Frame<'d>),
    /// The branches of a choice are there.
    Join(Box<Join<'d>>),
    /// The branches of a choice between plain values are there.
    Chain(Box<Chain>),
    /// The value of a `let` is there.
    StoreLet(DefId),
    /// The result of an application is there.
    Remember(Box<Application>),
    /// The role of a platform is there.
    StoreRole(usize, SmolStr),
    /// The default of a key, if it has one, is there.
    StoreKey(usize),
    /// Read a key of the frame.
    ReadKey(u32, Frame<'d>),
    /// The keys and the `after`s of a device are there.
    MakeNode(Box<Making<'d>>),
    /// What stands before a device with this number of its `after`s.
    After(DefId, u32, TrailId),
    /// It is there.
    StoreAfter(DefId, u32),
}

/// What was found out about something that is evaluated once.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Once {
    /// It is being evaluated: the checker has reported the circle.
    Begun,
    /// It is this.
    Done(Value),
}

/// An evaluation on its way.
pub(crate) struct Machine<'d> {
    pub(crate) defs: &'d dyn Definitions,
    pub(crate) mode: Mode,
    /// The name of what is evaluated: for mistakes that stand nowhere else.
    pub(crate) unikernel: Place,
    tasks: Vec<Task<'d>>,
    stack: Vec<Value>,
    locals: Vec<Value>,
    pub(crate) exprs: Folded,
    pub(crate) nodes: Nodes<'d>,
    pub(crate) lists: Table<Box<[Value]>>,
    pub(crate) closures: Table<Closure>,
    pub(crate) open: Table<Open>,
    pub(crate) lambdas: Vec<LambdaSite<'d>>,
    pub(crate) lambda_ids: FxHashMap<usize, u32>,
    pub(crate) lets: FxHashMap<DefId, Once>,
    pub(crate) calls: FxHashMap<Application, Value>,
    pub(crate) applications: u32,
    pub(crate) scopes: Scopes,
    pub(crate) instances: Vec<Instance>,
    pub(crate) trails: Trails,
    pub(crate) keys: Keys,
    pub(crate) target: Target<'d>,
    pub(crate) guards: Vec<Guarded>,
    /// The guards that are known, by what decides and where.
    pub(crate) guarded: FxHashSet<(ExprId, Place)>,
    /// Where the paths that may become folders are written.
    pub(crate) paths: FxHashMap<unik_graph::HostPath, Place>,
    /// Where arithmetic stands.
    pub(crate) arithmetic: FxHashMap<ExprId, Place>,
    pub(crate) diagnostics: Vec<Diagnostic>,
    reported: FxHashSet<(Code, Place, SmolStr)>,
}

impl<'d> Machine<'d> {
    pub(crate) fn new(defs: &'d dyn Definitions, values: &KeyValues, mode: Mode, unikernel: Place) -> Self {
        Self {
            defs,
            unikernel,
            mode,
            tasks: Vec::new(),
            stack: Vec::new(),
            locals: Vec::new(),
            exprs: Folded::default(),
            nodes: Nodes::default(),
            lists: Table::default(),
            closures: Table::default(),
            open: Table::default(),
            lambdas: Vec::new(),
            lambda_ids: FxHashMap::default(),
            lets: FxHashMap::default(),
            calls: FxHashMap::default(),
            applications: 0,
            scopes: Scopes::default(),
            instances: Vec::new(),
            trails: Trails::default(),
            keys: Keys::new(values),
            target: Target::new(defs),
            guards: Vec::new(),
            guarded: FxHashSet::default(),
            paths: FxHashMap::default(),
            arithmetic: FxHashMap::default(),
            diagnostics: Vec::new(),
            reported: FxHashSet::default(),
        }
    }

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

    pub(crate) fn push(&mut self, task: Task<'d>) {
        self.tasks.push(task);
    }

    pub(crate) fn give(&mut self, value: Value) {
        self.stack.push(value);
    }

    /// The newest value.
    pub(crate) fn take(&mut self) -> Value {
        self.stack.pop().unwrap_or(Value::Unknown)
    }

    /// The newest `count` values, oldest first.
    pub(crate) fn take_all(&mut self, count: usize) -> Vec<Value> {
        self.stack.split_off(self.stack.len().saturating_sub(count))
    }

    /// Reports a mistake once, even if several ways lead to it.
    pub(crate) fn report(&mut self, diagnostic: Diagnostic) {
        if self.reported.insert((diagnostic.code, diagnostic.primary(), diagnostic.message.clone())) {
            self.diagnostics.push(diagnostic);
        }
    }

    /// Reports a mistake together with the calls that led to it.
    pub(crate) fn report_in(&mut self, frame: &Frame<'d>, diagnostic: Diagnostic) {
        let explained = self.trails.explain(diagnostic, frame.trail);
        self.report(explained);
    }

    pub(crate) fn set_local(&mut self, index: usize, value: Value) {
        if let Some(local) = self.locals.get_mut(index) {
            *local = value;
        }
    }

    pub(crate) fn local(&self, frame: &Frame<'d>, local: unik_check::core::Local) -> Value {
        match local.0 < frame.locals {
            true => self.locals.get((frame.base + local.0) as usize).copied().unwrap_or(Value::Unknown),
            false => Value::Unknown,
        }
    }

    /// A frame with fresh room for so many locals, which are forgotten after what is pushed next.
    pub(crate) fn room(&mut self, frame: Frame<'d>, locals: u32) -> Frame<'d> {
        let base = number(self.locals.len());
        self.locals.resize(self.locals.len() + locals as usize, Value::Unknown);
        self.push(Task::Leave(base));
        Frame { base, locals, ..frame }
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

    fn constant(&mut self, expr: &'d Expr, value: &Const, frame: &Frame<'d>) {
        let given = match (value_type(&expr.ty), value) {
            (Some(ty), value) => {
                if let Const::Path(path) = value {
                    self.paths.entry(path.clone()).or_insert(frame.place(expr.span));
                }
                Value::Expr(self.exprs.add_const(value.clone(), ty.clone()))
            }
            (None, Const::None) => Value::None,
            (None, _) => Value::Unknown,
        };
        self.give(given);
    }

    /// `false && e` does not look at `e`, so a mistake in it is none.
    fn right_side(&mut self, expr: &'d Expr, frame: Frame<'d>) {
        let ExprKind::Binary(op, _, right) = &expr.kind else { return };
        let left = self.take();
        let decided = match left {
            Value::Expr(id) => self.exprs.constant(id) == Some(&Const::Bool(*op == Op::Or)),
            _ => false,
        };
        self.give(left);
        if !decided {
            self.push(Task::Operate(expr, frame));
            self.push(Task::Eval(right, frame));
        }
    }

    fn operate(&mut self, expr: &'d Expr, frame: Frame<'d>) {
        let value = match &expr.kind {
            ExprKind::Not(_) => {
                let operand = self.take();
                self.formula(expr, &frame, &[operand], |ids| Formula::Not(ids[0]))
            }
            ExprKind::Negate(_) => {
                let operand = self.take();
                self.formula(expr, &frame, &[operand], |ids| Formula::Negate(ids[0]))
            }
            ExprKind::Binary(op, _, _) => {
                let right = self.take();
                let left = self.take();
                match (op, value_type(&expr.ty)) {
                    (Op::Concat, None) => self.appended(left, right),
                    _ => {
                        self.formula(expr, &frame, &[left, right], |ids| Formula::Binary(*op, ids[0], ids[1]))
                    }
                }
            }
            ExprKind::Some(_) => match self.take() {
                Value::Node(node) => Value::Some(node),
                operand => self.formula(expr, &frame, &[operand], |ids| Formula::Some(ids[0])),
            },
            ExprKind::List(items) => {
                let values = self.take_all(items.len());
                match value_type(&expr.ty) {
                    Some(_) => self.formula(expr, &frame, &values, Formula::List),
                    // What has a mistake has been reported; the rest of the list is still worth looking at.
                    None => self.list(values.into_iter().filter(|value| matches!(value, Value::Node(_)))),
                }
            }
            ExprKind::Files(_) => {
                let path = self.take();
                self.files(path, expr, frame)
            }
            ExprKind::Const(_)
            | ExprKind::Local(_)
            | ExprKind::LocalKey(_)
            | ExprKind::Global(_)
            | ExprKind::Apply(..)
            | ExprKind::Lambda(_)
            | ExprKind::If(..)
            | ExprKind::Match(..)
            | ExprKind::Block(..)
            | ExprKind::As(..)
            | ExprKind::Role(_)
            | ExprKind::Unknown => Value::Unknown,
        };
        self.give(value);
    }

    /// An operation on plain values.
    fn formula(
        &mut self,
        expr: &Expr,
        frame: &Frame<'d>,
        operands: &[Value],
        make: impl FnOnce(Vec<ExprId>) -> Formula,
    ) -> Value {
        let Some(ty) = value_type(&expr.ty) else { return Value::Unknown };
        let ids = operands.iter().map(|operand| match operand {
            Value::Expr(id) => Some(*id),
            _ => None,
        });
        let Some(ids) = ids.collect::<Option<Vec<_>>>() else { return Value::Unknown };
        let place = frame.place(expr.span);
        match self.exprs.add(make(ids), ty) {
            Ok(id) => {
                if matches!(expr.kind, ExprKind::Binary(..) | ExprKind::Negate(_)) {
                    self.arithmetic.entry(id).or_insert(place);
                }
                Value::Expr(id)
            }
            Err(_) => {
                let diagnostic = overflow(place, ty);
                self.report_in(frame, diagnostic);
                Value::Unknown
            }
        }
    }

    pub(crate) fn list(&mut self, nodes: impl Iterator<Item = Value>) -> Value {
        Value::List(crate::value::ListId(self.lists.add(nodes.collect())))
    }

    fn appended(&mut self, left: Value, right: Value) -> Value {
        match (left, right) {
            (Value::List(a), Value::List(b)) => {
                let both: Vec<Value> =
                    [a, b].iter().flat_map(|list| self.lists.get(list.0)).copied().collect();
                self.list(both.into_iter())
            }
            // One of the two has a mistake.
            (Value::List(_), _) => left,
            (_, Value::List(_)) => right,
            _ => Value::Unknown,
        }
    }
}

/// The value type, if it is one.
pub(crate) fn value_type(ty: &Type) -> Option<&ValueType> {
    match ty {
        Type::Value(ty) => Some(ty),
        Type::List(_) | Type::Option(_) | Type::Module(_) | Type::Job | Type::Function(_) | Type::Unknown => {
            None
        }
    }
}

pub(crate) fn overflow(place: Place, ty: &ValueType) -> Diagnostic {
    let message = format!("this is outside the range of `{ty}`");
    let range = match ty {
        ValueType::Port => "a `Port` is 0 to 65535",
        ValueType::Int => "an `Int` has 64 bits",
        _ => "it is never negative and has 64 bits",
    };
    Diagnostic::error(codes::OVERFLOW, message, place, "computed when configuring").note(range)
}
