//! What is told of the choices that were made: where, by what, and which branch. How they are made stands in `choice`.

use smol_str::SmolStr;
use unik_check::core::{Expr, ExprKind};
use unik_source::Place;

use crate::arithmetic::Known;
use crate::decision::{Decision, Made};
use crate::machine::Machine;
use crate::reads::Reads;
use crate::value::Value;

impl<'d> Machine<'d> {
    /// Remembers a choice, once for each value of what decides it.
    pub(crate) fn note(&mut self, made: Made<'d>) {
        if self.noted.insert((made.def, made.expr.span, made.subject, made.taken)) {
            self.made.push(made);
        }
    }

    /// The choices that were made or left open, sorted.
    pub(crate) fn decisions(&self) -> Vec<Decision> {
        if self.made.is_empty() {
            return Vec::new();
        }
        let reads = Reads::new(&self.exprs);
        let mut all: Vec<Decision> =
            self.made.iter().filter_map(|made| self.decision(made, &reads)).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    fn decision(&self, made: &Made<'d>, reads: &Reads) -> Option<Decision> {
        let place = |of: &Expr| Place { file: made.def.file, anchor: made.def.item, span: of.span };
        let (what, branches) = match &made.expr.kind {
            ExprKind::If(what, then, other) => {
                let label = SmolStr::new_static;
                (what, vec![(label("then"), place(then)), (label("else"), place(other))])
            }
            ExprKind::Match(what, arms) => {
                (what, arms.iter().map(|arm| (arm.label.clone(), place(&arm.body))).collect())
            }
            _ => return None,
        };
        let (value, keys) = match made.subject {
            Value::Expr(id) => {
                let value = match self.exprs.known(id) {
                    Known::Value(value) => Some(SmolStr::new(value.option(self.exprs.ty(id)))),
                    Known::Open | Known::Overflow => None,
                };
                let keys = reads.of(id).iter().map(|key| self.keys.get(*key).option.clone());
                (value, keys.collect())
            }
            Value::Some(_) => (Some(SmolStr::new_static("some")), Vec::new()),
            Value::None => (Some(SmolStr::new_static("none")), Vec::new()),
            _ => (None, Vec::new()),
        };
        let mut keys: Vec<SmolStr> = keys;
        keys.sort_unstable();
        let label = self.defs.source_text(place(what));
        Some(Decision {
            place: place(made.expr),
            what: place(what),
            label,
            value,
            keys,
            branches,
            taken: made.taken,
        })
    }
}
