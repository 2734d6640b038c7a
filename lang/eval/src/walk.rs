//! A look through an expression without evaluating it.

use rustc_hash::FxHashSet;
use unik_check::core::{Argument, Expr, ExprKind, Global};

use crate::definitions::Definitions;

/// The keys of blocks or devices that an expression reads, in the order of the text, each once.
pub(crate) fn local_keys(expr: &Expr) -> Vec<u32> {
    let mut keys = Vec::new();
    let mut open = vec![expr];
    while let Some(expr) = open.pop() {
        match &expr.kind {
            ExprKind::LocalKey(key) if !keys.contains(&key.0) => keys.push(key.0),
            _ => open.extend(parts(expr)),
        }
    }
    keys
}

/// What an expression mentions, itself or through the `let`s that it mentions, each once.
pub(crate) fn globals(defs: &dyn Definitions, expr: &Expr) -> Vec<Global> {
    let mut globals = Vec::new();
    let mut seen = FxHashSet::default();
    let mut open = vec![expr];
    while let Some(expr) = open.pop() {
        match &expr.kind {
            ExprKind::Global(global) => {
                if seen.insert(*global) {
                    globals.push(*global);
                    if let Global::Let(def) = global {
                        open.extend(defs.let_(*def).map(|item| &item.body.expr));
                    }
                }
            }
            _ => open.extend(parts(expr)),
        }
    }
    globals
}

/// The expressions that an expression consists of, the last one first.
fn parts(expr: &Expr) -> Vec<&Expr> {
    match &expr.kind {
        ExprKind::Const(_)
        | ExprKind::Local(_)
        | ExprKind::LocalKey(_)
        | ExprKind::Global(_)
        | ExprKind::Role(_)
        | ExprKind::Unknown => Vec::new(),
        ExprKind::Apply(callee, arguments) => {
            let arguments = arguments.iter().rev().filter_map(|argument| match argument {
                Argument::Given(argument) => Some(argument),
                Argument::Default(_) => None,
            });
            arguments.chain([&**callee]).collect()
        }
        ExprKind::Lambda(lambda) => vec![&lambda.body],
        ExprKind::If(condition, then, other) => vec![other, then, condition],
        ExprKind::Match(subject, arms) => {
            arms.iter().rev().map(|arm| &arm.body).chain([&**subject]).collect()
        }
        ExprKind::Block(lets, result) => {
            [&**result].into_iter().chain(lets.iter().rev().map(|(_, value)| value)).collect()
        }
        ExprKind::List(items) => items.iter().rev().collect(),
        ExprKind::Some(inner)
        | ExprKind::Files(inner)
        | ExprKind::Not(inner)
        | ExprKind::Negate(inner)
        | ExprKind::As(inner, _) => vec![inner],
        ExprKind::Binary(_, left, right) => vec![right, left],
    }
}
