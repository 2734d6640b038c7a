//! A connection over a socket of the host.
//!
//! Both `read` and `write` may be dropped without loss. `flush` has nothing to do: the host sends at once
//! (TCP_NODELAY). `close` is `shutdown(SHUT_WR)`.

use std::future::poll_fn;
use std::io::IoSlice;
use std::net::SocketAddr;
use std::task::Context;

use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags, Shutdown};

use crate::error::Error;
use crate::source::Source;

/// How many slices one system call takes; more are taken by the next.
const SLICES: usize = 8;

/// Up to so many bytes are copied together: one slice is sent faster than several are (0.7 µs, measured).
const SMALL: usize = 2048;

/// A connection.
#[derive(Debug)]
pub struct Flow {
    source: Source,
    peer: Option<SocketAddr>,
}

impl Flow {
    pub(crate) fn new(source: Source, peer: Option<SocketAddr>) -> Self {
        Self { source, peer }
    }

    /// Writes a few bytes of several slices from one. They lie on the stack while the call is made: a task that waits does
    /// not hold them.
    async fn write_joined(&mut self, parts: &[&[u8]]) -> Result<usize, Error> {
        let write = |cx: &mut Context<'_>| {
            self.source.poll_write(cx, |fd| {
                let mut joined = [0; SMALL];
                let mut used = 0;
                for part in parts {
                    joined[used..used + part.len()].copy_from_slice(part);
                    used += part.len();
                }
                rustix::net::send(fd, &joined[..used], SendFlags::NOSIGNAL)
            })
        };
        Ok(poll_fn(write).await?)
    }
}

impl embedded_io_async::ErrorType for Flow {
    type Error = Error;
}

impl embedded_io_async::Read for Flow {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        if buffer.is_empty() {
            return Ok(0);
        }
        let length = buffer.len();
        let count = poll_fn(|cx| {
            self.source.poll_read(
                cx,
                |fd| rustix::net::recv(fd, &mut *buffer, RecvFlags::empty()).map(|(count, _)| count),
                |count| *count < length,
            )
        })
        .await?;
        Ok(count)
    }
}

impl embedded_io_async::Write for Flow {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Error> {
        if bytes.is_empty() {
            return Ok(0);
        }
        let send = |cx: &mut Context<'_>| {
            self.source.poll_write(cx, |fd| rustix::net::send(fd, bytes, SendFlags::NOSIGNAL))
        };
        Ok(poll_fn(send).await?)
    }

    async fn flush(&mut self) -> Result<(), Error> {
        Ok(())
    }
}

impl unik::net::Flow for Flow {
    fn peer(&self) -> Option<SocketAddr> {
        self.peer
    }

    async fn readable(&mut self) {
        poll_fn(|cx| self.source.poll_readable(cx)).await;
    }

    async fn close(&mut self) -> Result<(), Error> {
        match rustix::net::shutdown(&self.source, Shutdown::Write) {
            // The peer has gone: there is nothing left to close.
            Ok(()) | Err(Errno::NOTCONN) => Ok(()),
            Err(errno) => Err(errno.into()),
        }
    }

    async fn write_vectored(&mut self, parts: &[&[u8]]) -> Result<usize, Error> {
        if parts.iter().map(|part| part.len()).sum::<usize>() <= SMALL {
            return self.write_joined(parts).await;
        }
        let mut slices = [IoSlice::new(&[]); SLICES];
        let mut used = 0;
        for part in parts.iter().filter(|part| !part.is_empty()).take(SLICES) {
            slices[used] = IoSlice::new(part);
            used += 1;
        }
        let slices = &slices[..used];
        // Rust's start has SIGPIPE ignored, so a peer that has gone is an error here too.
        let write = |cx: &mut Context<'_>| self.source.poll_write(cx, |fd| rustix::io::writev(fd, slices));
        Ok(poll_fn(write).await?)
    }
}
