//! Devices: an application of one is a node, and equal applications are one node.

use unik_check::core::DefId;
use unik_source::Place;

use crate::machine::{Frame, Machine, Task};
use crate::node::{DeviceNode, Identity, Making, Node};
use crate::scope::{Instance, TrailId};
use crate::table::number;
use crate::value::{Once, Value};

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
        // People look for it where their file asks for it, and not where a library's does so for them.
        let place = self.trails.within(self.unikernel.file, place, frame.trail);
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
