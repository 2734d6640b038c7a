//! A device graph becomes a Rust crate: first a [`Plan`], a plain value in which all is decided, then files in memory.
//!
//! It is pure. [`needs`] tells what must be looked up, [`generate`] takes the answers; both know no disk, no
//! environment, and nothing of how the graph came about. What rustc says about the crate is told in the words of the
//! language by [`rustc`].
//!
//! Start with [`generate`], then [`plan()`].
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod codes;
mod crate_text;
mod crates;
mod expr;
mod hash;
pub mod launch;
mod layout;
pub mod manifest;
mod names;
mod parts;
mod plan;
mod resolution;
pub mod rustc;
mod source_map;
mod value;
mod versions;

use unik_graph::DeviceGraph;
use unik_source::{Diagnostic, Sources};

pub use crate_text::{Content, Crate};
pub use crates::Dependency;
pub use hash::tag;
pub use parts::{Field, FilesTable, KeysPlan, LocalEnum, NamedConstant, Plan};
pub use plan::plan;
pub use resolution::{CrateInfo, FileContent, FileEntry, Needs, Resolution, needs};
pub use source_map::{Origin, OriginKind, SourceMap};
pub use versions::excluded;

/// The crate of `graph`, or why there is none.
pub fn generate(
    graph: &DeviceGraph,
    sources: &dyn Sources,
    resolution: &Resolution,
) -> Result<Crate, Vec<Diagnostic>> {
    let plan = plan(graph, sources, resolution)?;
    Ok(crate_text::write(&plan).expect("the templates read only what a plan has, which the tests show"))
}
