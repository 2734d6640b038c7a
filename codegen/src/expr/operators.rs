//! Operators in Rust: which function or sign each is, and how its sides stay lazy.

use unik_graph::{Const, Expr, ExprId, Op, ValueType};

use super::{Binding, Compiler, OPERAND, SIDE};
use crate::layout::{Code, If};

impl Compiler<'_, '_> {
    /// A checked operation: the function and its operands.
    pub(super) fn operation(&mut self, id: ExprId) -> (String, Vec<String>) {
        let exprs = &self.graph.exprs;
        let rust = |ty: &ValueType| match ty {
            ValueType::Port => "u16",
            ValueType::Size => "u64",
            ValueType::Duration => "Duration",
            _ => "i64",
        };
        let (name, operands) = match *exprs.get(id) {
            Expr::Negate(of) => ("neg", vec![of]),
            Expr::Binary(Op::Add, left, right) => ("add", vec![left, right]),
            Expr::Binary(Op::Subtract, left, right) => ("sub", vec![left, right]),
            // A duration or size may be multiplied by a number, from either side.
            Expr::Binary(_, left, right) if exprs.ty(left) == exprs.ty(right) => ("mul", vec![left, right]),
            Expr::Binary(_, left, right) if *exprs.ty(left) == ValueType::Int => ("times", vec![right, left]),
            Expr::Binary(_, left, right) => ("times", vec![left, right]),
            _ => ("neg", vec![]),
        };
        let ty = rust(exprs.ty(id));
        if ty == "Duration" {
            self.values.import("core::time::Duration");
        }
        let operands = operands.iter().map(|of| self.operand(*of, OPERAND, Binding::Or)).collect();
        match (name, ty) {
            ("times", "Duration") => ("compute::times".to_owned(), operands),
            ("times", _) => ("compute::multiple".to_owned(), operands),
            _ => (format!("{ty}::checked_{name}"), operands),
        }
    }

    /// `a && b`; if `b` takes more than an expression, a choice, so that it is not computed in vain.
    pub(super) fn logic(&mut self, id: ExprId) -> Code {
        let Expr::Binary(op, left, right) = *self.graph.exprs.get(id) else {
            return Code::Text(String::new());
        };
        let (sign, binding) = if op == Op::And { ("&&", Binding::And) } else { ("||", Binding::Or) };
        let first = self.operand(left, SIDE, binding);
        let (statements, names) = (self.lines.len(), self.names.clone());
        // The right side of an operator binds more tightly than the operator.
        let tighter = if op == Op::And { Binding::Compare } else { Binding::And };
        let second = self.operand(right, SIDE, tighter);
        if self.lines.len() == statements {
            return Code::Text(format!("{first} {sign} {second}"));
        }
        self.lines.truncate(statements);
        self.names = names;
        let block = self.block(right, false);
        let constant = |value: &str| vec![format!("{}{value}", " ".repeat(self.indent + 4))];
        let choice = match op {
            Op::And => If { arms: vec![(first, block)], otherwise: constant("false") },
            _ => If { arms: vec![(first, constant("true"))], otherwise: block },
        };
        let name = self.names.give("part");
        self.lines.extend(choice.lay(self.indent, &format!("let {name} ="), ";"));
        Code::Text(name)
    }

    /// `a == b`. Cases of enums are matched, so that an enum of a device needs no `PartialEq`.
    pub(super) fn equal(&mut self, left: ExprId, right: ExprId) -> Code {
        let (left, right) = if self.case(left).is_some() { (right, left) } else { (left, right) };
        match self.case(right) {
            Some(case) => {
                let first = self.operand(left, OPERAND, Binding::Unary);
                let pattern = self.values.constant(&case, self.graph.exprs.ty(right), self.hint);
                Code::Text(format!("matches!({first}, {pattern})"))
            }
            None => self.compare(left, "==", right),
        }
    }

    pub(super) fn compare(&mut self, left: ExprId, sign: &str, right: ExprId) -> Code {
        let left = self.operand(left, OPERAND, Binding::Unary);
        Code::Text(format!("{left} {sign} {}", self.operand(right, OPERAND, Binding::Unary)))
    }

    /// `!e`, which is how the language's core writes `!=`, `>` and `>=`.
    pub(super) fn not(&mut self, of: ExprId) -> Code {
        let expr = if self.known.contains_key(&of) { None } else { Some(self.graph.exprs.get(of).clone()) };
        match expr {
            Some(Expr::Binary(Op::Equal, left, right)) if self.case(left).or(self.case(right)).is_none() => {
                self.compare(left, "!=", right)
            }
            Some(Expr::Binary(Op::Less, left, right)) => self.compare(left, ">=", right),
            Some(Expr::Binary(Op::LessEqual, left, right)) => self.compare(left, ">", right),
            Some(Expr::IsSome(option)) => {
                Code::Text(format!("{}.is_none()", self.operand(option, OPERAND, Binding::Atom)))
            }
            _ => Code::Text(format!("!{}", self.operand(of, OPERAND, Binding::Unary))),
        }
    }

    /// A case of an enum that need not have `PartialEq`.
    pub(super) fn case(&self, id: ExprId) -> Option<Const> {
        let value = self.graph.exprs.constant(id).filter(|value| matches!(value, Const::Case(_)));
        value.filter(|_| self.values.is_foreign(self.graph.exprs.ty(id))).cloned()
    }

    /// The operands of a chain of `++`, in order.
    pub(super) fn concatenated(&self, id: ExprId) -> Vec<ExprId> {
        let mut items = Vec::new();
        let mut open = vec![id];
        while let Some(next) = open.pop() {
            match *self.graph.exprs.get(next) {
                Expr::Binary(Op::Concat, left, right) if next == id || !self.known.contains_key(&next) => {
                    open.extend([right, left]);
                }
                _ => items.push(next),
            }
        }
        items
    }

    pub(super) fn listed(function: &str, items: Vec<String>) -> Code {
        Code::Group { open: format!("{function}(&["), items, close: "])".to_owned(), tail: "" }
    }
}
