//! Files, places in them, and diagnostics about them, as plain values.
//!
//! The ground floor of the language: it knows neither tokens nor queries nor the disk. Start with
//! [`Place`] (where), then [`Diagnostic`] (what is wrong there).
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod diagnostic;
mod line_index;
mod place;
mod span;

pub use diagnostic::{Code, Diagnostic, Edit, Fix, Label, Severity};
pub use line_index::{LineColumn, LineIndex};
pub use place::{Anchor, FileId, Place, Sources};
pub use span::Span;
