//! The device graph for pages and editors: what `unik/graph` is asked and answers as JSON, the page that shows it, the file that is
//! exported, and the host of the page in a browser. `spec/editors.md` describes all of it.
//!
//! What a graph is, `unik-ide` decides; here it gets the form in which it travels. Start with `answer`, then `page`, then `serve`,
//! `respond` and `session`.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod answer;
mod configured;
mod export;
mod opened;
mod page;
mod positions;
mod query;
mod respond;
mod serve;
mod session;
mod token;

pub use answer::answer;
pub use configured::configured;
pub use export::{Exported, Format, export, exported_value, page};
pub use opened::{Opened, World};
pub use positions::{Positions, Unit};
pub use query::{configuration, configuration_value, query};
pub use serve::serve;
