//! Datagrams in memory: ports of a stack, and what waits to be fetched at each.

use alloc::collections::{BTreeMap, VecDeque};
use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::RefCell;
use core::future::poll_fn;
use core::net::SocketAddr;
use core::task::{Poll, Waker};

use unik::net::UdpSocket;

use super::error::{Error, FIRST_FREE, LONGEST, OWN};

/// How many datagrams wait at a port; what comes then is lost.
const CAPACITY: usize = 64;

/// The ports of a stack.
pub(super) type Ports = Rc<RefCell<BTreeMap<u16, Queue>>>;

#[derive(Debug, Default)]
pub(super) struct Queue {
    waiting: VecDeque<(Vec<u8>, SocketAddr)>,
    reader: Option<Waker>,
}

/// A port for datagrams within one stack.
#[derive(Debug)]
pub struct Socket {
    ports: Ports,
    port: u16,
}

impl Socket {
    /// Takes a port; 0 takes a free one.
    pub(super) fn bind(ports: &Ports, port: u16) -> Result<Self, Error> {
        let mut taken = ports.borrow_mut();
        let port = match port {
            0 => (FIRST_FREE..=u16::MAX).find(|port| !taken.contains_key(port)).ok_or(Error::InUse(0))?,
            _ if taken.contains_key(&port) => return Err(Error::InUse(port)),
            _ => port,
        };
        taken.insert(port, Queue::default());
        Ok(Self { ports: ports.clone(), port })
    }
}

impl UdpSocket for Socket {
    type Error = Error;

    async fn receive(&mut self, buffer: &mut [u8]) -> Result<(usize, SocketAddr), Error> {
        poll_fn(|cx| {
            let mut ports = self.ports.borrow_mut();
            let queue = ports.get_mut(&self.port).expect("a port is there until its socket is dropped");
            let Some((bytes, from)) = queue.waiting.pop_front() else {
                queue.reader = Some(cx.waker().clone());
                return Poll::Pending;
            };
            let length = bytes.len().min(buffer.len());
            buffer[..length].copy_from_slice(&bytes[..length]);
            Poll::Ready(Ok((length, from)))
        })
        .await
    }

    async fn send(&mut self, bytes: &[u8], to: SocketAddr) -> Result<(), Error> {
        if bytes.len() > LONGEST {
            return Err(Error::TooLong(bytes.len()));
        }
        if !to.ip().is_loopback() {
            return Err(Error::Refused(to));
        }
        let mut ports = self.ports.borrow_mut();
        let reader = ports.get_mut(&to.port()).and_then(|queue| {
            if queue.waiting.len() < CAPACITY {
                queue.waiting.push_back((bytes.into(), self.local()));
            }
            queue.reader.take()
        });
        drop(ports);
        // Whoever is woken may look at the ports again.
        reader.into_iter().for_each(Waker::wake);
        Ok(())
    }

    fn local(&self) -> SocketAddr {
        SocketAddr::from((OWN, self.port))
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.ports.borrow_mut().remove(&self.port);
    }
}
