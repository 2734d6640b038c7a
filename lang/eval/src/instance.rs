//! Instances: which application a key of a `let`, of a lambda or of a device belongs to.

use smol_str::SmolStr;
use unik_check::core::{DefId, Key};
use unik_source::Span;

use crate::machine::Machine;
use crate::scope::{Instance, InstanceId};
use crate::table::number;

impl Machine<'_> {
    /// A new instance; none if there are no keys to belong to it.
    pub(crate) fn instance(&mut self, keys: &[Key], instance: impl FnOnce(&Self) -> Instance) -> InstanceId {
        if keys.is_empty() {
            return InstanceId::NONE;
        }
        let instance = instance(self);
        self.instances.push(instance);
        InstanceId(number(self.instances.len() - 1))
    }

    /// The instance that declares a key whose name stands at `span`: the innermost lambda around the declaration, or
    /// the `let` or device itself.
    pub(crate) fn declaring(&self, from: InstanceId, span: Span) -> InstanceId {
        let mut at = from;
        while let Some(Instance { inside: Some((outer, body)), .. }) = self.instances.get(at.0 as usize) {
            if body.start <= span.start && span.end <= body.end {
                break;
            }
            at = *outer;
        }
        at
    }

    /// `std/net.stack`
    pub(crate) fn qualified(&self, def: DefId, name: &str) -> SmolStr {
        SmolStr::new(format!("{}.{name}", self.defs.module(def.file)))
    }
}
