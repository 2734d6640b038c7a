//! Claims: what a device takes with `exclusive`, no other node of the image may take.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use unik_graph::{Const, ExprId};
use unik_source::{Diagnostic, Place};

use crate::arithmetic::Known;
use crate::codes;
use crate::machine::Machine;
use crate::node::DeviceNode;
use crate::value::{NodeId, Value};

/// A value that is claimed. Nodes are compared by identity, values by what they are when configuring, and what is
/// known only at boot by how it is computed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Claimed {
    Node(NodeId),
    Value(Const),
    Expr(ExprId),
}

/// Who claims what, in start order.
#[derive(Debug, Default)]
pub(crate) struct Claims {
    index: FxHashMap<(SmolStr, Vec<Claimed>), usize>,
    list: Vec<Claim>,
}

#[derive(Debug)]
struct Claim {
    resource: SmolStr,
    values: Vec<SmolStr>,
    place: Place,
    by: Vec<(SmolStr, Place)>,
}

impl Claims {
    /// A node with this id claims something.
    pub(crate) fn add(
        &mut self,
        claim: &unik_graph::Claim,
        claimed: Vec<Claimed>,
        id: &SmolStr,
        used: Place,
    ) {
        let next = self.list.len();
        let at = *self.index.entry((claim.resource.clone(), claimed)).or_insert(next);
        if at == next {
            let (resource, values) = (claim.resource.clone(), claim.values.clone());
            self.list.push(Claim { resource, values, place: claim.place, by: Vec::new() });
        }
        // One device may say twice that it claims something.
        if self.list[at].by.last().is_none_or(|(last, _)| last != id) {
            self.list[at].by.push((id.clone(), used));
        }
    }

    /// One diagnostic for each thing that several nodes claim.
    pub(crate) fn clashes(self) -> Vec<Diagnostic> {
        let clashes = self.list.into_iter().filter(|claim| claim.by.len() > 1);
        clashes.map(Claim::clash).collect()
    }
}

impl Claim {
    fn clash(self) -> Diagnostic {
        let values = self.values.join(", ");
        let (first, first_place) = self.by[0].clone();
        let (second, second_place) = self.by[1].clone();
        let message = format!("`{first}` and `{second}` claim the same {}: {values}", self.resource);
        let text = format!("`{second}` claims it here");
        let mut diagnostic = Diagnostic::error(codes::CLAIMED_TWICE, message, second_place, text)
            .label(first_place, format!("`{first}` claims it here"));
        for (id, place) in &self.by[2..] {
            diagnostic = diagnostic.label(*place, format!("and so does `{id}`"));
        }
        diagnostic
            .label(self.place, "only one device of an image may have it")
            .help("give one of them another value, or share one device by a `let`")
    }
}

impl Machine<'_> {
    /// The parameters of an `exclusive` entry, to compare.
    pub(crate) fn claimed(&self, node: &DeviceNode<'_>, params: &[u32]) -> Vec<Claimed> {
        let arguments = params.iter().filter_map(|param| node.arguments.get(*param as usize));
        let claimed = arguments.filter_map(|argument| match argument {
            Value::Node(node) => Some(Claimed::Node(*node)),
            Value::Expr(id) => Some(match self.exprs.known(*id) {
                Known::Value(value) => Claimed::Value(value),
                Known::Open | Known::Overflow => Claimed::Expr(*id),
            }),
            _ => None,
        });
        claimed.collect()
    }
}
