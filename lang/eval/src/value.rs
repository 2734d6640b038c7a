//! What an expression evaluates to. Values are small and copied: whatever is large stands once in a table, so that
//! equal values are equal numbers.

use smol_str::SmolStr;
use unik_check::core::{self, DefId};
use unik_graph::ExprId;
use unik_source::Place;

use crate::scope::{InstanceId, ScopeId};

/// A value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Value {
    /// What a mistake leaves; it absorbs what is done with it.
    Unknown,
    /// A constant or an expression over keys.
    Expr(ExprId),
    /// A device, or a choice among devices.
    Node(NodeId),
    /// A list of devices.
    List(ListId),
    /// `some(d)` of a device.
    Some(NodeId),
    /// `none` where a device might be.
    None,
    /// A function of a file.
    Let(DefId),
    /// A functor.
    Device(DefId),
    /// A lambda with what it captures.
    Closure(ClosureId),
    /// A choice among functions or options that is still open.
    Open(OpenId),
}

/// A node, by its index among the nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct NodeId(pub(crate) u32);
/// A list, by its index in its table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ListId(pub(crate) u32);
/// A closure, by its index in its table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ClosureId(pub(crate) u32);
/// An open choice, by its index in its table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct OpenId(pub(crate) u32);

/// A lambda and what it captures.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Closure {
    /// Index among the lambdas that have been met.
    pub(crate) lambda: u32,
    /// The values of its captures, in order.
    pub(crate) captures: Box<[Value]>,
    /// Whose keys it may read.
    pub(crate) instance: InstanceId,
}

/// A lambda and the body in which it stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LambdaSite<'d> {
    pub(crate) lambda: &'d core::Lambda,
    pub(crate) def: DefId,
    pub(crate) keys: &'d [core::Key],
    pub(crate) locals: u32,
}

/// What decides a choice.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Decider {
    /// Evaluates to the index of the branch.
    pub(crate) selector: ExprId,
    /// What decides, as written.
    pub(crate) label: SmolStr,
    /// The `if` or `match`.
    pub(crate) place: Place,
}

/// A branch of a choice.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Branch<T> {
    /// The selector's value.
    pub(crate) index: u32,
    /// `then`, `crunch`.
    pub(crate) label: SmolStr,
    /// What it gives.
    pub(crate) value: T,
}

/// A choice that is still open, among values that are no devices.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Open {
    pub(crate) decider: Decider,
    pub(crate) branches: Vec<Branch<Value>>,
}

/// What makes two applications one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Application {
    pub(crate) function: Value,
    pub(crate) arguments: Box<[Value]>,
    pub(crate) scope: ScopeId,
}

/// What was found out about something that is evaluated once.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Once {
    /// It is being evaluated: the checker has reported the circle.
    Begun,
    /// It is this.
    Done(Value),
}
