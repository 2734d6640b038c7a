//! The host of the page in a browser: a listener on loopback, limits for whoever connects, and a look at the files a few times a
//! second. It ends when it is interrupted.

use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use futures_util::future;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use crate::opened::{Opened, World};
use crate::respond::{Shared, respond};
use crate::session::Session;
use crate::token::Token;

/// Evaluation follows the nesting of what it evaluates: it gets room for more than anybody writes.
const STACK: usize = 256 << 20;

/// How often the files are looked at.
const FOLLOW: Duration = Duration::from_millis(250);

/// The most connections at once; a page has a few.
const MOST_CONNECTIONS: usize = 32;

/// The longest head of a request, in bytes.
const LONGEST_HEAD: usize = 16 << 10;

/// How long the head of a request may take, and a connection be idle.
const HEAD_TIME: Duration = Duration::from_secs(20);

/// Serves the page about a file on a port of loopback, 0 for a free one, until the process is interrupted. `ready` is told the
/// address of the page.
pub fn serve(world: World, opened: Opened, port: u16, ready: impl FnOnce(&str)) -> io::Result<()> {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime =
        runtime.enable_io().enable_time().thread_stack_size(STACK).max_blocking_threads(2).build()?;
    let served = runtime.block_on(async move {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        let token = Token::new().map_err(io::Error::other)?;
        let page = format!("http://{address}/?token={}", token.as_str());
        let session = Session::new(world, opened);
        let shared = Arc::new(Shared::new(session, token, address.to_string()));
        follow(shared.clone())?;
        let end = end()?;
        ready(&page);
        future::select(pin!(end), pin!(accept(listener, shared))).await;
        Ok(())
    });
    runtime.shutdown_background();
    served
}

/// Being interrupted, or asked to stop.
fn end() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupted, mut stopped) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        future::select(pin!(interrupted.recv()), pin!(stopped.recv())).await;
    })
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let room = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    loop {
        let connected: io::Result<(TcpStream, SocketAddr)> = listener.accept().await;
        let Ok((stream, _)) = connected else {
            // Out of descriptors: they come back when connections end.
            tokio::time::sleep(FOLLOW).await;
            continue;
        };
        // One too many is closed at once.
        let Ok(place) = room.clone().try_acquire_owned() else { continue };
        let shared = shared.clone();
        tokio::spawn(async move {
            let service = service_fn(move |request| respond(shared.clone(), request));
            let mut protocol = http1::Builder::new();
            protocol.timer(TokioTimer::new()).header_read_timeout(HEAD_TIME).max_buf_size(LONGEST_HEAD);
            // How a connection breaks is its own affair.
            drop(protocol.serve_connection(TokioIo::new(stream), service).await);
            drop(place);
        });
    }
}

/// Looks at the files on a thread of its own, which ends with the process.
fn follow(shared: Arc<Shared>) -> io::Result<()> {
    let look = move || {
        loop {
            thread::sleep(FOLLOW);
            let news = shared.session().look();
            shared.tell(news);
        }
    };
    thread::Builder::new().name("follow".to_owned()).stack_size(STACK).spawn(look).map(drop)
}
