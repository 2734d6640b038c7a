//! The evaluator as a machine: tasks to do and values that came out, both on stacks of their own.
//!
//! Nothing here recurses natively, so neither a long chain of `let`s nor a deep expression can exhaust the stack.
//! This file holds what an evaluation knows; `step` hands tasks on, and what each word of the language means stands in the
//! file of that word. A value is put on the stack exactly once for each `Eval`, `Enter`, `Apply`, `Choose` and `Give`.

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use unik_check::core::{Body, DefId, Expr, Key, Type};
use unik_graph::ExprId;
use unik_source::{Code, Diagnostic, Place, Span};

use crate::decision::{Chain, Guarded, Join, Made};
use crate::definitions::Definitions;
use crate::fold::Folded;
use crate::keys::Keys;
use crate::node::{Making, Nodes};
use crate::platform::Target;
use crate::scope::{Instance, InstanceId, ScopeId, Scopes, TrailId, Trails};
use crate::table::{Table, number};
use crate::value::{Application, Closure, LambdaSite, Once, Open, Value};
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

/// An evaluation on its way.
pub(crate) struct Machine<'d> {
    pub(crate) defs: &'d dyn Definitions,
    pub(crate) mode: Mode,
    /// The name of what is evaluated: for mistakes that stand nowhere else.
    pub(crate) unikernel: Place,
    pub(crate) tasks: Vec<Task<'d>>,
    pub(crate) stack: Vec<Value>,
    pub(crate) locals: Vec<Value>,
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
    /// The choices that were looked at, in that order.
    pub(crate) made: Vec<Made<'d>>,
    pub(crate) noted: FxHashSet<(DefId, Span, Value, Option<u32>)>,
    /// Where the paths that may become folders are written.
    pub(crate) paths: FxHashMap<unik_graph::HostPath, Place>,
    /// The paths of folders that are open as long as keys are symbols.
    pub(crate) folders: Vec<ExprId>,
    /// The `require`s that were evaluated, each with its condition.
    pub(crate) required: Vec<(DefId, ExprId)>,
    /// Whether something was not evaluated as a program without mistakes is.
    pub(crate) unsure: bool,
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
            made: Vec::new(),
            noted: FxHashSet::default(),
            paths: FxHashMap::default(),
            folders: Vec::new(),
            required: Vec::new(),
            unsure: false,
            arithmetic: FxHashMap::default(),
            diagnostics: Vec::new(),
            reported: FxHashSet::default(),
        }
    }

    pub(crate) fn push(&mut self, task: Task<'d>) {
        self.tasks.push(task);
    }

    pub(crate) fn give(&mut self, value: Value) {
        self.unsure |= value == Value::Unknown;
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
}
