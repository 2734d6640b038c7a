//! Which keys each expression reads, found once for all of them. Operands come before their users, so one way through is enough, and
//! what reads the same keys as one of its operands shares their list: a long chain costs what it is long.

use std::rc::Rc;

use unik_graph::{Expr, ExprId, KeyId};

use crate::fold::Folded;
use crate::table::number;

/// The keys by expression, sorted.
pub(crate) struct Reads(Vec<Rc<[KeyId]>>);

impl Reads {
    /// For all expressions that there are.
    pub(crate) fn new(exprs: &Folded) -> Self {
        let nothing: Rc<[KeyId]> = Rc::default();
        let mut all: Vec<Rc<[KeyId]>> = Vec::with_capacity(exprs.len());
        for id in (0..exprs.len()).map(|id| ExprId(number(id))) {
            let keys = match exprs.get(id) {
                Expr::Key(key) => Rc::from([*key]),
                expr => {
                    let operands = expr.operands().into_iter().map(|operand| &all[operand.0 as usize]);
                    operands.fold(nothing.clone(), |keys, more| together(&keys, more))
                }
            };
            all.push(keys);
        }
        Self(all)
    }

    /// The keys that an expression reads.
    pub(crate) fn of(&self, id: ExprId) -> &[KeyId] {
        &self.0[id.0 as usize]
    }
}

fn together(a: &Rc<[KeyId]>, b: &Rc<[KeyId]>) -> Rc<[KeyId]> {
    let holds = |all: &[KeyId], some: &[KeyId]| some.iter().all(|key| all.binary_search(key).is_ok());
    if Rc::ptr_eq(a, b) || holds(a, b) {
        return a.clone();
    }
    if holds(b, a) {
        return b.clone();
    }
    let mut both: Vec<KeyId> = a.iter().chain(b.iter()).copied().collect();
    both.sort_unstable();
    both.dedup();
    both.into()
}
