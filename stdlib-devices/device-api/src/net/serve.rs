//! The loop that every server has: accept, run each connection beside the others, stop when asked to.

use core::future::{Future, poll_fn};
use core::pin::pin;
use core::task::Poll;

use super::Listener;
use crate::concurrent::Tasks;
use crate::{Error, ErrorKind};

/// How many connections are accepted in a row before those that run get their turn.
const BURST: usize = 32;

/// Runs `connection` for each flow that `listener` accepts, at most `limit` at a time (at least one): more wait in the
/// listener's queue. When the listener says `Closed`, waits for the connections that are left and gives `Ok`.
///
/// Connections that must end early because the program stops watch for it themselves: `draining` is called once, when
/// the listener has closed and the last ones are still running.
pub async fn serve_each<L: Listener>(
    listener: &L,
    limit: usize,
    connection: impl AsyncFn(L::Flow),
    draining: impl FnOnce(),
) -> Result<(), L::Error> {
    let mut running = Tasks::new();
    let mut burst = 0;
    let end = loop {
        let accepted = {
            let mut accept = pin!(listener.accept());
            poll_fn(|cx| {
                loop {
                    if running.len() < limit.max(1)
                        && burst < BURST
                        && let Poll::Ready(accepted) = accept.as_mut().poll(cx)
                    {
                        burst += 1;
                        return Poll::Ready(accepted);
                    }
                    let paused = core::mem::take(&mut burst) >= BURST;
                    // One that has ended may have made room for the next.
                    match running.poll_next(cx) {
                        Poll::Ready(Some(())) => {}
                        Poll::Ready(None) | Poll::Pending if paused => {}
                        Poll::Ready(None) | Poll::Pending => return Poll::Pending,
                    }
                }
            })
            .await
        };
        match accepted {
            Ok(flow) => running.push(connection(flow)),
            Err(error) => break error,
        }
    };
    draining();
    while running.next().await.is_some() {}
    if end.kind() == ErrorKind::Closed { Ok(()) } else { Err(end) }
}
