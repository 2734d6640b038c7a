//! Which operators bind tighter: from a row of operands to a tree.

use unik_source::{Diagnostic, Span};

use super::context::Context;
use crate::{
    codes,
    tree::{BinaryOp, Expr, ExprKind},
};

/// Operands with operators between them.
#[derive(Debug)]
pub(crate) struct Row {
    first: Expr,
    rest: Vec<(BinaryOp, Span, Expr)>,
}

impl Row {
    pub(crate) fn new(first: Expr, op: BinaryOp, at: Span, second: Expr) -> Box<Self> {
        Box::new(Self { first, rest: vec![(op, at, second)] })
    }

    pub(crate) fn and(mut self: Box<Self>, op: BinaryOp, at: Span, next: Expr) -> Box<Self> {
        self.rest.push((op, at, next));
        self
    }
}

/// The higher, the tighter.
fn level(op: BinaryOp) -> u8 {
    use BinaryOp as B;
    match op {
        B::Or => 0,
        B::And => 1,
        B::Equal | B::NotEqual | B::Less | B::LessEqual | B::Greater | B::GreaterEqual => COMPARISON,
        B::Concat => 3,
        B::Add | B::Subtract => 4,
        B::Multiply => 5,
    }
}

const COMPARISON: u8 = 2;

impl Context<'_> {
    /// All operators of one level group to the left.
    pub(crate) fn operation(&self, row: Row) -> Expr {
        let mut last = row.first;
        // Operands that wait for their right side, their operators ever tighter.
        let mut waiting: Vec<(Expr, BinaryOp, Span)> = Vec::new();
        for (op, at, next) in row.rest {
            while let Some((a, before, before_at)) =
                waiting.pop_if(|(_, before, _)| level(*before) >= level(op))
            {
                last = self.binary(a, before, before_at, last);
            }
            waiting.push((last, op, at));
            last = next;
        }
        while let Some((a, op, at)) = waiting.pop() {
            last = self.binary(a, op, at, last);
        }
        last
    }

    fn binary(&self, a: Expr, op: BinaryOp, at: Span, b: Expr) -> Expr {
        if let ExprKind::Binary(first, first_at, _, middle) = &a.kind
            && level(*first) == COMPARISON
            && level(op) == COMPARISON
        {
            let message = format!("`{}` cannot follow `{}` without parentheses", op.symbol(), first.symbol());
            let diagnostic = Diagnostic::error(
                codes::CHAINED_COMPARISON,
                message,
                self.place(at),
                "the second comparison",
            );
            let end = self.place(Span::at(a.span.end as usize));
            let (whole, middle, b) = (self.slice(a.span), self.slice(middle.span), self.slice(b.span));
            let help =
                format!("to compare `{middle}` with both, write `{whole} && {middle} {} {b}`", op.symbol());
            self.say(
                diagnostic
                    .label(self.place(*first_at), "the first one")
                    .note("a comparison gives a `Bool`")
                    .help(help)
                    .fix("compare with both", end, format!(" && {middle}")),
            );
        }
        let span = a.span.to(b.span);
        Expr { kind: ExprKind::Binary(op, at, Box::new(a), Box::new(b)), span }
    }
}
