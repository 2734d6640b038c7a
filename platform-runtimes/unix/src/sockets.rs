//! The host's TCP sockets as a stack: listening, accepting, connecting.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::net::{IpAddr, SocketAddr};
use std::os::fd::{BorrowedFd, OwnedFd};
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use rustix::io::Errno;
use rustix::net::{AddressFamily, Shutdown, SocketAddrAny, SocketFlags, SocketType, ipproto, sockopt};
use unik::net::{Accept, Stack};
use unik::program::Program as _;
use unik_executor::{Executor, Program, Stopping};

use crate::error::Error;
use crate::flow::Flow;
use crate::reactor::{Reactor, current};
use crate::source::Source;

/// How many connections wait to be accepted; the host cuts it to `net.core.somaxconn` (4096 by default).
const BACKLOG: i32 = 4096;
/// How long accepting pauses when the host is short of descriptors or memory.
const PAUSE: Duration = Duration::from_millis(100);

/// Of every socket.
pub(crate) const FLAGS: SocketFlags = SocketFlags::NONBLOCK.union(SocketFlags::CLOEXEC);

/// The host's sockets.
#[derive(Clone, Debug)]
pub struct Sockets {
    executor: Executor<Rc<Reactor>>,
    address: IpAddr,
}

impl Sockets {
    /// Sockets that listen on `address`: `0.0.0.0` is every IPv4 address of the host, `::` every one of both kinds.
    pub async fn new(address: IpAddr) -> Result<Self, Error> {
        Ok(Self { executor: current()?, address })
    }

    pub(crate) fn address(&self) -> IpAddr {
        self.address
    }

    pub(crate) fn executor(&self) -> &Executor<Rc<Reactor>> {
        &self.executor
    }

    pub(crate) fn reactor(&self) -> &Rc<Reactor> {
        self.executor.platform()
    }

    fn open(&self, address: SocketAddr) -> Result<OwnedFd, Errno> {
        let family = if address.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 };
        rustix::net::socket_with(family, SocketType::STREAM, FLAGS, Some(ipproto::TCP))
    }

    fn bound(&self, address: SocketAddr) -> Result<(OwnedFd, SocketAddr), Errno> {
        let fd = self.open(address)?;
        // A port whose old connections linger is free; one with a listener is not.
        sockopt::set_socket_reuseaddr(&fd, true)?;
        if address.is_ipv6() {
            sockopt::set_ipv6_v6only(&fd, false)?;
        }
        // What is accepted inherits it on Linux.
        sockopt::set_tcp_nodelay(&fd, true)?;
        rustix::net::bind(&fd, &address)?;
        rustix::net::listen(&fd, BACKLOG)?;
        let local = SocketAddr::try_from(rustix::net::getsockname(&fd)?)?;
        Ok((fd, local))
    }
}

impl Stack for Sockets {
    type Flow = Flow;
    type Acceptor = Acceptor;

    async fn listen(&self, port: u16) -> Result<Acceptor, Error> {
        let address = SocketAddr::new(self.address, port);
        let (fd, local) = self.bound(address).map_err(|errno| Error::at(address, errno))?;
        let program = Program::of(self.executor.clone());
        let listening = Listening {
            source: Source::new(self.reactor(), fd, true)?,
            executor: self.executor.clone(),
            local,
            open: Cell::new(true),
            short: Cell::new(false),
            _heeding: program.stopping(),
            program,
        };
        Ok(Acceptor(Rc::new(listening)))
    }

    async fn connect(&self, to: SocketAddr) -> Result<Flow, Error> {
        let fail = |errno| Error::at(to, errno);
        let fd = self.open(to).map_err(fail)?;
        sockopt::set_tcp_nodelay(&fd, true).map_err(fail)?;
        let connected = match rustix::net::connect(&fd, &to) {
            Ok(()) => true,
            Err(Errno::INPROGRESS | Errno::INTR) => false,
            Err(errno) => return Err(fail(errno)),
        };
        let source = Source::new(self.executor.platform(), fd, connected)?;
        if !connected {
            let outcome = poll_fn(|cx| source.poll_write(cx, |fd| sockopt::socket_error(fd))).await;
            outcome.and_then(|error| error).map_err(fail)?;
        }
        Ok(Flow::new(source, Some(to)))
    }
}

/// A port that is listened on.
#[derive(Clone, Debug)]
pub struct Acceptor(Rc<Listening>);

#[derive(Debug)]
struct Listening {
    source: Source,
    executor: Executor<Rc<Reactor>>,
    local: SocketAddr,
    open: Cell<bool>,
    /// Whether a shortage has been told and not ended yet.
    short: Cell<bool>,
    program: Program<Rc<Reactor>>,
    /// While a port is listened on, the program waits for what its connections have begun.
    _heeding: Stopping,
}

impl Listening {
    /// Waits for the next connection; `CANCELED` once the program was asked to stop and the queue is empty.
    async fn next(&self) -> Result<(OwnedFd, Option<SocketAddrAny>), Errno> {
        // Several tasks may accept, and each wants to be told.
        let mut stop = pin!(self.program.stopping());
        poll_fn(|cx| {
            if !self.open.get() {
                return Poll::Ready(Err(Errno::CANCELED));
            }
            let stopping = stop.as_mut().poll(cx).is_ready();
            if stopping {
                // Whoever is in the queue already is served.
                self.source.try_reading();
            }
            let call = |fd: BorrowedFd<'_>| rustix::net::acceptfrom_with(fd, FLAGS);
            let result = self.source.poll_read(cx, call, |_| false);
            if stopping && result.is_pending() && !self.source.may_read() {
                return Poll::Ready(Err(Errno::CANCELED));
            }
            result
        })
        .await
    }

    /// Refuses connections from now on.
    fn close(&self) {
        if self.open.replace(false) {
            // On Linux this ends listening while clones of the handle keep the descriptor open; should it fail, closing
            // the descriptor does the same a little later.
            let _ = rustix::net::shutdown(&self.source, Shutdown::Both);
        }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.close();
    }
}

impl Accept for Acceptor {
    type Error = Error;
    type Flow = Flow;

    async fn accept(&self) -> Result<Flow, Error> {
        let listening = &*self.0;
        loop {
            match listening.next().await {
                Ok((fd, peer)) => {
                    listening.short.set(false);
                    let peer = peer.and_then(|peer| SocketAddr::try_from(peer).ok());
                    // The first request is often there already, so reading is tried at once.
                    return Ok(Flow::new(Source::new(listening.source.reactor(), fd, true)?, peer));
                }
                Err(Errno::CANCELED) => {
                    listening.close();
                    return Err(Error::STOPPED);
                }
                Err(errno @ (Errno::MFILE | Errno::NFILE | Errno::NOBUFS | Errno::NOMEM)) => {
                    if !listening.short.replace(true) {
                        log::warn!("{}: no new connections for now: {errno}", listening.local);
                    }
                    listening.executor.sleep(PAUSE).await;
                }
                // The connection has failed before it was accepted; the listener is well (accept(2), Errors).
                Err(
                    Errno::CONNABORTED
                    | Errno::PROTO
                    | Errno::PERM
                    | Errno::NETDOWN
                    | Errno::NETUNREACH
                    | Errno::NOPROTOOPT
                    | Errno::HOSTDOWN
                    | Errno::HOSTUNREACH
                    | Errno::NONET
                    | Errno::OPNOTSUPP
                    | Errno::TIMEDOUT,
                ) => {}
                Err(errno) => return Err(Error::at(listening.local, errno)),
            }
        }
    }

    fn local(&self) -> SocketAddr {
        self.0.local
    }
}
