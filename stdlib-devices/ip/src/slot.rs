//! A socket in a set of its own, and when it is looked at next.

use smoltcp::iface::{SocketHandle, SocketSet};
use smoltcp::socket::AnySocket;

use crate::agenda::Plan;

/// A socket of smoltcp, alone.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) sockets: SocketSet<'static>,
    handle: SocketHandle,
    pub(crate) plan: Plan,
}

impl Slot {
    pub(crate) fn new(socket: impl AnySocket<'static>) -> Self {
        let mut sockets = SocketSet::new(alloc::vec::Vec::with_capacity(1));
        let handle = sockets.add(socket);
        Self { sockets, handle, plan: Plan::default() }
    }

    pub(crate) fn get<T: AnySocket<'static>>(&self) -> &T {
        self.sockets.get(self.handle)
    }

    pub(crate) fn get_mut<T: AnySocket<'static>>(&mut self) -> &mut T {
        self.sockets.get_mut(self.handle)
    }
}
