//! Operators, literals and lists: plain values become expressions over keys, lists of devices become longer.

use unik_check::core::{Expr, ExprKind, Type};
use unik_graph::{Const, Expr as Formula, ExprId, Op, ValueType};
use unik_source::{Diagnostic, Place};

use crate::codes;
use crate::machine::{Frame, Machine, Task};
use crate::value::{ListId, Value};

impl<'d> Machine<'d> {
    pub(crate) fn constant(&mut self, expr: &'d Expr, value: &Const, frame: &Frame<'d>) {
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
    pub(crate) fn right_side(&mut self, expr: &'d Expr, frame: Frame<'d>) {
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

    pub(crate) fn operate(&mut self, expr: &'d Expr, frame: Frame<'d>) {
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
        Value::List(ListId(self.lists.add(nodes.collect())))
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

    pub(crate) fn report_overflow(&mut self, id: ExprId, otherwise: Place, frame: &Frame<'d>) {
        let at = self.exprs.overflowing(id).unwrap_or(id);
        let place = self.arithmetic.get(&at).copied().unwrap_or(otherwise);
        let diagnostic = overflow(place, &self.exprs.ty(at).clone());
        self.report_in(frame, diagnostic);
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
