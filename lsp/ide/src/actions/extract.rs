//! Giving the selected expression a name of its own: by a `let` of the block around it, or of the file.

use std::collections::BTreeSet;

use unik_check::core::Type;
use unik_graph::value::ValueType;
use unik_source::Span;
use unik_syntax::tree::{Expr, ExprKind, ItemKind, Literal, Statement};
use unik_syntax::{TokenKind, tokens};

use super::scopes::{always, declares_key, free_names, is_root, is_whole, same_scope};
use super::site::Site;
use super::written::written;
use super::{Action, ActionKind};
use crate::host::Analysis;
use crate::occurrence::Referent;
use crate::resolve::arguments;
use crate::typed::Typed;

/// What can be made of the selection, if it is one expression.
pub(super) fn extract(analysis: &Analysis, site: &Site<'_>) -> Vec<Action> {
    let way = site.around();
    let Some((expr, way)) =
        way.split_last().filter(|(expr, _)| expr.span == site.span && !expr.span.is_empty())
    else {
        return Vec::new();
    };
    let named = matches!(&expr.kind, ExprKind::Name(_) | ExprKind::Member(..) | ExprKind::Error);
    let typed = Typed::new(site.db, site.item);
    let Some(ty) = typed.type_at(expr.span).filter(|ty| !named && !ty.has_unknown()) else {
        return Vec::new();
    };
    if declares_key(expr) || !is_whole(analysis, site.file) {
        return Vec::new();
    }
    let annotation = match stands_alone(&typed, expr, ty) {
        true => String::new(),
        false => match written(site.db, site.file, ty) {
            Some(ty) => format!(": {ty}"),
            None => return Vec::new(),
        },
    };
    let name = free_name(site, way.last().copied(), expr, ty);
    let head = format!("let {name}{annotation} = {}", site.text(expr.span));
    let made = |title: &str, at: Span, text: String| {
        let edits = vec![site.edit(at, text), site.edit(expr.span, name.clone())];
        Action::rewriting(ActionKind::Extract, title, site.file, edits)
    };
    let mut found = Vec::new();
    if let Some(at) = statement(site, way, expr.span) {
        let start = at.start as usize;
        let line = site.text[..start].rfind('\n').map_or(start, |newline| newline);
        let indent = &site.text[line..start];
        // Before the first word of a line the new statement has a line of its own.
        let behind = if line < start && indent.trim().is_empty() { indent } else { " " };
        found.push(made("name it by a `let` of the block", at, format!("{head};{behind}")));
    }
    let whole = matches!(&site.tree.kind, ItemKind::Let(it) if it.body.span == expr.span);
    let locals = free_names(analysis, site.item, expr.span)
        .iter()
        .any(|name| matches!(name.referent, Referent::Local(..)));
    if !whole && !locals && is_root(site.tree) && same_scope(way, expr.span) {
        found.push(made("name it by a `let` of the file", Span::at(0), format!("{head}\n\n")));
    }
    found
}

/// Where a statement can be put in front of that in which an expression stands, so that it is evaluated as the expression was.
fn statement(site: &Site<'_>, way: &[&Expr], at: Span) -> Option<Span> {
    let block = way.iter().rposition(|expr| matches!(&expr.kind, ExprKind::Block(..)))?;
    let (inside, ExprKind::Block(statements, last)) = (&way[block..], &way[block].kind) else { return None };
    if !same_scope(inside, at) || !always(inside, at) {
        return None;
    }
    if last.span.to(at) == last.span {
        return Some(Span::at(last.span.start as usize));
    }
    statements.iter().find_map(|statement| match statement {
        Statement::Let(it) if it.body.span != at && it.body.span.to(at) == it.body.span => {
            Some(Span::at(site.text.get(..it.name.span.start as usize)?.rfind("let")?))
        }
        _ => None,
    })
}

/// Whether an expression has its type wherever it stands.
pub(super) fn stands_alone(typed: &Typed<'_>, expr: &Expr, ty: &Type) -> bool {
    match &expr.kind {
        ExprKind::Apply(callee, _) => {
            !matches!(&callee.kind, ExprKind::Name(name) if name.text == "some" || name.text == "files")
        }
        ExprKind::Name(_) | ExprKind::Member(..) => {
            typed.case_at(expr.span).is_none() && !matches!(ty, Type::Value(ValueType::Option(_)))
        }
        ExprKind::As(of, _) | ExprKind::Paren(of) => stands_alone(typed, of, ty),
        ExprKind::Literal(literal) => match (literal, ty) {
            (Literal::Bool(_), _) => true,
            (Literal::Str(_), ty) => *ty == Type::Value(ValueType::Str),
            (Literal::Number { unit, .. }, ty) if unit.is_empty() => *ty == Type::Value(ValueType::Int),
            (Literal::Number { .. }, _) => true,
        },
        _ => false,
    }
}

/// A name that nothing has yet: that of the parameter it is given for, or of what is applied.
fn free_name(site: &Site<'_>, parent: Option<&Expr>, expr: &Expr, ty: &Type) -> String {
    let value = arguments(site.db, site.item).into_iter().find(|(at, _)| *at == expr.span);
    let applied = match &expr.kind {
        ExprKind::Apply(callee, _) => match &callee.kind {
            ExprKind::Name(name) | ExprKind::Member(_, name) => Some(name.text.to_string()),
            _ => None,
        },
        _ => None,
    };
    let written = match parent.map(|parent| &parent.kind) {
        Some(ExprKind::Apply(_, args)) => args.iter().find(|arg| arg.value.span == expr.span),
        _ => None,
    };
    let written = written.and_then(|arg| arg.name.as_ref()).map(|name| name.text.to_string());
    let base = written.or_else(|| value.map(|(_, name)| name.to_string())).or(applied);
    let base = base.filter(|base| !base.is_empty()).unwrap_or_else(|| "value".to_owned());
    let mut taken: BTreeSet<String> = unik_check::names_in_scope(site.db, site.file)
        .into_iter()
        .map(|(name, _)| name.to_string())
        .collect();
    let names = tokens(site.text).into_iter().filter(|token| token.kind == TokenKind::Name);
    taken.extend(names.map(|token| site.text(token.span).to_owned()));
    if let Type::Value(ValueType::Enum(of)) = ty {
        taken.extend(of.cases.iter().map(ToString::to_string));
    }
    let numbered = (2_u32..).map(|number| format!("{base}_{number}"));
    let mut names = std::iter::once(base.clone()).chain(numbered);
    let free = |name: &String| !taken.contains(name) && !unik_check::is_of_language(name);
    names.find(free).unwrap_or(base)
}
