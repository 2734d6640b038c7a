//! Choices on their way: which branches are being evaluated, and what a choice that has been made leaves behind.

use smol_str::SmolStr;
use unik_check::core::Type;
use unik_graph::ExprId;

use crate::scope::ScopeId;
use crate::value::{Decider, Open};

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
