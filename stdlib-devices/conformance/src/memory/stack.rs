//! A stack in memory: ports that listen, connections to them from the same stack, and a host that reaches itself alone.

use alloc::collections::{BTreeMap, VecDeque};
use alloc::rc::Rc;
use alloc::vec;
use alloc::vec::Vec;
use core::cell::RefCell;
use core::future::poll_fn;
use core::net::{IpAddr, SocketAddr};
use core::task::{Poll, Waker};
use core::time::Duration;

use unik::net::{Accept, Cidr, Host, Ping, Udp};

use super::datagrams::{Ports, Socket};
use super::error::{Error, FIRST_FREE, LONGEST, OWN};
use super::{Faults, Flow, pair_with};

/// Ports in memory; clones are the same stack.
#[derive(Clone, Debug, Default)]
pub struct Stack {
    ports: Rc<RefCell<BTreeMap<u16, Acceptor>>>,
    datagrams: Ports,
}

impl Stack {
    /// Stops all listeners, as a program does that was asked to stop.
    pub fn stop(&self) {
        for acceptor in self.ports.borrow().values() {
            acceptor.stop();
        }
    }
}

impl Host for Stack {
    type Error = Error;

    fn addresses(&self) -> Vec<Cidr> {
        vec![Cidr::new(OWN.into(), 8).expect("8 bits are fewer than 32")]
    }

    fn routers(&self) -> Vec<IpAddr> {
        Vec::new()
    }

    fn name_servers(&self) -> Vec<IpAddr> {
        Vec::new()
    }
}

impl Udp for Stack {
    type Socket = Socket;

    async fn bind(&self, port: u16) -> Result<Socket, Error> {
        Socket::bind(&self.datagrams, port)
    }
}

impl Ping for Stack {
    async fn ping(&self, to: IpAddr, payload: usize, _patience: Duration) -> Result<Duration, Error> {
        if payload > LONGEST {
            return Err(Error::TooLong(payload));
        }
        // It is its own only neighbour, and answers at once.
        if to.is_loopback() { Ok(Duration::ZERO) } else { Err(Error::Refused(SocketAddr::new(to, 0))) }
    }
}

impl unik::net::Stack for Stack {
    type Flow = Flow;
    type Acceptor = Acceptor;

    async fn listen(&self, port: u16) -> Result<Acceptor, Error> {
        let mut ports = self.ports.borrow_mut();
        // A port is free once nobody but the stack itself holds its listener.
        ports.retain(|_, acceptor| Rc::strong_count(&acceptor.state) > 1);
        let port = match port {
            0 => (FIRST_FREE..=u16::MAX).find(|port| !ports.contains_key(port)).ok_or(Error::InUse(0))?,
            _ if ports.contains_key(&port) => return Err(Error::InUse(port)),
            _ => port,
        };
        let acceptor = Acceptor::at(port);
        ports.insert(port, acceptor.clone());
        Ok(acceptor)
    }

    async fn connect(&self, to: SocketAddr) -> Result<Flow, Error> {
        let acceptor = self.ports.borrow().get(&to.port()).cloned();
        let open =
            acceptor.filter(|acceptor| Rc::strong_count(&acceptor.state) > 2 && !acceptor.is_stopped());
        Ok(open.ok_or(Error::Refused(to))?.connect_with(Faults::default()))
    }
}

/// A port that is listened on; clones are the same one.
#[derive(Clone, Debug)]
pub struct Acceptor {
    state: Rc<RefCell<State>>,
    port: u16,
}

#[derive(Debug, Default)]
struct State {
    queue: VecDeque<Flow>,
    stopped: bool,
    waiting: Vec<Waker>,
}

impl State {
    fn wake(&mut self) {
        for waker in self.waiting.drain(..) {
            waker.wake();
        }
    }
}

impl Acceptor {
    pub(crate) fn at(port: u16) -> Self {
        Self { state: Rc::default(), port }
    }

    pub(crate) fn connect_with(&self, faults: Faults) -> Flow {
        let (client, server) = pair_with(Faults::default(), faults);
        let mut state = self.state.borrow_mut();
        state.queue.push_back(server);
        state.wake();
        client
    }

    pub(crate) fn stop(&self) {
        let mut state = self.state.borrow_mut();
        state.stopped = true;
        state.wake();
    }

    fn is_stopped(&self) -> bool {
        self.state.borrow().stopped
    }
}

impl Accept for Acceptor {
    type Error = Error;
    type Flow = Flow;

    async fn accept(&self) -> Result<Flow, Error> {
        poll_fn(|cx| {
            let mut state = self.state.borrow_mut();
            if let Some(flow) = state.queue.pop_front() {
                return Poll::Ready(Ok(flow));
            }
            if state.stopped {
                return Poll::Ready(Err(Error::Stopped));
            }
            state.waiting.push(cx.waker().clone());
            Poll::Pending
        })
        .await
    }

    fn local(&self) -> SocketAddr {
        SocketAddr::from((OWN, self.port))
    }
}
