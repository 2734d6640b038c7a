//! What becomes of a handler's answer: all of it, a part, or only the word that the client has it already.
//!
//! The protocol's share of an answer (RFC 9110 §§13.2, 14.2, 15.3.7, 15.4.5, 15.5.17), decided before a byte is written.

use core::ops::Range;

use unik::http::{Field, Method, Status};

use crate::conditional::{self, Verdict, Version};
use crate::fields::Known;
use crate::range::{self, Wanted};

/// How a handler's answer is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Plan {
    /// As it is.
    Whole,
    /// A part of its content: 206.
    Part(Range<u64>),
    /// Without content: 304.
    NotModified,
    /// Not at all: 412.
    Failed,
    /// Not at all: 416.
    Unsatisfiable,
}

/// Decides how an answer of `status` with a content of `length` bytes is sent.
pub(crate) fn plan<'b>(
    method: Method,
    known: &Known<'b>,
    fields: &[Field<'b>],
    (status, length): (Status, u64),
    version: Version<'_>,
    now: u64,
) -> Plan {
    if status != Status::OK || !matches!(method, Method::Get | Method::Head) {
        return Plan::Whole;
    }
    let all = |name: &'static str| {
        fields.iter().filter(move |field| field.name.eq_ignore_ascii_case(name)).map(|field| field.value)
    };
    match conditional::evaluate(known, all, version, || now) {
        Verdict::NotModified => return Plan::NotModified,
        Verdict::Failed => return Plan::Failed,
        Verdict::Go => {}
    }
    // Only GET knows ranges (§14.2).
    let range = known.range.filter(|_| method == Method::Get);
    match range {
        Some(range) if conditional::range_applies(known.if_range, version, || now) => {
            match range::wanted(range, length) {
                Wanted::Whole => Plan::Whole,
                Wanted::Part(part) => Plan::Part(part),
                Wanted::Unsatisfiable => Plan::Unsatisfiable,
            }
        }
        _ => Plan::Whole,
    }
}
