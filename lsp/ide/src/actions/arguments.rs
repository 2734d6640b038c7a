//! Saying the names of arguments, or taking them away.

use unik_source::Span;
use unik_syntax::tree::{Arg, Expr, ExprKind};

use super::site::Site;
use super::{Action, ActionKind};
use crate::lookup::names_in;
use crate::occurrence::Referent;
use crate::resolve::parameters;

/// Names the arguments of the innermost application around the range, or takes their names away, if the same parameters get
/// them.
pub(super) fn arguments(site: &Site<'_>) -> Vec<Action> {
    let around = site.around();
    let innermost = around.iter().rev().find_map(|expr| match &expr.kind {
        ExprKind::Apply(callee, args) if !args.is_empty() => Some((callee, args)),
        _ => None,
    });
    let Some((callee, args)) = innermost else { return Vec::new() };
    let Some(params) = names(site, callee) else { return Vec::new() };
    let params: Vec<&str> = params.iter().map(String::as_str).collect();
    let given: Vec<Option<&str>> =
        args.iter().map(|arg| arg.name.as_ref().map(|name| name.text.as_str())).collect();
    let Some(goes) = goes(&params, &given) else { return Vec::new() };
    let mut found = Vec::new();
    let bare: Vec<(&Arg, usize)> =
        args.iter().zip(goes.iter().copied()).filter(|(arg, _)| arg.name.is_none()).collect();
    if !bare.is_empty() {
        let edits = bare.iter().map(|(arg, at)| {
            let start = Span::at(arg.value.span.start as usize);
            site.edit(start, format!("{}: ", params[*at]))
        });
        found.push(Action::rewriting(ActionKind::Rewrite, "name the arguments", site.file, edits.collect()));
    }
    let without: Vec<Option<&str>> = vec![None; args.len()];
    if bare.len() < args.len() && self::goes(&params, &without).as_ref() == Some(&goes) {
        let named = args.iter().filter_map(|arg| Some((arg.name.as_ref()?, &arg.value)));
        let edits = named.map(|(name, value)| {
            site.edit(Span { start: name.span.start, end: value.span.start }, String::new())
        });
        let title = "take the names of the arguments away";
        found.push(Action::rewriting(ActionKind::Rewrite, title, site.file, edits.collect()));
    }
    found
}

/// The names of the parameters of what is applied, if it is a declaration.
fn names(site: &Site<'_>, callee: &Expr) -> Option<Vec<String>> {
    let name = match &callee.kind {
        ExprKind::Name(name) | ExprKind::Member(_, name) => name,
        ExprKind::Paren(of) => return names(site, of),
        _ => return None,
    };
    let span = name.span.shifted(site.start);
    let (_, found) = names_in(site.db, site.item).find(|(_, found)| found.span == span)?;
    let Referent::Item(id) = found.referent else { return None };
    let params = parameters(site.db, id);
    (!params.is_empty()).then(|| params.into_iter().map(|(name, _)| name.to_string()).collect())
}

/// Which parameter each argument goes to: one with a name to that, the others to the first that is still free. Nothing where that
/// is a mistake.
fn goes(params: &[&str], args: &[Option<&str>]) -> Option<Vec<usize>> {
    let mut taken = vec![false; params.len()];
    let mut goes = Vec::with_capacity(args.len());
    for arg in args {
        let at = match arg {
            Some(name) => params.iter().position(|param| param == name)?,
            None => taken.iter().position(|taken| !taken)?,
        };
        if std::mem::replace(taken.get_mut(at)?, true) {
            return None;
        }
        goes.push(at);
    }
    Some(goes)
}
