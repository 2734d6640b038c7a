//! An `if` as a `match`, and the values that `_` stands for.

use unik_check::core::Type;
use unik_graph::value::{Const, EnumType, ValueType};
use unik_source::Span;
use unik_syntax::tree::{Arm, BinaryOp, Expr, ExprKind, Literal, PatternKind};

use super::site::Site;
use super::{Action, ActionKind};
use crate::typed::Typed;

/// What can be said otherwise about the innermost choice around the range.
pub(super) fn branches(site: &Site<'_>) -> Option<Action> {
    let around = site.around();
    let innermost =
        around.into_iter().rev().find(|expr| matches!(&expr.kind, ExprKind::If(..) | ExprKind::Match(..)))?;
    let typed = Typed::new(site.db, site.item);
    match &innermost.kind {
        ExprKind::If(condition, yes, no) => as_match(site, &typed, innermost, condition, [yes, no]),
        ExprKind::Match(on, arms) => listed(site, &typed, on, arms),
        _ => None,
    }
}

/// `if a == b then x else y` as a `match` on the enum `a`, and any other as one on its condition. On the keyword only: the branches are
/// other matters.
fn as_match(
    site: &Site<'_>,
    typed: &Typed<'_>,
    whole: &Expr,
    condition: &Expr,
    [yes, no]: [&Expr; 2],
) -> Option<Action> {
    let keyword = Span::new(whole.span.start as usize, whole.span.start as usize + "if".len());
    let on_keyword = keyword.to(site.span) == keyword;
    // A comment would be lost.
    let comment = site.text(whole.span).contains("//");
    if !on_keyword || comment || typed.type_at(condition.span).is_none() {
        return None;
    }
    let text = |expr: &Expr| site.text(expr.span);
    let by_case = by_case(typed, condition);
    let (on, first, second) = match &by_case {
        Some((on, case, others, negated)) => {
            let others = others.join(" | ");
            match negated {
                false => (text(on), (*case).to_owned(), others),
                true => (text(on), others, (*case).to_owned()),
            }
        }
        None => (text(condition), "true".to_owned(), "false".to_owned()),
    };
    let new = format!("match {on} {{ {first} => {}, {second} => {} }}", text(yes), text(no));
    let edit = site.edit(whole.span, new);
    Some(Action::rewriting(ActionKind::Rewrite, "make it a `match`", site.file, vec![edit]))
}

/// What is compared to which case of an enum, the other cases, and whether it must not be that case.
fn by_case<'e>(typed: &Typed<'e>, condition: &'e Expr) -> Option<(&'e Expr, &'e str, Vec<&'e str>, bool)> {
    let ExprKind::Binary(op @ (BinaryOp::Equal | BinaryOp::NotEqual), _, left, right) = &condition.kind
    else {
        return None;
    };
    let (on, (of, case)) = match (typed.case_at(left.span), typed.case_at(right.span)) {
        (None, Some(case)) => (&**left, case),
        (Some(case), None) => (&**right, case),
        _ => return None,
    };
    let others: Vec<&str> = others(of, &[case]);
    (!others.is_empty()).then_some((on, of.cases.get(case)?.as_str(), others, *op == BinaryOp::NotEqual))
}

/// The cases of an enum but for these.
fn others<'e>(of: &'e EnumType, but: &[usize]) -> Vec<&'e str> {
    let cases = of.cases.iter().enumerate().filter(|(at, _)| !but.contains(at));
    cases.map(|(_, case)| case.as_str()).collect()
}

/// Puts what `_` stands for in its place, where the cursor is at it.
fn listed(site: &Site<'_>, typed: &Typed<'_>, on: &Expr, arms: &[Arm]) -> Option<Action> {
    let wildcards = arms.iter().flat_map(|arm| &arm.patterns);
    let wildcard = wildcards
        .filter(|pattern| pattern.kind == PatternKind::Wildcard)
        .find(|pattern| pattern.span.to(site.span) == pattern.span)?;
    let mut bare = on;
    while let ExprKind::Paren(of) = &bare.kind {
        bare = of;
    }
    let ty = typed.type_at(bare.span)?;
    let seen =
        arms.iter().flat_map(|arm| &arm.patterns).filter(|pattern| pattern.span.start < wildcard.span.start);
    let seen: Vec<&PatternKind> = seen.map(|pattern| &pattern.kind).collect();
    let left: Vec<String> = match ty {
        Type::Value(ValueType::Enum(of)) => {
            let named = |case: &str| {
                seen.iter().any(|seen| match seen {
                    PatternKind::Case(path) => path.segments.last().is_some_and(|name| name.text == case),
                    _ => false,
                })
            };
            of.cases.iter().filter(|case| !named(case)).map(ToString::to_string).collect()
        }
        Type::Value(ValueType::Bool) => {
            let named = |value: bool| seen.contains(&&PatternKind::Literal(Literal::Bool(value)));
            let values = [true, false].into_iter().filter(|value| !named(*value));
            values.map(|value| Const::Bool(value).literal(&ValueType::Bool)).collect()
        }
        ty if ty.optional().is_some() => {
            let some = seen.iter().any(|seen| matches!(seen, PatternKind::Some(_)));
            let none = seen.contains(&&PatternKind::None);
            let words = [("some(_)", some), ("none", none)].into_iter().filter(|(_, seen)| !seen);
            words.map(|(word, _)| word.to_owned()).collect()
        }
        _ => return None,
    };
    if left.is_empty() {
        return None;
    }
    let edit = site.edit(wildcard.span, left.join(" | "));
    Some(Action::rewriting(ActionKind::Rewrite, "list what `_` stands for", site.file, vec![edit]))
}
