//! The nodes of the graph while they are made: each once, whether it will be used or not.

use rustc_hash::FxHashMap;
use unik_check::core::{self, DefId, Type};
use unik_graph::ExprId;
use unik_source::Place;

use crate::scope::{InstanceId, ScopeId};
use crate::table::number;
use crate::value::{Branch, Decider, NodeId, Once, Value};

/// The nodes that have been made, used or not.
#[derive(Debug, Default)]
pub(crate) struct Nodes<'d> {
    list: Vec<Node<'d>>,
    pub(crate) devices: FxHashMap<Identity, NodeId>,
    choices: FxHashMap<(ExprId, Vec<(u32, NodeId)>), NodeId>,
    /// What stands before a device: its `after`s, by number.
    pub(crate) afters: FxHashMap<(DefId, u32), Once>,
    pub(crate) generated: u32,
}

/// A node.
#[derive(Debug)]
pub(crate) enum Node<'d> {
    /// An application of a device.
    Device(DeviceNode<'d>),
    /// A choice that is still open.
    Choice(ChoiceNode<'d>),
}

/// An application of a device.
#[derive(Debug)]
pub(crate) struct DeviceNode<'d> {
    pub(crate) device: &'d core::Device,
    /// Nodes and expressions, one for each parameter.
    pub(crate) arguments: Box<[Value]>,
    pub(crate) scope: ScopeId,
    /// The innermost expression of the unikernel's file that led to it; the one that made it, if none did.
    pub(crate) place: Place,
    pub(crate) instance: InstanceId,
    /// What its keys give, in the order of their declaration.
    pub(crate) keys: Vec<ExprId>,
    pub(crate) after: Vec<NodeId>,
}

/// A choice among nodes.
#[derive(Debug)]
pub(crate) struct ChoiceNode<'d> {
    pub(crate) decider: Decider,
    pub(crate) ty: &'d Type,
    pub(crate) scope: ScopeId,
    pub(crate) branches: Vec<Branch<NodeId>>,
}

/// What makes two applications of devices one node.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Identity {
    pub(crate) def: DefId,
    pub(crate) arguments: Box<[Value]>,
    pub(crate) scope: ScopeId,
    /// 0, or a fresh number for a generative device.
    pub(crate) fresh: u32,
}

/// A node whose keys and `after`s are being evaluated.
#[derive(Debug)]
pub(crate) struct Making<'d> {
    pub(crate) identity: Identity,
    pub(crate) device: &'d core::Device,
    pub(crate) place: Place,
    pub(crate) instance: InstanceId,
}

impl<'d> Nodes<'d> {
    pub(crate) fn get(&self, id: NodeId) -> &Node<'d> {
        &self.list[id.0 as usize]
    }

    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    pub(crate) fn add(&mut self, node: Node<'d>) -> NodeId {
        self.list.push(node);
        NodeId(number(self.list.len() - 1))
    }

    /// A choice; branches that are equal in all cases are no choice.
    pub(crate) fn choice(&mut self, choice: ChoiceNode<'d>, whole: bool) -> Option<NodeId> {
        let first = choice.branches.first()?.value;
        if whole && choice.branches.iter().all(|branch| branch.value == first) {
            return Some(first);
        }
        let branches = choice.branches.iter().map(|branch| (branch.index, branch.value)).collect();
        let identity = (choice.decider.selector, branches);
        if let Some(known) = self.choices.get(&identity) {
            return Some(*known);
        }
        let id = self.add(Node::Choice(choice));
        self.choices.insert(identity, id);
        Some(id)
    }
}
