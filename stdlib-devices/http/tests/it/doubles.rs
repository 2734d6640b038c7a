//! A world without a network: time that passes only when everybody waits, and a client that is a script.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use embedded_io_async::{ErrorKind as IoKind, ErrorType, Read, Write};
use unik::clock::{Monotonic, Sleep, Timestamp, Wall};
use unik::http::Handler;
use unik::net::{Flow, Listener, Network, lines};
use unik::{Error, ErrorKind};
use unik_http::{Limits, Server};

/// Sunday, 6 November 1994, 08:49:37: when every test starts.
pub(crate) const START: i64 = 784_111_777;

/// A clock that is set by [`Clock::run`].
#[derive(Clone, Debug, Default)]
pub(crate) struct Clock(Rc<Times>);

#[derive(Debug, Default)]
struct Times {
    now: Cell<Duration>,
    timers: RefCell<Vec<(Duration, Waker)>>,
}

struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Clock {
    /// Runs a future; nothing if it waits for something that never comes.
    pub(crate) fn run<T>(&self, future: impl Future<Output = T>) -> Option<T> {
        let flag = Arc::new(Flag(AtomicBool::new(true)));
        let waker = Waker::from(flag.clone());
        let mut future = pin!(future);
        loop {
            while flag.0.swap(false, Ordering::Relaxed) {
                if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
                    return Some(value);
                }
            }
            let next = self.0.timers.borrow().iter().map(|(at, _)| *at).min()?;
            self.0.now.set(next);
            let due: Vec<_> = self.0.timers.borrow_mut().extract_if(.., |(at, _)| *at <= next).collect();
            due.into_iter().for_each(|(_, waker)| waker.wake());
        }
    }

    fn poll_until(&self, at: Duration, cx: &Context<'_>) -> Poll<()> {
        if self.0.now.get() >= at {
            return Poll::Ready(());
        }
        self.0.timers.borrow_mut().push((at, cx.waker().clone()));
        Poll::Pending
    }
}

impl Monotonic for Clock {
    fn now(&self) -> Duration {
        self.0.now.get()
    }
}

impl Sleep for Clock {
    async fn sleep(&self, duration: Duration) {
        let at = self.0.now.get() + duration;
        poll_fn(|cx| self.poll_until(at, cx)).await;
    }
}

impl Wall for Clock {
    fn now(&self) -> Timestamp {
        Timestamp { seconds: START + self.0.now.get().as_secs() as i64, nanoseconds: 0 }
    }
}

/// What a client does next.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    Send(Vec<u8>),
    Wait(Duration),
    /// Wait until the server has sent this.
    Until(&'static str),
    /// Send no more, and go on reading.
    End,
    Reset,
    /// Do nothing any more, but keep the connection.
    Stay,
}

pub(crate) fn send(text: impl AsRef<[u8]>) -> Act {
    Act::Send(text.as_ref().to_vec())
}

/// How the network carries bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Carriage {
    /// At most so many at a time, in each direction.
    pub(crate) read: usize,
    pub(crate) write: usize,
    /// After so many bytes the client takes no more.
    pub(crate) takes: usize,
}

pub(crate) const WHOLE: Carriage = Carriage { read: usize::MAX, write: usize::MAX, takes: usize::MAX };
pub(crate) const SINGLE: Carriage = Carriage { read: 1, write: 1, takes: usize::MAX };

/// What the client has got.
#[derive(Debug, Default)]
pub(crate) struct Received {
    pub(crate) bytes: RefCell<Vec<u8>>,
    /// How many writes brought it.
    pub(crate) writes: Cell<usize>,
    /// Whether the server said that nothing more comes.
    pub(crate) closed: Cell<bool>,
    /// Whether the connection is gone.
    pub(crate) dropped: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

#[derive(Debug)]
pub(crate) struct TestFlow {
    script: VecDeque<Act>,
    waits_until: Option<Duration>,
    clock: Clock,
    carriage: Carriage,
    received: Rc<Received>,
}

impl ErrorType for TestFlow {
    type Error = IoKind;
}

impl Read for TestFlow {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, IoKind> {
        poll_fn(|cx| {
            loop {
                match self.script.front_mut() {
                    Some(Act::Send(bytes)) if bytes.is_empty() => {}
                    Some(Act::Send(bytes)) => {
                        let count = bytes.len().min(buffer.len()).min(self.carriage.read);
                        buffer[..count].copy_from_slice(&bytes[..count]);
                        bytes.drain(..count);
                        return Poll::Ready(Ok(count));
                    }
                    Some(Act::Wait(duration)) => {
                        let at = *self.waits_until.get_or_insert(Monotonic::now(&self.clock) + *duration);
                        if self.clock.poll_until(at, cx).is_pending() {
                            return Poll::Pending;
                        }
                        self.waits_until = None;
                    }
                    Some(Act::Until(text)) => {
                        let bytes = self.received.bytes.borrow();
                        if !bytes.windows(text.len()).any(|window| window == text.as_bytes()) {
                            return Poll::Pending;
                        }
                    }
                    Some(Act::End) | None => return Poll::Ready(Ok(0)),
                    Some(Act::Reset) => return Poll::Ready(Err(IoKind::ConnectionReset)),
                    Some(Act::Stay) => return Poll::Pending,
                }
                self.script.pop_front();
            }
        })
        .await
    }
}

impl Write for TestFlow {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, IoKind> {
        self.write_vectored(&[bytes]).await
    }

    async fn flush(&mut self) -> Result<(), IoKind> {
        Ok(())
    }
}

impl Flow for TestFlow {
    fn peer(&self) -> Option<SocketAddr> {
        Some(SocketAddr::from(([127, 0, 0, 1], 5)))
    }

    async fn close(&mut self) -> Result<(), IoKind> {
        self.received.closed.set(true);
        Ok(())
    }

    async fn write_vectored(&mut self, parts: &[&[u8]]) -> Result<usize, IoKind> {
        assert!(!self.received.closed.get(), "nothing is written after the end");
        let all = parts.concat();
        let room = self.carriage.takes - self.received.bytes.borrow().len().min(self.carriage.takes);
        let count = all.len().min(self.carriage.write).min(room);
        if count == 0 && !all.is_empty() {
            std::future::pending::<()>().await;
        }
        self.received.bytes.borrow_mut().extend_from_slice(&all[..count]);
        self.received.writes.set(self.received.writes.get() + 1);
        Ok(count)
    }
}

impl Drop for TestFlow {
    fn drop(&mut self) {
        self.received.dropped.set(true);
        if let Some(waker) = self.received.waker.take() {
            waker.wake();
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Closed;

impl std::fmt::Display for Closed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("closed")
    }
}

impl std::error::Error for Closed {}

impl Error for Closed {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Closed
    }
}

/// Gives its connections, then ends: at a time, or else when the last one that it gave is gone.
#[derive(Debug)]
pub(crate) struct TestListener {
    flows: RefCell<VecDeque<TestFlow>>,
    stops: Option<Duration>,
    last: RefCell<Option<Rc<Received>>>,
    clock: Clock,
}

impl Network for TestListener {
    type Error = Closed;

    async fn serve<H: Handler>(&self, handler: H) -> Result<(), Closed> {
        lines::serve_lines(self, &self.clock, handler).await
    }
}

impl Listener for TestListener {
    type Flow = TestFlow;

    async fn accept(&self) -> Result<TestFlow, Closed> {
        if let Some(flow) = self.flows.borrow_mut().pop_front() {
            *self.last.borrow_mut() = Some(flow.received.clone());
            return Ok(flow);
        }
        if let Some(at) = self.stops {
            poll_fn(|cx| self.clock.poll_until(at, cx)).await;
            return Err(Closed);
        }
        poll_fn(|cx| match &*self.last.borrow() {
            Some(last) if !last.dropped.get() => {
                *last.waker.borrow_mut() = Some(cx.waker().clone());
                Poll::Pending
            }
            _ => Poll::Ready(Err(Closed)),
        })
        .await
    }

    fn local(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], 80))
    }
}

/// A run of a server.
#[derive(Debug, Default)]
pub(crate) struct Run {
    pub(crate) limits: Limits,
    pub(crate) stops: Option<Duration>,
    pub(crate) clock: Clock,
}

impl Run {
    /// Serves clients until the last is gone. Gives what each has got, and the time that it took.
    #[track_caller]
    pub(crate) fn serve(
        &self,
        handler: impl Handler,
        clients: Vec<(Vec<Act>, Carriage)>,
    ) -> (Vec<Rc<Received>>, Duration) {
        let flow = |(script, carriage): (Vec<Act>, Carriage)| TestFlow {
            script: script.into(),
            waits_until: None,
            clock: self.clock.clone(),
            carriage,
            received: Rc::default(),
        };
        let flows: VecDeque<_> = clients.into_iter().map(flow).collect();
        let received = flows.iter().map(|flow| flow.received.clone()).collect();
        let (stops, clock) = (self.stops, self.clock.clone());
        let listener = TestListener { flows: flows.into(), stops, last: RefCell::default(), clock };
        let served = self.clock.run(async {
            let server = Server::new(listener, self.clock.clone(), self.clock.clone()).await;
            let Ok(server) = server;
            server.with_limits(self.limits).serve(handler).await
        });
        assert!(matches!(served, Some(Ok(()))), "the server does not hang and ends well");
        (received, Monotonic::now(&self.clock))
    }
}
