//! The language server: the protocol over standard input and output. The only crate that knows it.
//!
//! Start with `backend` (what is asked), then `owner` (the thread that has the state, and the rules by which it is read and
//! changed). `convert` and `position` turn the words of `unik-ide` into the protocol's; what they mean is decided there.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod abilities;
mod actions;
mod asked;
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
mod members;
mod owner;
mod peer;
mod position;
mod publish;
mod pull;
mod queue;
mod settings;
mod snapshot;
mod tokens;
mod watch;
mod workspace;

pub use owner::World;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tower_lsp::{LspService, Server};

/// How many messages are in work at once.
const CONCURRENT: usize = 1024;

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
            let (queue, received) = queue::Queue::new();
            let peer = peer::Peer::new(&handle, client.clone());
            let tell = owner::Tell {
                encoding: queue.encoding(),
                watch: watch::start(&handle, client.clone()),
                publisher: publish::start(&handle, client),
                peer: peer.clone(),
            };
            let system = world.system.clone();
            owner::start(&handle, world, received, tell);
            let workspace = workspace::Workspace::new(queue.clone(), peer, system);
            backend::Backend::new(queue, workspace, shut)
        })
        .custom_method("unik/graph", backend::Backend::graph)
        .custom_method("unik/exportGraph", backend::Backend::export_graph)
        .custom_method("unik/configure", backend::Backend::configure)
        .finish();
        let server = Server::new(tokio::io::stdin(), tokio::io::stdout(), socket);
        // Edits and cancellations must not wait behind questions: those wait for threads instead.
        server.concurrency_level(CONCURRENT).serve(service).await;
    });
    runtime.shutdown_background();
    Ok(asked.load(Ordering::Relaxed))
}
