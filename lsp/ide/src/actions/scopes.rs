//! What moves with an expression and what does not: the scope in which it is evaluated, and what its names mean.
//!
//! A value of a file is evaluated once, without a scope, and a key that it declares belongs to it. So an expression changes its meaning if it
//! is moved into or out of a function, a scope that has a name (`as`), or the default of a key; and one that declares a key
//! is not moved at all.

use unik_db::Item;
use unik_source::{Code, FileId, Span};
use unik_syntax::tree::{self, Expr, ExprKind, ItemKind, Statement};

use super::site::within;
use crate::host::Analysis;
use crate::lookup::names_in;
use crate::occurrence::{Occurrence, Referent};

/// Whether a file has no mistake that stops it: only then what follows from its types is sure.
pub(super) fn is_whole(analysis: &Analysis, file: FileId) -> bool {
    // What the values of keys and the host come to is no question of scopes.
    let of_values = |code: Code| code.0.starts_with("E04");
    analysis.said_of(file).iter().all(|found| !found.is_error() || of_values(found.code))
}

/// Whether an item evaluates its expressions once and without a scope.
pub(super) fn is_root(item: &tree::Item) -> bool {
    match &item.kind {
        ItemKind::Let(it) => it.params.is_none(),
        ItemKind::Require(_) | ItemKind::Unikernel(_) => true,
        _ => false,
    }
}

/// Whether what stands in `inner` is evaluated where `outer`, which holds it, is: nothing between them makes a function, a
/// scope or a key. The way leads from the outer to the inner.
pub(super) fn same_scope(way: &[&Expr], inner: Span) -> bool {
    way.iter().filter(|expr| expr.span != inner).all(|expr| match &expr.kind {
        ExprKind::Lambda(..) | ExprKind::As(..) => false,
        ExprKind::Block(statements, _) => statements.iter().all(|statement| match statement {
            Statement::Let(it) => it.params.is_none() || it.body.span.to(inner) != it.body.span,
            Statement::Key(key) => key.span.to(inner) != key.span,
        }),
        _ => true,
    })
}

/// Whether what stands in `inner` is evaluated whenever the last of the way is: no branch lies between.
pub(super) fn always(way: &[&Expr], inner: Span) -> bool {
    let holds = |expr: &Expr| expr.span.to(inner) == expr.span;
    way.iter().all(|expr| match &expr.kind {
        ExprKind::If(_, yes, no) => !holds(yes) && !holds(no),
        ExprKind::Match(_, arms) => !arms.iter().any(|arm| holds(&arm.body)),
        _ => true,
    })
}

/// Whether an expression declares a key.
pub(super) fn declares_key(expr: &Expr) -> bool {
    within(expr).into_iter().any(|expr| match &expr.kind {
        ExprKind::Block(statements, _) => {
            statements.iter().any(|statement| matches!(statement, Statement::Key(_)))
        }
        _ => false,
    })
}

/// The names in a span of an item that are bound or declared outside of it.
pub(super) fn free_names(analysis: &Analysis, item: Item<'_>, span: Span) -> Vec<Occurrence> {
    let whole = span.shifted(item.start(&analysis.db));
    let bound_outside = |name: &Occurrence| match &name.referent {
        Referent::Local(_, declared) => span.to(*declared) != span,
        _ => true,
    };
    let names = names_in(&analysis.db, item).map(|(_, name)| name);
    let inside = names.filter(|name| whole.to(name.span) == whole && !name.declares);
    inside.filter(bound_outside).collect()
}
