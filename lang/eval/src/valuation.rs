//! What a finished graph amounts to when its keys have values: the symbolic graph stays as it is, and every expression in it gets
//! the value that a configuration gives it.
//!
//! So the branches that a configuration takes are known without another graph, in which nodes would have other names.

use unik_graph::{Const, ExprId, Exprs, Key, KeyId, Stage, ValueType};

use crate::arithmetic::Known;
use crate::fold::Folded;
use crate::table::number;
use crate::values::{KeyValues, TARGET, USUAL_TARGET};

/// The values of expressions and keys under one configuration.
#[derive(Debug)]
pub struct Valuation {
    values: Vec<Option<Const>>,
    keys: Vec<Option<Const>>,
}

impl Valuation {
    /// Gives the keys of a graph or an outcome their values: the given one, or else the default. A given value that does not fit
    /// its key counts as not given. A `run key` has none. The target is the one that is asked for, or else the usual one.
    pub fn new(exprs: &Exprs, keys: &[Key], values: &KeyValues) -> Self {
        let given: Vec<Option<Const>> = keys.iter().map(|key| given(key, values)).collect();
        let known = |folded: &Folded, at: KeyId| {
            let at = at.0 as usize;
            let Some(key) = keys.get(at) else { return Known::Open };
            match (&given[at], key.default) {
                _ if key.stage == Stage::Run => Known::Open,
                (Some(value), _) => Known::Value(value.clone()),
                (None, Some(default)) if (default.0 as usize) < folded.len() => folded.known(default),
                (None, _) => Known::Open,
            }
        };
        let folded = Folded::over(exprs, known);
        let of = |known: Known| match known {
            Known::Value(value) => Some(value),
            Known::Open | Known::Overflow => None,
        };
        let key_ids = (0..keys.len()).map(|at| KeyId(number(at)));
        let ids = (0..exprs.len()).map(|id| ExprId(number(id)));
        Self {
            values: ids.map(|id| of(folded.known(id))).collect(),
            keys: key_ids.map(|key| of(known(&folded, key))).collect(),
        }
    }

    /// The value of an expression, if the configuration gives it one.
    pub fn value(&self, id: ExprId) -> Option<&Const> {
        self.values.get(id.0 as usize)?.as_ref()
    }

    /// The value of a key, if the configuration gives it one.
    pub fn key(&self, key: KeyId) -> Option<&Const> {
        self.keys.get(key.0 as usize)?.as_ref()
    }
}

fn given(key: &Key, values: &KeyValues) -> Option<Const> {
    if key.option == TARGET {
        let ValueType::Enum(of) = &key.ty else { return None };
        let case = |name: &str| of.cases.iter().zip(0..).find(|(case, _)| *case == name);
        let chosen = match values.target() {
            Some(target) => case(target),
            None => case(USUAL_TARGET),
        };
        return chosen.map(|(_, at)| Const::Case(at));
    }
    let given = values.given.iter().rev().find(|given| given.option == key.option)?;
    key.ty.parse(&given.text).ok()
}
