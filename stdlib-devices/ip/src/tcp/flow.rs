//! A connection as a flow.

use core::fmt;
use core::future::poll_fn;
use core::net::SocketAddr;
use core::task::{Context, Poll};

use embedded_io_async::{ErrorType, Read, Write};
use smoltcp::socket::tcp::RecvError;

use super::connection::Connection;
use crate::Error;
use crate::link::{Link, World};
use crate::net::Net;

/// A connection. Dropped, it says goodbye in the background.
pub struct Flow<W: World> {
    link: Link<W>,
    place: usize,
    peer: SocketAddr,
}

impl<W: World> Flow<W> {
    /// Begins to connect.
    pub(super) fn connect(link: &Link<W>, to: SocketAddr) -> Result<Self, Error> {
        let place = link.parts(|net, parts| {
            let tcp = parts.tcp.as_mut().expect("a part that was made is there");
            tcp.connect(net, to)
        })?;
        Ok(Self { link: link.clone(), place, peer: to })
    }

    /// Takes a connection that a listener has given away.
    pub(super) fn accepted(link: &Link<W>, place: usize) -> Self {
        let mut flow = Self { link: link.clone(), place, peer: SocketAddr::from(([0; 4], 0)) };
        flow.peer = flow.with(|_, connection| connection.ends.peer);
        flow
    }

    pub(super) fn with<T>(&self, change: impl FnOnce(&mut Net<'_, W::Nic>, &mut Connection) -> T) -> T {
        self.link.parts(|net, parts| {
            let connection = parts.tcp.as_mut().and_then(|tcp| tcp.get_mut(self.place));
            change(net, connection.expect("a connection is there as long as its flow"))
        })
    }

    fn poll_read(&self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<Result<usize, Error>> {
        self.with(|net, connection| match connection.socket_mut().recv_slice(buffer) {
            Ok(0) => {
                connection.socket_mut().register_recv_waker(cx.waker());
                Poll::Pending
            }
            Ok(count) => {
                // The peer may wait for room.
                connection.touch(net, self.place);
                Poll::Ready(Ok(count))
            }
            Err(RecvError::Finished) => Poll::Ready(Ok(0)),
            Err(RecvError::InvalidState) if connection.has_ended() => Poll::Ready(Ok(0)),
            Err(RecvError::InvalidState) => Poll::Ready(Err(connection.failure())),
        })
    }

    fn poll_write(&self, cx: &mut Context<'_>, parts: &[&[u8]]) -> Poll<Result<usize, Error>> {
        self.with(|net, connection| {
            let mut taken = 0;
            for part in parts {
                match connection.socket_mut().send_slice(part) {
                    Ok(count) => taken += count,
                    Err(_) => return Poll::Ready(Err(connection.failure())),
                }
                if !connection.socket().can_send() {
                    break;
                }
            }
            if taken > 0 {
                connection.touch(net, self.place);
                return Poll::Ready(Ok(taken));
            }
            connection.socket_mut().register_send_waker(cx.waker());
            Poll::Pending
        })
    }
}

impl<W: World> ErrorType for Flow<W> {
    type Error = Error;
}

impl<W: World> Read for Flow<W> {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        if buffer.is_empty() {
            return Ok(0);
        }
        poll_fn(|cx| self.poll_read(cx, buffer)).await
    }
}

impl<W: World> Write for Flow<W> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Error> {
        unik::net::Flow::write_vectored(self, &[bytes]).await
    }

    /// What was written goes out before the program waits again; that is promised, and needs no waiting.
    async fn flush(&mut self) -> Result<(), Error> {
        Ok(())
    }
}

impl<W: World> unik::net::Flow for Flow<W> {
    fn peer(&self) -> Option<SocketAddr> {
        Some(self.peer)
    }

    async fn readable(&mut self) {
        poll_fn(|cx| {
            self.with(|_, connection| {
                let socket = connection.socket_mut();
                if socket.can_recv() || !socket.may_recv() {
                    return Poll::Ready(());
                }
                socket.register_recv_waker(cx.waker());
                Poll::Pending
            })
        })
        .await;
    }

    async fn close(&mut self) -> Result<(), Error> {
        self.with(|net, connection| {
            connection.socket_mut().close();
            connection.touch(net, self.place);
        });
        Ok(())
    }

    async fn write_vectored(&mut self, parts: &[&[u8]]) -> Result<usize, Error> {
        if parts.iter().all(|part| part.is_empty()) {
            return Ok(0);
        }
        poll_fn(|cx| self.poll_write(cx, parts)).await
    }
}

impl<W: World> Drop for Flow<W> {
    fn drop(&mut self) {
        self.link.parts(|net, parts| {
            if let Some(tcp) = &mut parts.tcp {
                tcp.abandon(net, self.place);
            }
        });
    }
}

impl<W: World> fmt::Debug for Flow<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Flow").field("peer", &self.peer).finish_non_exhaustive()
    }
}
