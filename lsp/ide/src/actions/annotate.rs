//! Writing the type of a `let` that is inferred.

use unik_check::core::Type;
use unik_source::Span;
use unik_syntax::tree::{ExprKind, ItemKind, Let, Statement};
use unik_syntax::{TokenKind, tokens};

use super::site::Site;
use super::written::written;
use super::{Action, ActionKind};
use crate::lookup::names_in;

/// Writes the type of the `let` whose name the cursor is at.
pub(super) fn annotate(site: &Site<'_>) -> Option<Action> {
    let own = match &site.tree.kind {
        ItemKind::Let(it) => Some(it),
        _ => None,
    };
    let of_blocks = site.around().into_iter().filter_map(|expr| match &expr.kind {
        ExprKind::Block(statements, _) => Some(statements),
        _ => None,
    });
    let of_blocks = of_blocks.flatten().filter_map(|statement| match statement {
        Statement::Let(it) => Some(it),
        Statement::Key(_) => None,
    });
    let at = |it: &&Let| it.result.is_none() && it.name.span.to(site.span) == it.name.span;
    let it = own.into_iter().chain(of_blocks).find(at)?;
    let top = own.is_some_and(|own| std::ptr::eq(own, it));
    let ty = match top {
        true => unik_check::type_of(site.db, site.id)?,
        false => {
            let name = it.name.span.shifted(site.start);
            names_in(site.db, site.item).find(|(_, found)| found.declares && found.span == name)?.1.ty?
        }
    };
    let ty = match (&it.params, ty) {
        (Some(_), Type::Function(of)) => of.result.clone(),
        (Some(_), _) => return None,
        (None, ty) => ty,
    };
    let ty = written(site.db, site.file, &ty)?;
    let edit = site.edit(Span::at(head_end(site.text, it)?), format!(": {ty}"));
    Some(Action::rewriting(ActionKind::Rewrite, format!("add the type `{ty}`"), site.file, vec![edit]))
}

/// Where the head of a `let` ends: behind its name and its parameters.
fn head_end(text: &str, it: &Let) -> Option<usize> {
    let from = it.name.span.end as usize;
    if it.params.is_none() {
        return Some(from);
    }
    let mut depth = 0_usize;
    for token in tokens(text.get(from..it.body.span.start as usize)?) {
        match token.kind {
            kind if kind.closer().is_some() => depth += 1,
            kind if kind.is_closer() => {
                depth = depth.checked_sub(1)?;
                if depth == 0 && kind == TokenKind::RightParen {
                    return Some(from + token.span.end as usize);
                }
            }
            _ => {}
        }
    }
    None
}
