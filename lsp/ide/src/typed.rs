//! What the checker found out about the expressions of one item, by where they stand.

use rustc_hash::FxHashMap;
use unik_check::core::{Argument, Body, Expr, ExprKind, Key, Param, Type};
use unik_check::{Core, checked_core, id_of};
use unik_db::{Db, Item};
use unik_graph::value::{Const, EnumType, ValueType};
use unik_source::Span;

/// The types of expressions by their spans, which count from the start of the item.
#[derive(Debug, Default)]
pub(crate) struct Typed<'db> {
    by_span: FxHashMap<Span, &'db Expr>,
}

impl<'db> Typed<'db> {
    /// What the checker knows of an item.
    pub(crate) fn new(db: &'db dyn Db, item: Item<'db>) -> Self {
        let mut typed = Self::default();
        match checked_core(db, id_of(db, item)) {
            Some(Core::Let(it)) => {
                typed.params(it.params.as_deref());
                typed.body(&it.body);
            }
            Some(Core::Device(it)) => {
                typed.params(it.params.as_deref());
                it.after.iter().for_each(|body| typed.body(body));
                typed.keys(&it.keys);
            }
            Some(Core::Key(it)) => typed.keys(std::slice::from_ref(it)),
            Some(Core::Require(it)) => typed.body(&it.condition),
            Some(Core::Unikernel(it)) => typed.body(&it.body),
            Some(Core::Platform(it)) => it.roles.iter().for_each(|(_, body)| typed.body(body)),
            Some(Core::Enum(_) | Core::ModuleType(_) | Core::Nothing) | None => {}
        }
        typed
    }

    /// The type of the expression that stands exactly there, unless it is unknown.
    pub(crate) fn type_at(&self, span: Span) -> Option<&'db Type> {
        let expr: &'db Expr = self.by_span.get(&span)?;
        Some(&expr.ty).filter(|ty| **ty != Type::Unknown)
    }

    /// The type of the innermost expression around an offset, unless it is unknown.
    pub(crate) fn type_around(&self, at: u32) -> Option<&'db Type> {
        let around = self.by_span.iter().filter(|(span, _)| span.start <= at && at < span.end);
        let (_, expr) = around.min_by_key(|(span, _)| (span.len(), span.start))?;
        Some(&expr.ty).filter(|ty| **ty != Type::Unknown)
    }

    /// The constants among the expressions, in no order.
    pub(crate) fn constants(&self) -> impl Iterator<Item = (Span, &'db Const)> {
        self.by_span.iter().filter_map(|(span, expr)| match &expr.kind {
            ExprKind::Const(constant) => Some((*span, constant)),
            _ => None,
        })
    }

    /// The case of an enum that the expression is which stands exactly there.
    pub(crate) fn case_at(&self, span: Span) -> Option<(&'db EnumType, usize)> {
        let expr: &'db Expr = self.by_span.get(&span)?;
        match (&expr.kind, &expr.ty) {
            (ExprKind::Const(Const::Case(case)), Type::Value(ValueType::Enum(of))) => {
                Some((of, *case as usize))
            }
            _ => None,
        }
    }

    fn params(&mut self, params: Option<&'db [Param]>) {
        let defaults = params.into_iter().flatten().filter_map(|param| param.default.as_ref());
        defaults.for_each(|default| self.body(default));
    }

    fn keys(&mut self, keys: &'db [Key]) {
        keys.iter().filter_map(|key| key.default.as_ref()).for_each(|default| self.body(default));
    }

    fn body(&mut self, body: &'db Body) {
        self.keys(&body.keys);
        self.expr(&body.expr);
    }

    fn expr(&mut self, expr: &'db Expr) {
        // What is made of one phrase has several expressions in one place: the outermost says what it is worth.
        self.by_span.entry(expr.span).or_insert(expr);
        match &expr.kind {
            ExprKind::Apply(callee, args) => {
                self.expr(callee);
                for arg in args {
                    match arg {
                        Argument::Given(arg) => self.expr(arg),
                        Argument::Default(_) => {}
                    }
                }
            }
            ExprKind::Lambda(of) => self.expr(&of.body),
            ExprKind::If(condition, yes, no) => {
                [condition, yes, no].into_iter().for_each(|part| self.expr(part));
            }
            ExprKind::Match(on, arms) => {
                self.expr(on);
                arms.iter().for_each(|arm| self.expr(&arm.body));
            }
            ExprKind::Block(made, last) => {
                made.iter().for_each(|(_, value)| self.expr(value));
                self.expr(last);
            }
            ExprKind::List(of) => of.iter().for_each(|of| self.expr(of)),
            ExprKind::Some(of)
            | ExprKind::Files(of)
            | ExprKind::Not(of)
            | ExprKind::Negate(of)
            | ExprKind::As(of, _) => self.expr(of),
            ExprKind::Binary(_, left, right) => {
                self.expr(left);
                self.expr(right);
            }
            ExprKind::Const(_)
            | ExprKind::Local(_)
            | ExprKind::LocalKey(_)
            | ExprKind::Global(_)
            | ExprKind::Role(_)
            | ExprKind::Unknown => {}
        }
    }
}
