//! Many futures on one thread, without a global place to spawn them.
//!
//! A server owns the tasks of its connections: when it returns they have ended, and when it is dropped they are
//! dropped. A task that is woken is polled alone, whatever the number of the others.

use alloc::vec::Vec;
use core::fmt;
use core::future::{Future, poll_fn};
use core::pin::{Pin, pin};
use core::task::{Context, Poll};

use futures_util::Stream;
use futures_util::future::JoinAll;
use futures_util::stream::FuturesUnordered;

/// Futures that run side by side and whose results come as they finish.
pub struct Tasks<F>(FuturesUnordered<F>);

impl<F: Future> Tasks<F> {
    /// None yet.
    pub fn new() -> Self {
        Self(FuturesUnordered::new())
    }

    /// Adds one; it is polled from the next [`Tasks::poll_next`] on.
    pub fn push(&mut self, future: F) {
        self.0.push(future);
    }

    /// How many have not finished.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether all have finished.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The result of the next that finishes; nothing if all have.
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<F::Output>> {
        Pin::new(&mut self.0).poll_next(cx)
    }

    /// Those that have not finished.
    pub fn into_rest(self) -> impl Iterator<Item = F>
    where
        F: Unpin,
    {
        self.0.into_iter()
    }

    /// The result of the next that finishes; nothing if all have.
    pub async fn next(&mut self) -> Option<F::Output> {
        poll_fn(|cx| self.poll_next(cx)).await
    }
}

impl<F: Future> Default for Tasks<F> {
    fn default() -> Self {
        Self::new()
    }
}

impl<F> fmt::Debug for Tasks<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tasks").field("len", &self.0.len()).finish()
    }
}

/// The results of all, in their order, when all have finished.
pub fn join_all<F: Future>(futures: impl IntoIterator<Item = F>) -> JoinAll<F> {
    futures_util::future::join_all(futures)
}

/// The results of both.
pub async fn join<A: Future, B: Future>(a: A, b: B) -> (A::Output, B::Output) {
    futures_util::future::join(a, b).await
}

/// The result of whichever finishes first; the other is dropped. `a` wins if both are ready.
pub async fn race<T>(a: impl Future<Output = T>, b: impl Future<Output = T>) -> T {
    let (mut a, mut b) = (pin!(a), pin!(b));
    poll_fn(|cx| match a.as_mut().poll(cx) {
        Poll::Ready(value) => Poll::Ready(value),
        Poll::Pending => b.as_mut().poll(cx),
    })
    .await
}

/// Lets every other task that is ready run first.
pub async fn yield_now() {
    let mut yielded = false;
    poll_fn(|cx| {
        if core::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// The first of the given that is not `Ok`, when all have finished.
pub async fn all_ok<E>(futures: Vec<impl Future<Output = Result<(), E>>>) -> Result<(), E> {
    join_all(futures).await.into_iter().collect()
}
