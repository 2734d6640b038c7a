//! Where something is made: the scope that `as` opens, the instance that declares keys, and the calls that led there.

use smol_str::SmolStr;
use unik_source::{Diagnostic, FileId, Place, Span};

use crate::table::{Table, number};

/// A scope; equal paths are equal scopes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ScopeId(u32);

/// An application of a `let` or of a device that declares keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct InstanceId(pub(crate) u32);

/// The calls that led somewhere, innermost first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TrailId(u32);

impl ScopeId {
    pub(crate) const ROOT: Self = Self(0);
}

impl InstanceId {
    /// No instance: where no keys are declared.
    pub(crate) const NONE: Self = Self(u32::MAX);
}

impl TrailId {
    pub(crate) const EMPTY: Self = Self(u32::MAX);
}

/// Scopes, each as its outer scope and its name.
#[derive(Debug, Default)]
pub(crate) struct Scopes {
    table: Table<(ScopeId, SmolStr)>,
}

impl Scopes {
    pub(crate) fn inner(&mut self, outer: ScopeId, name: &SmolStr) -> ScopeId {
        ScopeId(self.table.add((outer, name.clone())) + 1)
    }

    /// The names of a scope, outermost first.
    pub(crate) fn path(&self, scope: ScopeId) -> Vec<SmolStr> {
        let mut path = Vec::new();
        let mut at = scope;
        while at != ScopeId::ROOT {
            let (outer, name) = self.table.get(at.0 - 1);
            path.push(name.clone());
            at = *outer;
        }
        path.reverse();
        path
    }
}

/// An application that declares keys.
#[derive(Debug)]
pub(crate) struct Instance {
    /// Where its keys are named.
    pub(crate) scope: ScopeId,
    /// The application.
    pub(crate) place: Place,
    /// Who is applied: `std/net.stack`.
    pub(crate) owner: SmolStr,
    /// For a lambda: the instance around it, and the text of its body.
    pub(crate) inside: Option<(InstanceId, Span)>,
}

/// A call: where it stands, and of what.
#[derive(Debug)]
struct Call {
    outer: TrailId,
    place: Place,
    name: SmolStr,
}

/// All calls that were made.
#[derive(Debug, Default)]
pub(crate) struct Trails(Vec<Call>);

/// A diagnostic shows no more calls than this.
const SHOWN_CALLS: usize = 4;

impl Trails {
    pub(crate) fn call(&mut self, outer: TrailId, place: Place, name: SmolStr) -> TrailId {
        self.0.push(Call { outer, place, name });
        TrailId(number(self.0.len() - 1))
    }

    /// The innermost place in a file among `place` and the calls that led there; `place` itself if all lies elsewhere.
    pub(crate) fn within(&self, file: FileId, place: Place, trail: TrailId) -> Place {
        let mut at = (place, trail);
        while at.0.file != file {
            let Some(call) = self.0.get(at.1.0 as usize) else { return place };
            at = (call.place, call.outer);
        }
        at.0
    }

    /// Adds the calls that led to a mistake.
    pub(crate) fn explain(&self, mut diagnostic: Diagnostic, trail: TrailId) -> Diagnostic {
        let mut at = trail;
        for _ in 0..SHOWN_CALLS {
            let Some(call) = self.0.get(at.0 as usize) else { break };
            let message = format!("reached through `{}` here", call.name);
            diagnostic = diagnostic.label(call.place, message);
            at = call.outer;
        }
        diagnostic
    }
}
