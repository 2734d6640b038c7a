//! Application and choice: checked items and key values become a device graph.
//!
//! It knows neither the syntax nor the disk: core comes in through [`Definitions`], a [`unik_graph::DeviceGraph`] goes
//! out. Start with `value` (what things evaluate to) and `machine` (what there is to do), then the file of the word that
//! interests you: `apply`, `choice`, `device`, `key`, `target`, `claim`, `require`, `files`, `operator`. `step` hands
//! tasks to them, `finish` makes the graph, `query` asks the checker.
#![forbid(unsafe_code)]

mod apply;
mod arithmetic;
mod attach;
mod choice;
mod claim;
mod clear;
pub mod codes;
mod decided;
mod decision;
mod defaults;
mod definitions;
mod device;
mod evaluate;
mod files;
mod finish;
mod fold;
mod ids;
mod instance;
mod key;
mod keys;
mod machine;
mod nearest;
mod node;
mod operator;
mod option;
mod platform;
mod query;
mod reads;
mod renumber;
mod require;
mod scope;
mod step;
mod table;
mod target;
mod valuation;
mod value;
mod values;
mod walk;

pub use decision::Decision;
pub use definitions::{Definitions, HostEntry};
pub use evaluate::{Outcome, evaluate_in};
pub use query::{check_file, evaluate, keys};
pub use valuation::Valuation;
pub use values::{Given, KeyValues, Mode};
