//! A connection's flow with its deadlines: every wait for the peer goes through here.
//!
//! A clock is asked only when there is something to wait for. A peer that never makes us wait is made to wait itself, after some
//! turns, so that it does not keep the other connections from theirs.

use core::future::{Future, poll_fn};
use core::pin::pin;
use core::task::Poll;
use core::time::Duration;

use unik::clock::{Deadline, Sleep};
use unik::concurrent::yield_now;
use unik::net::Flow;

use crate::end::Broken;
use crate::input::Input;
use crate::stop::Seat;

/// How often a peer may be served without a wait before the others have their turn.
const TURNS: u32 = 16;

/// A flow and when it has to go on.
pub(crate) struct Link<'s, F, S> {
    flow: F,
    deadline: Deadline<'s, S>,
    turns: u32,
    /// Whether something was written since the last flush.
    written: bool,
}

impl<'s, F: Flow, S: Sleep> Link<'s, F, S> {
    pub(crate) fn new(flow: F, sleep: &'s S) -> Self {
        Link { flow, deadline: Deadline::new(sleep), turns: 0, written: false }
    }

    /// Reads the first bytes of a request of at most `most`, unless the server stops.
    pub(crate) async fn read_first(
        &mut self,
        input: &mut Input<'_>,
        most: usize,
        idle: Duration,
        seat: &Seat<'_>,
    ) -> Result<(), Broken> {
        self.turn().await;
        let Link { flow, deadline, turns, .. } = self;
        let read = async {
            flow.readable().await;
            let count = flow.read(input.room(most)).await?;
            input.came(count);
            Ok::<_, F::Error>(count)
        };
        let mut read = pin!(read);
        let first = poll_fn(|cx| {
            if let Poll::Ready(result) = read.as_mut().poll(cx) {
                return Poll::Ready(Some(result));
            }
            *turns = 0;
            seat.poll(cx).map(|()| None)
        });
        match deadline.limit_from(idle, first).await {
            Ok(Some(Ok(0))) => Err(Broken::Ended),
            Ok(Some(Ok(_))) => Ok(()),
            Ok(Some(Err(_))) => Err(Broken::Failed),
            Ok(None) => Err(Broken::Stopped),
            Err(_) => Err(Broken::Late),
        }
    }

    /// Sets when what is read from now on has to be there as a whole.
    pub(crate) fn expect_within(&mut self, limit: Duration) {
        self.deadline.set(limit);
    }

    /// Reads more of what is expected.
    pub(crate) async fn read_more(&mut self, room: &mut [u8]) -> Result<usize, Broken> {
        self.turn().await;
        match self.deadline.limit(self.flow.read(room)).await {
            Ok(Ok(0)) => Err(Broken::Ended),
            Ok(Ok(count)) => Ok(count),
            Ok(Err(_)) => Err(Broken::Failed),
            Err(_) => Err(Broken::Late),
        }
    }

    /// Writes both, one after the other; each step has its time.
    pub(crate) async fn write(
        &mut self,
        first: &[u8],
        second: &[u8],
        progress: Duration,
    ) -> Result<(), Broken> {
        let (mut first, mut second) = (first, second);
        self.written = true;
        while !first.is_empty() || !second.is_empty() {
            let taken = if second.is_empty() {
                self.deadline.limit_from(progress, self.flow.write(first)).await
            } else {
                self.turn().await;
                self.deadline.limit_from(progress, self.flow.write_vectored(&[first, second])).await
            };
            let taken = match taken {
                Ok(Ok(0)) | Ok(Err(_)) => return Err(Broken::Failed),
                Ok(Ok(taken)) => taken,
                Err(_) => return Err(Broken::Late),
            };
            let of_first = taken.min(first.len());
            first = &first[of_first..];
            second = &second[(taken - of_first).min(second.len())..];
        }
        Ok(())
    }

    /// Lets a flow that holds bytes back let go of them.
    pub(crate) async fn flush(&mut self, progress: Duration) -> Result<(), Broken> {
        if !core::mem::replace(&mut self.written, false) {
            return Ok(());
        }
        match self.deadline.limit_from(progress, self.flow.flush()).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(Broken::Failed),
            Err(_) => Err(Broken::Late),
        }
    }

    /// Says that nothing more comes, and reads over what the peer had sent before it heard of it, so that the last answer is not
    /// lost to a reset (RFC 9112 §9.6).
    pub(crate) async fn linger(&mut self, limit: Duration, most: usize, buffer: &mut [u8]) {
        self.deadline.set(limit);
        let Ok(Ok(())) = self.deadline.limit(self.flow.close()).await else { return };
        let mut ignored = 0;
        while ignored < most {
            match self.read_more(buffer).await {
                Ok(count) => ignored += count,
                Err(_) => return,
            }
        }
    }

    async fn turn(&mut self) {
        self.turns += 1;
        if self.turns > TURNS {
            self.turns = 0;
            yield_now().await;
        }
    }
}
