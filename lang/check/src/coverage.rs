//! Which patterns a type has, and which of them arms have taken.

use rustc_hash::FxHashMap;
use unik_graph::value::{Const, ValueType};
use unik_source::Span;

use crate::core::{Pattern, Type};
use crate::name::case_of;

/// All patterns that a type needs, if they can be counted.
pub(crate) fn all_patterns(ty: &Type) -> Option<Vec<Pattern>> {
    match ty {
        Type::Value(ValueType::Bool) => {
            Some(vec![Pattern::Const(Const::Bool(true)), Pattern::Const(Const::Bool(false))])
        }
        Type::Value(ValueType::Enum(of)) => {
            Some(of.cases.iter().filter_map(|case| case_of(of, case)).map(Pattern::Const).collect())
        }
        ty if ty.optional().is_some() => Some(vec![Pattern::Some(None), Pattern::None]),
        _ => None,
    }
}

/// The patterns that have been seen, with their places.
#[derive(Default)]
pub(crate) struct Seen<'p> {
    pub(crate) any: Option<Span>,
    some: Option<Span>,
    none: Option<Span>,
    constants: FxHashMap<&'p Const, Span>,
}

impl<'p> Seen<'p> {
    /// Where all that a pattern matches is matched before it.
    pub(crate) fn taken(&self, pattern: &Pattern) -> Option<Span> {
        self.any.or_else(|| match pattern {
            Pattern::Any => None,
            Pattern::Const(value) => self.constants.get(value).copied(),
            Pattern::Some(_) => self.some,
            Pattern::None => self.none,
        })
    }

    pub(crate) fn add(&mut self, pattern: &'p Pattern, span: Span) {
        match pattern {
            Pattern::Any => self.any = Some(span),
            Pattern::Const(value) => drop(self.constants.insert(value, span)),
            Pattern::Some(_) => self.some = Some(span),
            Pattern::None => self.none = Some(span),
        }
    }

    /// How many different patterns there were.
    pub(crate) fn kinds(&self) -> usize {
        self.constants.len() + usize::from(self.some.is_some()) + usize::from(self.none.is_some())
    }
}
