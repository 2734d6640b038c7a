//! Application and choice: checked items and key values become a device graph.
//!
//! It knows neither the syntax nor the disk: core comes in through [`Definitions`], a [`unik_graph::DeviceGraph`] goes
//! out. Start with `machine` (in which order things are done), then the file of the word that interests you: `apply`,
//! `choice`, `device`, `key`, `scope`, `target`, `claim`, `require`, `files`; `finish` makes the graph.
#![forbid(unsafe_code)]

mod apply;
mod arithmetic;
mod choice;
mod claim;
pub mod codes;
mod definitions;
mod device;
mod evaluate;
mod files;
mod finish;
mod fold;
mod ids;
mod key;
mod machine;
mod nearest;
mod option;
mod query;
mod require;
mod scope;
mod target;
mod value;
mod values;
mod walk;

pub use definitions::{Definitions, HostEntry};
pub use evaluate::{Outcome, evaluate_in};
pub use query::{check_file, evaluate, keys};
pub use values::{Given, KeyValues, Mode};
