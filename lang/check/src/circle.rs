//! Definitions that need themselves, as they are shown: where the way around starts, and where it leads.

use unik_source::Diagnostic;

use crate::codes;
use crate::expression::Checker;
use crate::order::Node;
use crate::platforms::roles;
use crate::type_text::name_in;

/// How many steps of a circle are shown.
const MOST: usize = 8;

/// Reports the circle whose first member this is.
pub(crate) fn report_circle<'db>(checker: &mut Checker<'db>, node: Node<'db>) {
    let Some(steps) = checker.circles.way(node) else { return };
    let Some(first) = steps.first() else { return };
    let db = checker.db;
    let name = |node: Node<'db>| match node.role {
        Some(number) => {
            let role = roles(db, node.item).get(number as usize).cloned().unwrap_or_default();
            let platform = node.item.name(db).clone().unwrap_or_default();
            format!("{platform}.{role}")
        }
        None => name_in(db, Some(checker.file), node.item),
    };
    let message = format!("`{}` needs itself", name(node));
    let label = |to: Node<'db>| format!("needs `{}`", name(to));
    let place = first.from.item.place(db, first.span);
    let types = node.item.keyword(db) == "module type";
    let code = if types { codes::INCLUDES_ITSELF } else { codes::RECURSION };
    let mut wrong = Diagnostic::error(code, message, place, label(first.to));
    for step in steps.iter().skip(1).take(MOST) {
        wrong = wrong
            .label(step.from.item.place(db, step.span), format!("`{}` {}", name(step.from), label(step.to)));
    }
    let quoted = |node: Node<'db>| format!("`{}`", name(node));
    let mut way: Vec<String> = steps.iter().take(MOST).map(|step| quoted(step.from)).collect();
    if steps.len() > MOST {
        way.push("…".to_owned());
    }
    way.push(quoted(node));
    let wrong = wrong.note(format!("the way around: {}", way.join(" → ")));
    checker.report(wrong.note(match types {
        true => "a module type that includes itself would say nothing",
        false => "the language has no recursion, so that evaluation always ends",
    }));
}
