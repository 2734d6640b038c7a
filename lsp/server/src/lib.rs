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

use tokio::runtime::Handle;
use tower_lsp::{Client, LspService, Server};

use crate::backend::Backend;

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
        let handle = Handle::current();
        let (service, socket) = LspService::build(|client| backend(&handle, world, client, shut))
            .custom_method("unik/graph", Backend::graph)
            .custom_method("unik/exportGraph", Backend::export_graph)
            .custom_method("unik/configuration", Backend::configuration)
            .custom_method("unik/configure", Backend::configure)
            .finish();
        let server = Server::new(tokio::io::stdin(), tokio::io::stdout(), socket);
        // Edits must not wait behind questions: those wait for threads instead.
        server.concurrency_level(CONCURRENT).serve(service).await;
    });
    runtime.shutdown_background();
    Ok(asked.load(Ordering::Relaxed))
}

/// The parts of the server, connected.
fn backend(handle: &Handle, world: World, client: Client, shut: Arc<AtomicBool>) -> Backend {
    let (queue, received) = queue::Queue::new();
    let peer = peer::Peer::new(handle, client.clone());
    let tell = owner::Tell {
        encoding: queue.encoding(),
        watch: watch::start(handle, client.clone()),
        publisher: publish::start(handle, client),
        peer: peer.clone(),
    };
    let system = world.system.clone();
    owner::start(handle, world, received, tell);
    let workspace = workspace::Workspace::new(queue.clone(), peer, system);
    Backend::new(queue, workspace, shut)
}

#[cfg(test)]
mod tests {
    use tower_lsp::jsonrpc::ErrorCode;
    use unik_db::{Library, MemorySystem};

    use super::*;

    #[test]
    fn a_question_that_panics_is_an_error_and_the_server_goes_on() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime starts");
        let handle = runtime.handle().clone();
        let world = World { system: Arc::new(MemorySystem::default()), library: Library::default() };
        let (service, _socket) = {
            let _inside = runtime.enter();
            LspService::new(|client| backend(&handle, world, client, Arc::default()))
        };
        runtime.block_on(async {
            for _ in 0..20 {
                let answer = service.inner().ask(|_| -> u32 { panic!("a mistake of the server") }).await;
                assert_eq!(answer.expect_err("it has no answer").code, ErrorCode::InternalError);
                assert_eq!(service.inner().ask(|_| 1).await, Ok(1));
            }
        });
    }
}
