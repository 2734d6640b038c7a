//! The device graph for pages and editors: what `unik/graph` is asked and answers as JSON, which `spec/editors.md` describes.
//!
//! What a graph is, `unik-ide` decides; here it gets the form in which it travels.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod answer;
mod positions;
mod query;

pub use answer::answer;
pub use positions::{Positions, Unit};
pub use query::{configuration, configuration_value, query};
