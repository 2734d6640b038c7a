//! Raw request lines: the simplest protocol that fetches a file, and what a bare listener speaks.
//!
//! The peer sends one line, the path (`/index.html`), ended by LF or CR LF. The answer is the content, and nothing
//! else; then the connection closes. A handler sees a GET. There is no status: what the handler says when something is
//! wrong (its 404 page) is the answer.

use core::time::Duration;

use super::{Flow, Listener, serve_each};
use crate::clock::{Deadline, Sleep};
use crate::http::{Body, Handler, Method, Request};

/// The longest line, its end included, in bytes. A longer one ends the connection.
pub const LONGEST_LINE: usize = 4096;
/// How long a peer may take to send its line.
pub const LINE_TIME: Duration = Duration::from_secs(10);
/// How long a peer may take no byte of the answer.
pub const WRITE_TIME: Duration = Duration::from_secs(30);
/// How long we wait for the peer to close once it has its answer.
pub const CLOSE_TIME: Duration = Duration::from_secs(1);
/// How many connections at a time.
pub const MOST_CONNECTIONS: usize = 10_000;
/// How much of a content is in memory at a time, in bytes.
const CHUNK: usize = 64 * 1024;

/// Serves raw request lines on a listener: what [`super::Network::serve`] of every listener does.
pub async fn serve_lines<L: Listener, H: Handler>(
    listener: &L,
    sleep: &impl Sleep,
    handler: H,
) -> Result<(), L::Error> {
    serve_each(
        listener,
        MOST_CONNECTIONS,
        async |mut flow| {
            // What goes wrong with one connection concerns only its peer, who sees it close.
            let _ = answer(&mut flow, sleep, &handler).await;
        },
        || {},
    )
    .await
}

/// Why a connection ended before its answer.
struct Ended;

async fn answer<F: Flow>(flow: &mut F, sleep: &impl Sleep, handler: &impl Handler) -> Result<(), Ended> {
    let mut deadline = Deadline::new(sleep);
    let mut buffer = [0; LONGEST_LINE];
    deadline.set(LINE_TIME);
    let line = read_line(flow, &mut deadline, &mut buffer).await?;
    let path = core::str::from_utf8(line).map_err(|_| Ended)?;
    let mut request = Request::new(Method::Get, path);
    request.peer = flow.peer();
    let body = handler.handle(&request).await.body;

    let mut at = 0;
    while at < body.length() {
        let chunk = body.read(at, CHUNK).await.map_err(|_| Ended)?;
        if chunk.is_empty() {
            return Err(Ended);
        }
        let mut rest = &chunk[..];
        while !rest.is_empty() {
            deadline.set(WRITE_TIME);
            let taken = deadline.limit(flow.write(rest)).await.map_err(|_| Ended)?.map_err(|_| Ended)?;
            rest = rest.get(taken..).ok_or(Ended)?;
        }
        at += chunk.len() as u64;
    }

    deadline.set(CLOSE_TIME);
    deadline.limit(flow.close()).await.map_err(|_| Ended)?.map_err(|_| Ended)?;
    // Closing with unread bytes would reset the connection and could cost the peer the end of its answer.
    let mut ignored = 0;
    while ignored < LONGEST_LINE {
        match deadline.limit(flow.read(&mut buffer)).await {
            Ok(Ok(count)) if count > 0 => ignored += count,
            _ => break,
        }
    }
    Ok(())
}

/// The bytes before the first end of line.
async fn read_line<'b, F: Flow>(
    flow: &mut F,
    deadline: &mut Deadline<'_, impl Sleep>,
    buffer: &'b mut [u8],
) -> Result<&'b [u8], Ended> {
    let mut filled = 0;
    let end = loop {
        let count =
            deadline.limit(flow.read(&mut buffer[filled..])).await.map_err(|_| Ended)?.map_err(|_| Ended)?;
        if count == 0 {
            // The peer has ended, or the buffer is full.
            return Err(Ended);
        }
        let fresh = &buffer[filled..filled + count];
        if let Some(at) = fresh.iter().position(|byte| *byte == b'\n') {
            break filled + at;
        }
        filled += count;
    };
    let line = &buffer[..end];
    Ok(line.strip_suffix(b"\r").unwrap_or(line))
}
