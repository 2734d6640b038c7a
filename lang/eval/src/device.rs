//! Devices: an application of one is a node, and equal applications are one node.

use rustc_hash::FxHashMap;
use unik_check::core::{self, DefId, Type};
use unik_graph::ExprId;
use unik_source::Place;

use crate::machine::{Frame, Machine, Once, Task};
use crate::scope::{Instance, InstanceId, ScopeId, TrailId};
use crate::value::{Branch, Decider, NodeId, Value, number};

/// The nodes that have been made, used or not.
#[derive(Debug, Default)]
pub(crate) struct Nodes<'d> {
    list: Vec<Node<'d>>,
    devices: FxHashMap<Identity, NodeId>,
    choices: FxHashMap<(ExprId, Vec<(u32, NodeId)>), NodeId>,
    /// What stands before a device: its `after`s, by number.
    pub(crate) afters: FxHashMap<(DefId, u32), Once>,
    generated: u32,
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
    def: DefId,
    arguments: Box<[Value]>,
    scope: ScopeId,
    /// 0, or a fresh number for a generative device.
    fresh: u32,
}

/// A node whose keys and `after`s are being evaluated.
#[derive(Debug)]
pub(crate) struct Making<'d> {
    identity: Identity,
    device: &'d core::Device,
    place: Place,
    instance: InstanceId,
}

impl<'d> Nodes<'d> {
    pub(crate) fn get(&self, id: NodeId) -> &Node<'d> {
        &self.list[id.0 as usize]
    }

    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    fn add(&mut self, node: Node<'d>) -> NodeId {
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

impl<'d> Machine<'d> {
    /// Applies a device.
    pub(crate) fn device(&mut self, def: DefId, arguments: Vec<Value>, place: Place, frame: &Frame<'d>) {
        let Some(device) = self.defs.device(def) else { return self.give(Value::Unknown) };
        let params = device.params.as_deref().unwrap_or_default();
        let usable = arguments.iter().all(|value| matches!(value, Value::Expr(_) | Value::Node(_)));
        if params.len() != arguments.len() || !usable {
            return self.give(Value::Unknown);
        }
        if device.generative {
            self.nodes.generated += 1;
        }
        let fresh = if device.generative { self.nodes.generated } else { 0 };
        let identity = Identity { def, arguments: arguments.into(), scope: frame.scope, fresh };
        if let Some(node) = self.nodes.devices.get(&identity) {
            let node = *node;
            return self.give(Value::Node(node));
        }
        let instance = self.instance(&device.keys, |_| Instance {
            scope: frame.scope,
            place,
            owner: device.qualified.clone(),
            inside: None,
        });
        self.push(Task::MakeNode(Box::new(Making { identity, device, place, instance })));
        for index in (0..number(device.after.len())).rev() {
            self.push(Task::After(def, index, frame.trail));
        }
        let inside = Frame { scope: frame.scope, instance, ..Frame::root(def, &device.keys, frame.trail) };
        for key in (0..number(device.keys.len())).rev() {
            self.push(Task::ReadKey(key, inside));
        }
    }

    pub(crate) fn make_node(&mut self, making: Making<'d>) {
        let Making { identity, device, place, instance } = making;
        let after = self.take_all(device.after.len());
        let keys = self.take_all(device.keys.len());
        let formulas = keys.iter().map(|key| match key {
            Value::Expr(id) => Some(*id),
            _ => None,
        });
        let Some(keys) = formulas.collect::<Option<Vec<_>>>() else { return self.give(Value::Unknown) };
        let after = after.into_iter().filter_map(|value| match value {
            Value::Node(node) => Some(node),
            _ => None,
        });
        let after = after.collect();
        let arguments = identity.arguments.clone();
        let scope = identity.scope;
        let node = match self.nodes.devices.get(&identity) {
            Some(node) => *node,
            None => self.nodes.add(Node::Device(DeviceNode {
                device,
                arguments,
                scope,
                place,
                instance,
                keys,
                after,
            })),
        };
        self.nodes.devices.insert(identity, node);
        self.give(Value::Node(node));
    }

    /// What stands before a device belongs to the file of the device, not to the application: it is made once, at the
    /// root, so that all who want it first share it.
    pub(crate) fn after(&mut self, def: DefId, index: u32, trail: TrailId) {
        match self.nodes.afters.get(&(def, index)) {
            Some(Once::Done(value)) => return self.give(*value),
            Some(Once::Begun) => return self.give(Value::Unknown),
            None => {}
        }
        let body = self.defs.device(def).and_then(|device| device.after.get(index as usize));
        let Some(body) = body else { return self.give(Value::Unknown) };
        self.nodes.afters.insert((def, index), Once::Begun);
        self.push(Task::StoreAfter(def, index));
        self.push(Task::Enter(body, Frame::root(def, &body.keys, trail)));
    }

    pub(crate) fn store_after(&mut self, def: DefId, index: u32) {
        let value = self.take();
        self.nodes.afters.insert((def, index), Once::Done(value));
        self.give(value);
    }
}
