//! Expressions over keys, hash-consed: what is left of a value when some of its keys are known only at boot.
//!
//! The evaluator builds and folds them; the generator compiles them into the program.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::value::{Const, ValueType};

/// A key instance, by its index in [`crate::DeviceGraph::keys`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId(pub u32);

/// An expression, by its index in [`Exprs`]. Equal expressions have equal ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ExprId(pub u32);

/// An operator with two operands. `And` and `Or` do not evaluate their right side in vain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Op {
    /// `||`
    Or,
    /// `&&`
    And,
    /// `==`
    Equal,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `+`, checked.
    Add,
    /// `-`, checked.
    Subtract,
    /// `*`, checked.
    Multiply,
    /// `++` of strings or lists.
    Concat,
}

/// One step of an expression; its operands come before it in [`Exprs`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Expr {
    /// A constant.
    Const(Const),
    /// The value of a key.
    Key(KeyId),
    /// `!e`
    Not(ExprId),
    /// `-e`, checked.
    Negate(ExprId),
    /// `a + b`
    Binary(Op, ExprId, ExprId),
    /// `if c then a else b`; a `match` is a chain of these.
    If(ExprId, ExprId, ExprId),
    /// `[a, b]`
    List(Vec<ExprId>),
    /// `some(e)`
    Some(ExprId),
    /// Whether `e` is `some(…)`.
    IsSome(ExprId),
    /// The `x` of `some(x)`; only under an `If` that has made sure with `IsSome`.
    Unwrap(ExprId),
}

impl Expr {
    /// The operands, in order.
    pub fn operands(&self) -> Vec<ExprId> {
        match self {
            Self::Const(_) | Self::Key(_) => Vec::new(),
            Self::Not(a) | Self::Negate(a) | Self::Some(a) | Self::IsSome(a) | Self::Unwrap(a) => vec![*a],
            Self::Binary(_, a, b) => vec![*a, *b],
            Self::If(a, b, c) => vec![*a, *b, *c],
            Self::List(items) => items.clone(),
        }
    }
}

/// Expressions, each once, operands before their users.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exprs {
    list: Vec<(Expr, ValueType)>,
    ids: FxHashMap<(Expr, ValueType), ExprId>,
}

impl Exprs {
    /// The id of an expression of the given type; the same one for an equal expression.
    pub fn add(&mut self, expr: Expr, ty: ValueType) -> ExprId {
        let next = ExprId(u32::try_from(self.list.len()).unwrap_or(u32::MAX));
        let list = &mut self.list;
        *self.ids.entry((expr, ty)).or_insert_with_key(|key| {
            list.push(key.clone());
            next
        })
    }

    /// The expression behind an id.
    pub fn get(&self, id: ExprId) -> &Expr {
        &self.list[id.0 as usize].0
    }

    /// The type of an expression.
    pub fn ty(&self, id: ExprId) -> &ValueType {
        &self.list[id.0 as usize].1
    }

    /// The constant that an expression is, if it is one.
    pub fn constant(&self, id: ExprId) -> Option<&Const> {
        match self.get(id) {
            Expr::Const(value) => Some(value),
            _ => None,
        }
    }

    /// The keys that an expression reads, in order.
    pub fn keys(&self, id: ExprId) -> Vec<KeyId> {
        let mut keys = Vec::new();
        let mut seen = FxHashSet::default();
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            if seen.insert(id) {
                if let Expr::Key(key) = self.get(id) {
                    keys.push(*key);
                }
                open.extend(self.get(id).operands());
            }
        }
        keys.sort_unstable();
        keys
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}
