//! Choices on their way: which branches are being evaluated, and what a choice that has been made leaves behind.
//!
//! How a choice is made stands in `choice`; what is told of it to people is put together in `decided`.

use smol_str::SmolStr;
use unik_check::core::{DefId, Expr, Type};
use unik_graph::ExprId;
use unik_source::Place;

use crate::scope::ScopeId;
use crate::value::{Decider, Open, Value};

/// An `if` or `match` of the text as it was decided once. A choice in a function is decided anew by each call with other arguments: it
/// is there once for each outcome.
///
/// With the values of keys ([`crate::Mode::Concrete`]) only choices are there to which these values lead, but for the branches
/// of plain values, which are all computed. With keys as symbols every choice is there, and most are open.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decision {
    /// The `if` or `match`.
    pub place: Place,
    /// What decides: the condition, or what is matched.
    pub what: Place,
    /// The same as written, on one line.
    pub label: SmolStr,
    /// Its value, as an option would say it: `true`, `crunch`, `some`; nothing if it is not known.
    pub value: Option<SmolStr>,
    /// The options of the keys that it depends on, sorted. A `configure key` that has a value is a constant and left out: with keys
    /// as symbols, all are there.
    pub keys: Vec<SmolStr>,
    /// What each branch is called (`then`, `crunch`, `80 | 8080`) and where it stands, in the order of the text.
    pub branches: Vec<(SmolStr, Place)>,
    /// The index of the branch that is taken; nothing if that is open, or cannot be known.
    pub taken: Option<u32>,
}

/// A choice that was looked at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Made<'d> {
    pub(crate) expr: &'d Expr,
    /// The item in which it stands.
    pub(crate) def: DefId,
    /// The value of what decides.
    pub(crate) subject: Value,
    pub(crate) taken: Option<u32>,
}

/// A choice whose branches are being evaluated.
#[derive(Debug)]
pub(crate) struct Join<'d> {
    pub(crate) decider: Decider,
    /// What the choice gives.
    pub(crate) ty: &'d Type,
    pub(crate) scope: ScopeId,
    /// Index and label of each branch.
    pub(crate) branches: Vec<(u32, SmolStr)>,
    /// Whether one of them is always taken.
    pub(crate) whole: bool,
}

/// A choice between plain values whose branches are being evaluated.
#[derive(Debug)]
pub(crate) struct Chain {
    /// The conditions of all branches but the last.
    pub(crate) conditions: Vec<ExprId>,
}

/// A choice that was made with the value of a key that may change at boot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Guarded {
    pub(crate) decider: Decider,
    pub(crate) taken: u32,
    pub(crate) branches: Vec<SmolStr>,
}

impl<'d> Join<'d> {
    /// What is done to each branch of an open choice is a choice of the results.
    pub(crate) fn over(open: &Open, ty: &'d Type, scope: ScopeId) -> Self {
        let branches = open.branches.iter().map(|branch| (branch.index, branch.label.clone())).collect();
        Self { decider: open.decider.clone(), ty, scope, branches, whole: true }
    }
}
