//! Operators: which types they take, and what they give.

use unik_graph::Op;
use unik_graph::value::ValueType;
use unik_source::{Diagnostic, Span};
use unik_syntax::tree::{self, BinaryOp, UnaryOp};

use crate::codes;
use crate::core::{Expr, ExprKind, Type};
use crate::expression::{Checker, Want, Why};
use crate::types::join;

const BOOL: Type = Type::Value(ValueType::Bool);
const INT: Type = Type::Value(ValueType::Int);
const PORT: Type = Type::Value(ValueType::Port);

impl<'db> Checker<'db> {
    /// `!e`, `-e`
    pub(crate) fn unary(&mut self, span: Span, op: UnaryOp, of: &tree::Expr) -> Expr {
        match op {
            UnaryOp::Not => {
                let of = self.expr(of, Want::firm(&BOOL, Why::Nobody));
                Expr { kind: ExprKind::Not(Box::new(of)), ty: BOOL, span }
            }
            UnaryOp::Negate => {
                let of = self.expr(of, Want::hint(Some(&INT)));
                if of.ty.has_unknown() {
                    return self.unknown(span);
                }
                if of.ty != INT {
                    let message = format!("`-` does not apply to `{}`", self.text(&of.ty));
                    let label = format!("this is `{}`", self.text(&of.ty));
                    let wrong = Diagnostic::error(codes::OPERATOR, message, self.place(of.span), label);
                    self.report(wrong.note("only an `Int` can be negative"));
                    return self.unknown(span);
                }
                Expr { kind: ExprKind::Negate(Box::new(of)), ty: INT, span }
            }
        }
    }

    /// `a + b`
    pub(crate) fn binary(
        &mut self,
        span: Span,
        op: BinaryOp,
        at: Span,
        left: &tree::Expr,
        right: &tree::Expr,
        want: Want<'_, 'db>,
    ) -> Expr {
        // The parser has said that comparisons in a row need parentheses.
        let in_a_row = is_comparison(op) && [left, right].into_iter().any(compares);
        let (left, right) = self.operands(op, left, right, want);
        if in_a_row {
            return Expr { kind: ExprKind::Unknown, ty: BOOL, span };
        }
        match op {
            BinaryOp::Or | BinaryOp::And => {
                let op = if op == BinaryOp::Or { Op::Or } else { Op::And };
                Expr { kind: ExprKind::Binary(op, Box::new(left), Box::new(right)), ty: BOOL, span }
            }
            BinaryOp::Equal | BinaryOp::NotEqual => self.equality(span, op, at, left, right),
            BinaryOp::Less | BinaryOp::LessEqual | BinaryOp::Greater | BinaryOp::GreaterEqual => {
                self.order(span, op, at, left, right)
            }
            BinaryOp::Add | BinaryOp::Subtract => self.sum(span, op, at, left, right),
            BinaryOp::Multiply => self.product(span, at, left, right),
            BinaryOp::Concat => self.concat(span, at, left, right),
        }
    }

    /// Both sides of an operator; a literal takes the type of the other side.
    fn operands(
        &mut self,
        op: BinaryOp,
        left: &tree::Expr,
        right: &tree::Expr,
        want: Want<'_, 'db>,
    ) -> (Expr, Expr) {
        let logic = matches!(op, BinaryOp::Or | BinaryOp::And);
        let right_first = !logic && self.is_open(left) && !self.is_open(right);
        let (first, second) = if right_first { (right, left) } else { (left, right) };
        let want = match op {
            BinaryOp::Or | BinaryOp::And => Want::firm(&BOOL, Why::Nobody),
            BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Concat => Want::hint(want.ty),
            // A duration or a size is multiplied by a number, so only a port says what both sides are.
            BinaryOp::Multiply => Want::hint(want.ty.filter(|ty| **ty == PORT)),
            BinaryOp::Equal
            | BinaryOp::NotEqual
            | BinaryOp::Less
            | BinaryOp::LessEqual
            | BinaryOp::Greater
            | BinaryOp::GreaterEqual => Want::NOTHING,
        };
        let first = self.expr(first, want);
        let of_first = match op {
            BinaryOp::Multiply if first.ty != PORT => &INT,
            _ => &first.ty,
        };
        let second = self.expr(second, if logic { want } else { Want::hint(Some(of_first)) });
        if right_first { (second, first) } else { (first, second) }
    }

    fn equality(&mut self, span: Span, op: BinaryOp, at: Span, left: Expr, right: Expr) -> Expr {
        if left.ty.has_unknown() || right.ty.has_unknown() {
            return Expr { kind: ExprKind::Unknown, ty: BOOL, span };
        }
        let no_value = [&left, &right].into_iter().find(|side| !matches!(side.ty, Type::Value(_)));
        if let Some(side) = no_value {
            let message = format!("`{}` compares values, not devices", op.symbol());
            let label = format!("this is `{}`", self.text(&side.ty));
            let wrong = Diagnostic::error(codes::OPERATOR, message, self.place(side.span), label);
            let note = "a device is what it is made of; to choose by how it was chosen, compare the keys that chose it";
            self.report(wrong.label(self.place(at), "compared here").note(note));
            return Expr { kind: ExprKind::Unknown, ty: BOOL, span };
        }
        if left.ty == Type::Value(ValueType::Files) || left.ty != right.ty {
            self.no_operator(op, at, &left, &right, "both sides need the same value type");
            return Expr { kind: ExprKind::Unknown, ty: BOOL, span };
        }
        let equal =
            Expr { kind: ExprKind::Binary(Op::Equal, Box::new(left), Box::new(right)), ty: BOOL, span };
        match op {
            BinaryOp::NotEqual => Expr { kind: ExprKind::Not(Box::new(equal)), ty: BOOL, span },
            _ => equal,
        }
    }

    fn order(&mut self, span: Span, op: BinaryOp, at: Span, left: Expr, right: Expr) -> Expr {
        if left.ty.has_unknown() || right.ty.has_unknown() {
            return Expr { kind: ExprKind::Unknown, ty: BOOL, span };
        }
        if !is_number(&left.ty) || left.ty != right.ty {
            self.no_operator(
                op,
                at,
                &left,
                &right,
                "both sides need to be Int, Port, Duration or Size, and the same",
            );
            return Expr { kind: ExprKind::Unknown, ty: BOOL, span };
        }
        let (op, left, right) = match op {
            BinaryOp::Less => (Op::Less, left, right),
            BinaryOp::LessEqual => (Op::LessEqual, left, right),
            BinaryOp::Greater => (Op::Less, right, left),
            _ => (Op::LessEqual, right, left),
        };
        Expr { kind: ExprKind::Binary(op, Box::new(left), Box::new(right)), ty: BOOL, span }
    }

    fn sum(&mut self, span: Span, op: BinaryOp, at: Span, left: Expr, right: Expr) -> Expr {
        if left.ty.has_unknown() || right.ty.has_unknown() {
            return self.unknown(span);
        }
        let ty = left.ty.clone();
        if !is_number(&left.ty) || left.ty != right.ty {
            let texts = left.ty == Type::Value(ValueType::Str) && right.ty == left.ty;
            let lists = left.ty.element().is_some() && right.ty.element().is_some();
            let note = match op {
                BinaryOp::Add if texts || lists => "strings and lists are joined by `++`",
                _ => "both sides need to be Int, Port, Duration or Size, and the same",
            };
            self.no_operator(op, at, &left, &right, note);
            return self.unknown(span);
        }
        let op = if op == BinaryOp::Add { Op::Add } else { Op::Subtract };
        Expr { kind: ExprKind::Binary(op, Box::new(left), Box::new(right)), ty, span }
    }

    fn product(&mut self, span: Span, at: Span, left: Expr, right: Expr) -> Expr {
        use ValueType as T;
        if left.ty.has_unknown() || right.ty.has_unknown() {
            return self.unknown(span);
        }
        let (left, right) = match (&left.ty, &right.ty) {
            (Type::Value(T::Int), Type::Value(T::Duration | T::Size)) => (right, left),
            _ => (left, right),
        };
        match (&left.ty, &right.ty) {
            (Type::Value(T::Int | T::Duration | T::Size), Type::Value(T::Int))
            | (Type::Value(T::Port), Type::Value(T::Port)) => {
                let ty = left.ty.clone();
                Expr { kind: ExprKind::Binary(Op::Multiply, Box::new(left), Box::new(right)), ty, span }
            }
            _ => {
                let note = "it multiplies two `Int`s, two `Port`s, or a `Duration` or `Size` by an `Int`";
                self.no_operator(BinaryOp::Multiply, at, &left, &right, note);
                self.unknown(span)
            }
        }
    }

    fn concat(&mut self, span: Span, at: Span, left: Expr, right: Expr) -> Expr {
        if left.ty == Type::Unknown || right.ty == Type::Unknown {
            return self.unknown(span);
        }
        let both = Type::Value(ValueType::Str);
        let lists = left.ty.element().is_some() && right.ty.element().is_some();
        let ty = match lists {
            true => join(self.db, &left.ty, &right.ty),
            false => Some(both.clone()).filter(|_| left.ty == both && right.ty == both),
        };
        match ty {
            Some(ty) => {
                Expr { kind: ExprKind::Binary(Op::Concat, Box::new(left), Box::new(right)), ty, span }
            }
            None => {
                self.no_operator(
                    BinaryOp::Concat,
                    at,
                    &left,
                    &right,
                    "it joins two strings, or two lists of the same type",
                );
                self.unknown(span)
            }
        }
    }

    fn no_operator(&mut self, op: BinaryOp, at: Span, left: &Expr, right: &Expr, note: &str) {
        let (a, b) = (self.text(&left.ty), self.text(&right.ty));
        let message = format!("`{}` does not apply to `{a}` and `{b}`", op.symbol());
        let wrong = Diagnostic::error(codes::OPERATOR, message, self.place(at), "not for these types");
        let wrong = wrong.label(self.place(left.span), format!("this is `{a}`"));
        let wrong = wrong.label(self.place(right.span), format!("this is `{b}`")).note(note);
        self.report(match op == BinaryOp::Add && note.contains("++") {
            true => wrong.help("write `++`").fix("replace by `++`", self.place(at), "++"),
            false => wrong,
        });
    }
}

fn compares(expr: &tree::Expr) -> bool {
    matches!(&expr.kind, tree::ExprKind::Binary(op, ..) if is_comparison(*op))
}

fn is_comparison(op: BinaryOp) -> bool {
    use BinaryOp as Op;
    matches!(op, Op::Equal | Op::NotEqual | Op::Less | Op::LessEqual | Op::Greater | Op::GreaterEqual)
}

fn is_number(ty: &Type) -> bool {
    use ValueType as T;
    matches!(ty, Type::Value(T::Int | T::Port | T::Duration | T::Size))
}
