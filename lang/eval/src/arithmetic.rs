//! What operators give on constants. A result outside its type is `Overflow`; it never wraps.

use smol_str::SmolStr;
use unik_graph::{Const, Op, ValueType};

/// What is known of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// Nothing: it depends on a key that has no value.
    Open,
    /// It would be outside its type.
    Overflow,
    /// This.
    Value(Const),
}

/// `left op right`, of type `ty`.
pub(crate) fn binary(op: Op, left: &Const, right: &Const, ty: &ValueType) -> Known {
    match op {
        Op::And | Op::Or => match (left, right) {
            (Const::Bool(a), Const::Bool(b)) => bool(if op == Op::And { *a && *b } else { *a || *b }),
            _ => Known::Open,
        },
        Op::Equal => bool(left == right),
        Op::Less => bool(left < right),
        Op::LessEqual => bool(left <= right),
        Op::Add => number(left, right, ty, i128::checked_add),
        Op::Subtract => number(left, right, ty, i128::checked_sub),
        Op::Multiply => number(left, right, ty, i128::checked_mul),
        Op::Concat => match (left, right) {
            (Const::Str(a), Const::Str(b)) => Known::Value(Const::Str(SmolStr::new(format!("{a}{b}")))),
            (Const::List(a), Const::List(b)) => {
                Known::Value(Const::List(a.iter().chain(b).cloned().collect()))
            }
            _ => Known::Open,
        },
    }
}

/// `-value`, of type `ty`.
pub(crate) fn negate(value: &Const, ty: &ValueType) -> Known {
    number(&Const::Int(0), value, ty, i128::checked_sub)
}

pub(crate) fn bool(value: bool) -> Known {
    Known::Value(Const::Bool(value))
}

/// All numbers fit `i128`, and so does the product of any two but the largest, which overflow anyway.
fn number(a: &Const, b: &Const, ty: &ValueType, with: fn(i128, i128) -> Option<i128>) -> Known {
    let (Some(a), Some(b)) = (whole(a), whole(b)) else { return Known::Open };
    let Some(result) = with(a, b) else { return Known::Overflow };
    let made = match ty {
        ValueType::Int => i64::try_from(result).map(Const::Int),
        ValueType::Port => u16::try_from(result).map(Const::Port),
        ValueType::Duration => u64::try_from(result).map(Const::Duration),
        ValueType::Size => u64::try_from(result).map(Const::Size),
        ValueType::Bool
        | ValueType::Str
        | ValueType::Path
        | ValueType::Ip
        | ValueType::Ipv4
        | ValueType::Ipv6
        | ValueType::Cidr
        | ValueType::Mac
        | ValueType::Files
        | ValueType::List(_)
        | ValueType::Option(_)
        | ValueType::Enum(_) => return Known::Open,
    };
    made.map_or(Known::Overflow, Known::Value)
}

fn whole(value: &Const) -> Option<i128> {
    match value {
        Const::Int(value) => Some(i128::from(*value)),
        Const::Port(value) => Some(i128::from(*value)),
        Const::Duration(value) | Const::Size(value) => Some(i128::from(*value)),
        _ => None,
    }
}
