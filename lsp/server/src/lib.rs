//! The language server: the protocol over standard input and output. The only crate that knows it.
//!
//! Start with `backend` (what is asked), then `owner` (the thread that has the state, and the rules by which it is read and
//! changed). `convert` and `position` turn the words of `unik-ide` into the protocol's; what they mean is decided there.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod actions;
mod backend;
mod capabilities;
mod completion;
mod convert;
mod documents;
mod formatting;
mod graph;
mod hierarchy;
mod lenses;
mod links;
mod owner;
mod position;
mod publish;
mod snapshot;
mod tokens;
mod watch;

pub use owner::World;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tower_lsp::{LspService, Server};

/// Reading follows the nesting of what is read: it gets room for more than anybody writes.
const STACK: usize = 256 << 20;

/// Serves one client on standard input and output until it says `exit` or hangs up. Gives whether it asked for that before, with
/// `shutdown`, as the protocol wants.
///
/// Whoever calls this ends the process afterwards: a thread may still wait for input that never comes.
pub fn serve(world: World) -> io::Result<bool> {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.thread_stack_size(STACK).max_blocking_threads(8).build()?;
    let shut = Arc::new(AtomicBool::new(false));
    let asked = shut.clone();
    runtime.block_on(async move {
        let handle = tokio::runtime::Handle::current();
        let (service, socket) = LspService::build(|client| {
            let watch = watch::start(&handle, client.clone());
            let publisher = publish::start(&handle, client);
            backend::Backend::new(owner::start(&handle, world, publisher, watch), shut)
        })
        .custom_method("unik/graph", backend::Backend::graph)
        .custom_method("unik/exportGraph", backend::Backend::export_graph)
        .finish();
        Server::new(tokio::io::stdin(), tokio::io::stdout(), socket).serve(service).await;
    });
    runtime.shutdown_background();
    Ok(asked.load(Ordering::Relaxed))
}
