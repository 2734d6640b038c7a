//! Two ends of a connection in memory.

use alloc::collections::VecDeque;
use alloc::rc::Rc;
use core::cell::RefCell;
use core::fmt;
use core::future::poll_fn;
use core::net::SocketAddr;
use core::task::{Context, Poll, Waker};

use embedded_io_async::{ErrorType, Read, Write};
use unik::ErrorKind;

/// What an end of a connection does to whoever uses it. The default does nothing.
#[derive(Clone, Copy, Debug)]
pub struct Faults {
    /// A read gives no more bytes than this.
    pub most_read: usize,
    /// A write takes no more bytes than this.
    pub most_write: usize,
    /// The connection is reset when so many bytes have been read.
    pub reset_after_read: Option<usize>,
    /// The connection is reset when so many bytes have been written.
    pub reset_after_written: Option<usize>,
    /// Every other call waits a turn first, even if it could go on.
    pub hesitate: bool,
    /// How many bytes written by this end wait to be read by the other; further writes wait.
    pub capacity: usize,
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            most_read: usize::MAX,
            most_write: usize::MAX,
            reset_after_read: None,
            reset_after_written: None,
            hesitate: false,
            capacity: 64 * 1024,
        }
    }
}

/// The connection has been reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reset;

impl fmt::Display for Reset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection has been reset")
    }
}

impl core::error::Error for Reset {}

impl unik::Error for Reset {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Closed
    }
}

impl embedded_io_async::Error for Reset {
    fn kind(&self) -> embedded_io_async::ErrorKind {
        embedded_io_async::ErrorKind::ConnectionReset
    }
}

/// One direction.
#[derive(Debug, Default)]
struct Pipe {
    bytes: VecDeque<u8>,
    closed: bool,
    reset: bool,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

impl Pipe {
    fn changed(&mut self) {
        for waker in [self.reader.take(), self.writer.take()].into_iter().flatten() {
            waker.wake();
        }
    }
}

/// One end of a connection.
#[derive(Debug)]
pub struct Flow {
    incoming: Rc<RefCell<Pipe>>,
    outgoing: Rc<RefCell<Pipe>>,
    faults: Faults,
    hesitated: bool,
    read: usize,
    written: usize,
    writes: usize,
}

/// Two ends without faults.
pub fn pair() -> (Flow, Flow) {
    pair_with(Faults::default(), Faults::default())
}

/// Two ends, each with its faults.
pub fn pair_with(first: Faults, second: Faults) -> (Flow, Flow) {
    let there: Rc<RefCell<Pipe>> = Rc::default();
    let back: Rc<RefCell<Pipe>> = Rc::default();
    let end = |incoming: &Rc<_>, outgoing: &Rc<_>, faults| Flow {
        incoming: Rc::clone(incoming),
        outgoing: Rc::clone(outgoing),
        faults,
        hesitated: false,
        read: 0,
        written: 0,
        writes: 0,
    };
    (end(&back, &there, first), end(&there, &back, second))
}

impl Flow {
    /// Ends the connection in both directions at once; what is on its way is lost.
    pub fn reset(&mut self) {
        for pipe in [&self.incoming, &self.outgoing] {
            let mut pipe = pipe.borrow_mut();
            pipe.reset = true;
            pipe.bytes.clear();
            pipe.changed();
        }
    }

    /// How many writes have taken bytes: a server that answers in one write has one per answer.
    pub fn writes(&self) -> usize {
        self.writes
    }

    /// Everything that comes until the other end closes.
    pub async fn read_to_end(&mut self) -> Result<alloc::vec::Vec<u8>, Reset> {
        let mut all = alloc::vec::Vec::new();
        let mut buffer = [0; 4096];
        loop {
            match self.read(&mut buffer).await? {
                0 => return Ok(all),
                count => all.extend_from_slice(&buffer[..count]),
            }
        }
    }

    fn hesitates(&mut self, cx: &mut Context<'_>) -> bool {
        if !self.faults.hesitate || core::mem::take(&mut self.hesitated) {
            return false;
        }
        self.hesitated = true;
        cx.waker().wake_by_ref();
        true
    }

    fn poll_read(&mut self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<Result<usize, Reset>> {
        if self.hesitates(cx) {
            return Poll::Pending;
        }
        if self.faults.reset_after_read.is_some_and(|limit| self.read >= limit) {
            self.reset();
        }
        let mut pipe = self.incoming.borrow_mut();
        if pipe.reset {
            return Poll::Ready(Err(Reset));
        }
        if pipe.bytes.is_empty() {
            if pipe.closed {
                return Poll::Ready(Ok(0));
            }
            pipe.reader = Some(cx.waker().clone());
            return Poll::Pending;
        }
        let left = self.faults.reset_after_read.map_or(usize::MAX, |limit| limit - self.read);
        let count = buffer.len().min(pipe.bytes.len()).min(self.faults.most_read).min(left);
        let (first, second) = pipe.bytes.as_slices();
        let split = count.min(first.len());
        buffer[..split].copy_from_slice(&first[..split]);
        buffer[split..count].copy_from_slice(&second[..count - split]);
        pipe.bytes.drain(..count);
        self.read += count;
        pipe.changed();
        Poll::Ready(Ok(count))
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, parts: &[&[u8]]) -> Poll<Result<usize, Reset>> {
        if self.hesitates(cx) {
            return Poll::Pending;
        }
        if self.faults.reset_after_written.is_some_and(|limit| self.written >= limit) {
            self.reset();
        }
        let mut pipe = self.outgoing.borrow_mut();
        if pipe.reset || pipe.closed {
            return Poll::Ready(Err(Reset));
        }
        let room = self.faults.capacity.saturating_sub(pipe.bytes.len());
        if room == 0 {
            pipe.writer = Some(cx.waker().clone());
            return Poll::Pending;
        }
        let left = self.faults.reset_after_written.map_or(usize::MAX, |limit| limit - self.written);
        let most = room.min(self.faults.most_write).min(left);
        let mut count = 0;
        for part in parts {
            let part = &part[..part.len().min(most - count)];
            pipe.bytes.extend(part);
            count += part.len();
        }
        self.written += count;
        self.writes += 1;
        pipe.changed();
        Poll::Ready(Ok(count))
    }
}

impl ErrorType for Flow {
    type Error = Reset;
}

impl Read for Flow {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Reset> {
        if buffer.is_empty() {
            return Ok(0);
        }
        poll_fn(|cx| self.poll_read(cx, buffer)).await
    }
}

impl Write for Flow {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Reset> {
        unik::net::Flow::write_vectored(self, &[bytes]).await
    }

    async fn flush(&mut self) -> Result<(), Reset> {
        Ok(())
    }
}

impl unik::net::Flow for Flow {
    fn peer(&self) -> Option<SocketAddr> {
        None
    }

    async fn close(&mut self) -> Result<(), Reset> {
        let mut pipe = self.outgoing.borrow_mut();
        pipe.closed = true;
        pipe.changed();
        Ok(())
    }

    async fn write_vectored(&mut self, parts: &[&[u8]]) -> Result<usize, Reset> {
        if parts.iter().all(|part| part.is_empty()) {
            return Ok(0);
        }
        poll_fn(|cx| self.poll_write(cx, parts)).await
    }
}

/// As TCP does it: what was written is still delivered, unless something was left unread.
impl Drop for Flow {
    fn drop(&mut self) {
        if self.incoming.borrow().bytes.is_empty() {
            let mut outgoing = self.outgoing.borrow_mut();
            outgoing.closed = true;
            outgoing.changed();
            let mut incoming = self.incoming.borrow_mut();
            // Who writes to an end that is gone is told so.
            incoming.reset = true;
            incoming.changed();
        } else {
            self.reset();
        }
    }
}
