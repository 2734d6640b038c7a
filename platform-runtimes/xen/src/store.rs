//! XenStore: the tree of names and values by which domains and their tools find one another (docs/misc/xenstore.txt).
//!
//! It decides nothing itself. `wire` says what messages look like, `ring` how bytes pass through the page, `engine` which answer belongs to
//! which question; `client`, `nodes`, `transaction` and `watch` are what tasks see of it, `values` what programs do.

mod client;
mod engine;
mod error;
mod nodes;
mod ring;
mod table;
mod transaction;
mod values;
mod watch;
mod wire;

pub use client::Store;
pub use engine::Fault;
pub use error::{Error, Refusal};
pub use nodes::Nodes;
pub use transaction::{Transaction, transaction};
pub use values::{Found, Values, ValuesError};
pub use watch::Watch;
pub use wire::Kind;
