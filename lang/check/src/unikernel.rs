//! `unikernel name = e`: a job, or a list of jobs. And `require c, "…"`: what must hold of a configuration.

use std::sync::Arc;

use unik_graph::value::ValueType;
use unik_source::{Diagnostic, Span};
use unik_syntax::tree;

use crate::codes;
use crate::core::{Require, Type, Unikernel};
use crate::expression::{Checker, Want, Why};
use crate::types::subtype;

/// Checks a unikernel.
pub(crate) fn check_unikernel(checker: &mut Checker<'_>, tree: &tree::Unikernel) -> Unikernel {
    let jobs = Type::List(Arc::new(Type::Job));
    let body = checker.body(&tree.body, Want::hint(Some(&jobs)));
    let ty = &body.expr.ty;
    let is_job = subtype(checker.db, ty, &Type::Job) || subtype(checker.db, ty, &jobs);
    if !is_job {
        let is = checker.text(ty);
        let message = format!("`{}` is not a job", tree.name.text);
        let wrong = Diagnostic::error(
            codes::MISMATCH,
            message,
            checker.place(tree.body.span),
            format!("this is `{is}`"),
        );
        let wrong = wrong.note("a unikernel is a `Job`, or a list of jobs that run side by side");
        let help = match ty {
            Type::Function(of) if of.result == Type::Job => "apply it to its arguments",
            ty if ty.is_device() => "give it to a device that makes a `Job`",
            _ => "apply a device that makes a `Job`",
        };
        checker.report(wrong.help(help));
    }
    Unikernel { name: tree.name.text.clone(), body, place: checker.place(tree.name.span) }
}

/// Checks a requirement. Without a message of its own, the condition as written is the message.
pub(crate) fn check_require(checker: &mut Checker<'_>, tree: &tree::Require, span: Span) -> Require {
    let bool = Type::Value(ValueType::Bool);
    let condition = checker.body(&tree.condition, Want::firm(&bool, Why::Nobody));
    let written = || checker.source(tree.condition.span).into();
    let message = tree.message.as_ref().map_or_else(written, |message| message.value.clone());
    Require { condition, message, place: checker.place(span) }
}
