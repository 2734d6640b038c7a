//! Expressions over keys while they are built: folded as far as constants go, each with what is known of it.
//!
//! Two things are known of an expression: its value by the keys that have one, by which choices are made, and its
//! value by the keys' defaults, which says what is usual. Both are computed once, when it is made.

use unik_graph::{Const, Expr, ExprId, Exprs, KeyId, Op, ValueType};

use crate::arithmetic::{self, Known, bool};
use crate::table::number;

/// The expressions of an evaluation.
#[derive(Debug, Default)]
pub(crate) struct Folded {
    exprs: Exprs,
    facts: Vec<Facts>,
}

#[derive(Clone, Debug)]
struct Facts {
    known: Known,
    usual: Known,
    /// Whether it reads a `run key`.
    boot: bool,
}

/// Which value of an expression is meant.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Column {
    Known,
    Usual,
}

/// What of a value can be seen without copying it.
enum Seen<'e> {
    Open,
    Overflow,
    Value(&'e Const),
}

/// The value would be outside its type, whatever the keys say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Overflow;

impl Folded {
    /// Expressions that are finished, with what is known of them when `key` says what is known of each key. Operands come before
    /// their users, and what a key's default is made of before the key.
    pub(crate) fn over(exprs: &Exprs, key: impl Fn(&Self, KeyId) -> Known) -> Self {
        let mut folded = Self { exprs: exprs.clone(), facts: Vec::with_capacity(exprs.len()) };
        for id in (0..exprs.len()).map(|id| ExprId(number(id))) {
            let known = match exprs.get(id) {
                Expr::Key(at) => key(&folded, *at),
                expr => folded.value(expr, exprs.ty(id), Column::Known),
            };
            folded.facts.push(Facts { known, usual: Known::Open, boot: false });
        }
        folded
    }

    pub(crate) fn get(&self, id: ExprId) -> &Expr {
        self.exprs.get(id)
    }

    pub(crate) fn ty(&self, id: ExprId) -> &ValueType {
        self.exprs.ty(id)
    }

    pub(crate) fn len(&self) -> usize {
        self.facts.len()
    }

    pub(crate) fn into_exprs(self) -> Exprs {
        self.exprs
    }

    pub(crate) fn constant(&self, id: ExprId) -> Option<&Const> {
        self.exprs.constant(id)
    }

    /// Its value by the keys that have one.
    pub(crate) fn known(&self, id: ExprId) -> Known {
        self.seen(id, Column::Known).owned()
    }

    /// Its value if all keys are left to their defaults.
    pub(crate) fn usual(&self, id: ExprId) -> Known {
        self.seen(id, Column::Usual).owned()
    }

    /// Whether it reads a `run key`.
    pub(crate) fn at_boot(&self, id: ExprId) -> bool {
        self.facts[id.0 as usize].boot
    }

    /// A constant.
    pub(crate) fn add_const(&mut self, value: Const, ty: ValueType) -> ExprId {
        self.put(Expr::Const(value), ty, Facts { known: Known::Open, usual: Known::Open, boot: false })
    }

    pub(crate) fn int(&mut self, value: usize) -> ExprId {
        self.add_const(Const::Int(i64::try_from(value).unwrap_or(i64::MAX)), ValueType::Int)
    }

    /// A key, with what is known of it.
    pub(crate) fn add_key(
        &mut self,
        key: KeyId,
        ty: ValueType,
        known: Known,
        usual: Known,
        boot: bool,
    ) -> ExprId {
        self.put(Expr::Key(key), ty, Facts { known, usual, boot })
    }

    /// An operation on expressions, folded.
    pub(crate) fn add(&mut self, expr: Expr, ty: &ValueType) -> Result<ExprId, Overflow> {
        if let Some(same) = self.simplified(&expr, ty) {
            return Ok(same);
        }
        let expr = match self.rewritten(expr) {
            Expr::Const(value) => return Ok(self.add_const(value, ty.clone())),
            expr => expr,
        };
        let operands = expr.operands();
        if operands.iter().all(|id| self.constant(*id).is_some()) {
            match self.value(&expr, ty, Column::Known) {
                Known::Value(value) => return Ok(self.add_const(value, ty.clone())),
                Known::Overflow => return Err(Overflow),
                Known::Open => {}
            }
        }
        let facts = Facts {
            known: self.value(&expr, ty, Column::Known),
            usual: self.value(&expr, ty, Column::Usual),
            boot: operands.iter().any(|id| self.at_boot(*id)),
        };
        Ok(self.put(expr, ty.clone(), facts))
    }

    pub(crate) fn not(&mut self, id: ExprId) -> ExprId {
        self.sure(Expr::Not(id), &ValueType::Bool)
    }

    pub(crate) fn equal(&mut self, a: ExprId, b: ExprId) -> ExprId {
        self.sure(Expr::Binary(Op::Equal, a, b), &ValueType::Bool)
    }

    pub(crate) fn or(&mut self, a: ExprId, b: ExprId) -> ExprId {
        self.sure(Expr::Binary(Op::Or, a, b), &ValueType::Bool)
    }

    pub(crate) fn if_(&mut self, condition: ExprId, then: ExprId, other: ExprId) -> ExprId {
        let ty = self.ty(then).clone();
        self.sure(Expr::If(condition, then, other), &ty)
    }

    /// An operation that does no arithmetic.
    pub(crate) fn sure(&mut self, expr: Expr, ty: &ValueType) -> ExprId {
        self.add(expr, ty).expect("only arithmetic overflows, and this is none")
    }

    /// The keys that an expression reads, in order.
    pub(crate) fn keys(&self, id: ExprId) -> Vec<KeyId> {
        self.exprs.keys(id)
    }

    /// The innermost operation of an expression whose known value is outside its type.
    pub(crate) fn overflowing(&self, id: ExprId) -> Option<ExprId> {
        let mut at = id;
        if !matches!(self.seen(at, Column::Known), Seen::Overflow) {
            return None;
        }
        while let Some(inner) = self
            .get(at)
            .operands()
            .into_iter()
            .find(|operand| matches!(self.seen(*operand, Column::Known), Seen::Overflow))
        {
            at = inner;
        }
        Some(at)
    }

    fn put(&mut self, expr: Expr, ty: ValueType, facts: Facts) -> ExprId {
        let id = self.exprs.add(expr, ty);
        if id.0 as usize == self.facts.len() {
            self.facts.push(facts);
        }
        id
    }

    fn seen(&self, id: ExprId, column: Column) -> Seen<'_> {
        if let Some(value) = self.exprs.constant(id) {
            return Seen::Value(value);
        }
        let facts = &self.facts[id.0 as usize];
        match if column == Column::Known { &facts.known } else { &facts.usual } {
            Known::Open => Seen::Open,
            Known::Overflow => Seen::Overflow,
            Known::Value(value) => Seen::Value(value),
        }
    }

    /// An expression that is already there and means the same.
    fn simplified(&self, expr: &Expr, ty: &ValueType) -> Option<ExprId> {
        let truth = |id: ExprId| match self.constant(id) {
            Some(Const::Bool(value)) => Some(*value),
            _ => None,
        };
        match expr {
            Expr::Not(inner) => match self.get(*inner) {
                Expr::Not(same) => Some(*same),
                _ => None,
            },
            Expr::Binary(Op::And, left, right) => match (truth(*left), truth(*right)) {
                (Some(true), _) | (_, Some(false)) => Some(*right),
                (Some(false), _) | (_, Some(true)) => Some(*left),
                (None, None) => (left == right).then_some(*left),
            },
            Expr::Binary(Op::Or, left, right) => match (truth(*left), truth(*right)) {
                (Some(false), _) | (_, Some(true)) => Some(*right),
                (Some(true), _) | (_, Some(false)) => Some(*left),
                (None, None) => (left == right).then_some(*left),
            },
            Expr::If(condition, then, other) => match truth(*condition) {
                Some(true) => Some(*then),
                Some(false) => Some(*other),
                None if then == other => Some(*then),
                None if *ty == ValueType::Bool
                    && (truth(*then), truth(*other)) == (Some(true), Some(false)) =>
                {
                    Some(*condition)
                }
                None => None,
            },
            Expr::Unwrap(option) => match self.get(*option) {
                Expr::Some(inner) => Some(*inner),
                _ => None,
            },
            _ => None,
        }
    }

    /// A simpler expression that means the same.
    fn rewritten(&self, expr: Expr) -> Expr {
        match expr {
            Expr::Binary(Op::Equal, left, right) if left == right => Expr::Const(Const::Bool(true)),
            Expr::IsSome(option) if matches!(self.get(option), Expr::Some(_)) => {
                Expr::Const(Const::Bool(true))
            }
            Expr::If(condition, then, other)
                if self.constant(then) == Some(&Const::Bool(false))
                    && self.constant(other) == Some(&Const::Bool(true)) =>
            {
                Expr::Not(condition)
            }
            Expr::Binary(Op::Concat, left, right) => match (self.get(left), self.get(right)) {
                (Expr::List(a), Expr::List(b)) => Expr::List(a.iter().chain(b).copied().collect()),
                _ => Expr::Binary(Op::Concat, left, right),
            },
            expr => expr,
        }
    }

    fn value(&self, expr: &Expr, ty: &ValueType, column: Column) -> Known {
        let see = |id: ExprId| self.seen(id, column);
        match expr {
            Expr::Const(value) => Known::Value(value.clone()),
            Expr::Key(_) => Known::Open,
            Expr::Not(inner) => see(*inner).then(|value| match value {
                Const::Bool(value) => bool(!value),
                _ => Known::Open,
            }),
            Expr::Negate(inner) => see(*inner).then(|value| arithmetic::negate(value, ty)),
            Expr::Binary(op, left, right) => match (op, see(*left), see(*right)) {
                // What decides alone decides, even if the other side is not known.
                (Op::And, Seen::Value(Const::Bool(false)), _) => bool(false),
                (Op::Or, Seen::Value(Const::Bool(true)), _) => bool(true),
                (Op::Equal, _, _) if left == right => bool(true),
                (_, left, right) => {
                    left.then(|left| right.then(|right| arithmetic::binary(*op, left, right, ty)))
                }
            },
            Expr::If(condition, then, other) => see(*condition).then(|value| match value {
                Const::Bool(true) => see(*then).owned(),
                Const::Bool(false) => see(*other).owned(),
                _ => Known::Open,
            }),
            Expr::List(items) => {
                let mut values = Vec::with_capacity(items.len());
                for item in items {
                    match see(*item).owned() {
                        Known::Value(value) => values.push(value),
                        unknown => return unknown,
                    }
                }
                Known::Value(Const::List(values))
            }
            Expr::Some(inner) => see(*inner).then(|value| Known::Value(Const::Some(Box::new(value.clone())))),
            Expr::IsSome(option) => match self.get(*option) {
                Expr::Some(_) => bool(true),
                _ => see(*option).then(|value| bool(matches!(value, Const::Some(_)))),
            },
            Expr::Unwrap(option) => see(*option).then(|value| match value {
                Const::Some(inner) => Known::Value((**inner).clone()),
                _ => Known::Open,
            }),
        }
    }
}

impl Seen<'_> {
    fn owned(&self) -> Known {
        self.then(|value| Known::Value(value.clone()))
    }

    fn then(&self, with: impl FnOnce(&Const) -> Known) -> Known {
        match self {
            Self::Open => Known::Open,
            Self::Overflow => Known::Overflow,
            Self::Value(value) => with(value),
        }
    }
}
