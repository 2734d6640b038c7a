//! Putting what a `let` says where its name is used, if that is one place that means the same.

use unik_check::core::Type;
use unik_db::{Db, Item, items, parsed};
use unik_graph::value::ValueType;
use unik_source::Span;
use unik_syntax::TextEdit;
use unik_syntax::tree::{Expr, ExprKind, ItemKind, Let, Statement};

use super::edits::whole_lines;
use super::extract::stands_alone;
use super::scopes::{always, declares_key, free_names, is_root, is_whole, same_scope};
use super::site::{Site, around};
use super::{Action, ActionKind};
use crate::host::Analysis;
use crate::lookup::name_at;
use crate::occurrence::Referent;
use crate::resolve::bindings_at;
use crate::typed::Typed;

/// A `let` that may go.
struct Candidate<'db> {
    item: Item<'db>,
    tree: &'db Let,
    ty: Type,
    /// The block that it is a statement of; nothing for an item.
    block: Option<Span>,
}

/// Inlines the `let` whose name the cursor is at.
pub(super) fn inline(analysis: &Analysis, site: &Site<'_>) -> Option<Action> {
    let db = &analysis.db;
    let (_, name) = name_at(db, site.file, site.start + site.span.start)?;
    let found = candidate(analysis, site, &name.referent)?;
    // A file without a unikernel declares for files that nobody may have opened.
    let mut all = items(db, db.source(site.file)?).iter();
    if found.block.is_none() && !all.any(|item| item.keyword(db) == "unikernel") {
        return None;
    }
    let uses = analysis.named_in_items(site.file, &name.referent).into_iter();
    let mut uses = uses.filter(|(_, name)| !name.declares);
    let (Some((used_in, used)), None) = (uses.next(), uses.next()) else { return None };
    let whole = used_in.file(db).id(db) == site.file && parsed(db, used_in).diagnostics.is_empty();
    if !whole || !is_whole(analysis, site.file) {
        return None;
    }
    let (start, body) = (used_in.start(db), &found.tree.body);
    let span = Span { start: used.span.start.checked_sub(start)?, end: used.span.end.checked_sub(start)? };
    let tree = &parsed(db, used_in).tree;
    let way = around(tree, span);
    let moves = match found.block {
        None => is_root(tree) && same_scope(&way, span),
        Some(block) => {
            let inside: Vec<&Expr> = way.iter().copied().skip_while(|expr| expr.span != block).collect();
            !inside.is_empty() && same_scope(&inside, span) && always(&inside, span)
        }
    };
    if !moves || declares_key(body) || !keeps_type(&found, db) || !means_same(analysis, &found, used_in, span)
    {
        return None;
    }
    let text = found.item.text(db).get(body.span.range())?;
    let text = match needs_parens(&way, span, body) {
        true => format!("({text})"),
        false => text.to_owned(),
    };
    let removed = removed(&found, db)?;
    let removed = TextEdit { span: removed.shifted(found.item.start(db)), text: String::new() };
    let removed = whole_lines(analysis.text(site.file), removed);
    let mut edits = vec![removed, TextEdit { span: used.span, text }];
    edits.sort_by_key(|edit| edit.span);
    let title = format!("inline `{}`", found.tree.name.text);
    Some(Action::rewriting(ActionKind::Inline, title, site.file, edits))
}

/// The `let` without parameters that something stands for.
fn candidate<'db>(analysis: &'db Analysis, site: &Site<'_>, referent: &Referent) -> Option<Candidate<'db>> {
    let db = &analysis.db;
    match referent {
        Referent::Item(id) if id.file == site.file => {
            let item = unik_check::item_of(db, *id)?;
            let parsed = parsed(db, item);
            let ItemKind::Let(tree) = &parsed.tree.kind else { return None };
            let ty = unik_check::type_of(db, *id)?;
            let value = tree.params.is_none() && parsed.diagnostics.is_empty();
            value.then_some(Candidate { item, tree, ty, block: None })
        }
        Referent::Local(id, declared) if id.file == site.file => {
            let item = unik_check::item_of(db, *id)?;
            let parsed = parsed(db, item);
            if !parsed.diagnostics.is_empty() {
                return None;
            }
            let (block, tree) = around(&parsed.tree, *declared).into_iter().find_map(|expr| {
                let ExprKind::Block(statements, _) = &expr.kind else { return None };
                statements.iter().find_map(|statement| match statement {
                    Statement::Let(it) if it.name.span == *declared && it.params.is_none() => {
                        Some((expr.span, it))
                    }
                    _ => None,
                })
            })?;
            let mut names = crate::lookup::names_in(db, item);
            let at = declared.shifted(item.start(db));
            let ty = names.find(|(_, name)| name.declares && name.span == at)?.1.ty?;
            Some(Candidate { item, tree, ty, block: Some(block) })
        }
        _ => None,
    }
}

/// Whether the expression has by itself the type that its name has.
fn keeps_type(found: &Candidate<'_>, db: &dyn Db) -> bool {
    let body = &found.tree.body;
    // A bare name would be read as a case where its enum is wanted.
    if let (ExprKind::Name(name), Type::Value(ValueType::Enum(of))) = (&body.kind, &found.ty)
        && of.cases.contains(&name.text)
    {
        return false;
    }
    let typed = Typed::new(db, found.item);
    let mut bare = body;
    while let ExprKind::Paren(of) = &bare.kind {
        bare = of;
    }
    let own = typed.type_at(bare.span);
    own == Some(&found.ty) && (found.tree.result.is_none() || stands_alone(&typed, bare, &found.ty))
}

/// Whether all names of the expression mean the same where it is put.
fn means_same(analysis: &Analysis, found: &Candidate<'_>, used_in: Item<'_>, at: Span) -> bool {
    let db = &analysis.db;
    let text = analysis.text(found.item.file(db).id(db));
    let bound = bindings_at(db, used_in, &parsed(db, used_in).tree, at.start);
    free_names(analysis, found.item, found.tree.body.span).iter().all(|name| {
        let written = text.get(name.span.range()).unwrap_or_default();
        let there = bound.iter().rev().find(|binding| binding.name == written);
        match (&name.referent, there) {
            (Referent::Local(_, declared), Some(there)) => there.span == *declared,
            (Referent::Local(..), None) => false,
            // The second name of a path is looked for in a file or an enum.
            (_, Some(_)) => text[..name.span.start as usize].ends_with('.'),
            (_, None) => true,
        }
    })
}

/// Whether the expression would fall apart where the name stands.
fn needs_parens(way: &[&Expr], at: Span, body: &Expr) -> bool {
    let compound = matches!(
        &body.kind,
        ExprKind::Lambda(..)
            | ExprKind::If(..)
            | ExprKind::Match(..)
            | ExprKind::Unary(..)
            | ExprKind::Binary(..)
            | ExprKind::As(..)
    );
    let inside = way.iter().rev().find(|expr| expr.span != at);
    compound
        && inside.is_some_and(|expr| match &expr.kind {
            ExprKind::Member(..) | ExprKind::Unary(..) | ExprKind::Binary(..) | ExprKind::As(..) => true,
            ExprKind::Apply(callee, _) => callee.span == at,
            _ => false,
        })
}

/// What goes: the item, or the statement with the space behind it.
fn removed(found: &Candidate<'_>, db: &dyn Db) -> Option<Span> {
    let text: &str = found.item.text(db);
    if found.block.is_none() {
        return Some(Span::new(0, text.len()));
    }
    let start = text.get(..found.tree.name.span.start as usize)?.rfind("let")?;
    let end = found.tree.body.span.end as usize;
    let behind = text.get(end..)?;
    let semicolon = behind.find(';').filter(|at| behind[..*at].trim().is_empty())?;
    let rest = &behind[semicolon + 1..];
    let space = rest.len() - rest.trim_start_matches(' ').len();
    Some(Span::new(start, end + semicolon + 1 + space))
}
