//! The expressions of an evaluation with keys as symbols as an evaluation with the keys' defaults would have made them: folded again, in the
//! order in which they were made, with a constant for each `configure key`.
//!
//! An expression is what its operands and its operation make of it, so what evaluation builds of expressions that are the same for it is
//! the same. What that means for the nodes is said in `clear`.

use unik_graph::{Const, Expr, ExprId, KeyId, Op, Stage, ValueType};

use crate::arithmetic::Known;
use crate::fold::Folded;
use crate::keys::KeyOwner;
use crate::machine::Machine;
use crate::renumber::rebuilt;
use crate::table::number;

/// Expressions with the defaults of their keys, by the number that they have as symbols.
pub(crate) struct Defaults<'m> {
    symbols: &'m Folded,
    exprs: Folded,
    /// Nothing for a constant, which stays what it is.
    ids: Vec<Option<ExprId>>,
}

impl<'m> Defaults<'m> {
    /// All expressions of a machine, on a target. Nothing if one of them cannot be had: it is outside its type, it asks for a target
    /// where there is none, or it compares folders, which are paths as long as their key is a symbol.
    pub(crate) fn new(machine: &'m Machine<'_>, target: Option<&str>) -> Option<Self> {
        let symbols = &machine.exprs;
        let mut defaults = Self { symbols, exprs: Folded::default(), ids: Vec::with_capacity(symbols.len()) };
        for id in (0..symbols.len()).map(|id| ExprId(number(id))) {
            let made = match symbols.get(id) {
                Expr::Const(_) => None,
                Expr::Key(key) => Some(defaults.key(machine, *key, target)?),
                Expr::Binary(Op::Equal, left, _)
                    if !machine.folders.is_empty() && is_compound(symbols.ty(*left)) =>
                {
                    return None;
                }
                expr => {
                    let expr = rebuilt(expr, |key| key, &mut |operand| defaults.operand(operand));
                    Some(defaults.exprs.add(expr, symbols.ty(id)).ok()?)
                }
            };
            if made.is_some_and(|made| defaults.exprs.overflowing(made).is_some()) {
                return None;
            }
            defaults.ids.push(made);
        }
        Some(defaults)
    }

    /// The value of an expression, if the defaults give it one.
    pub(crate) fn known(&self, id: ExprId) -> Known {
        match self.ids[id.0 as usize] {
            Some(made) => self.exprs.known(made),
            None => self.symbols.known(id),
        }
    }

    /// The value of an expression that no value given at boot can change.
    pub(crate) fn constant(&self, id: ExprId) -> Option<&Const> {
        match self.ids[id.0 as usize] {
            Some(made) => self.exprs.constant(made),
            None => self.symbols.constant(id),
        }
    }

    fn operand(&mut self, id: ExprId) -> ExprId {
        match (self.ids[id.0 as usize], self.symbols.constant(id)) {
            (None, Some(value)) => self.exprs.add_const(value.clone(), self.symbols.ty(id).clone()),
            (made, _) => made.expect("operands come before their users, and all but constants are made"),
        }
    }

    fn key(&mut self, machine: &Machine<'_>, id: KeyId, target: Option<&str>) -> Option<ExprId> {
        let key = machine.keys.get(id);
        let ty = key.ty.clone();
        if machine.keys.ids.get(&KeyOwner::Target) == Some(&id) {
            let ValueType::Enum(of) = &key.ty else { return None };
            let case = of.cases.iter().position(|case| Some(case.as_str()) == target)?;
            return Some(self.exprs.add_const(Const::Case(number(case)), ty));
        }
        let known = match key.default {
            Some(default) if key.stage != Stage::Run => self.known(default),
            _ => Known::Open,
        };
        Some(match (key.stage, known) {
            (Stage::Configure, Known::Value(value)) => self.exprs.add_const(value, ty),
            (Stage::Run, _) => self.exprs.add_key(id, ty, Known::Open, Known::Open, true),
            (Stage::Configure | Stage::Both, known) => self.exprs.add_key(id, ty, known, Known::Open, false),
        })
    }
}

/// Whether a folder may be in a value of the type.
fn is_compound(ty: &ValueType) -> bool {
    matches!(ty, ValueType::Files | ValueType::List(_) | ValueType::Option(_))
}
