//! Reading a request's content: of a known length, or chunked (RFC 9112 §6).
//!
//! Content is whole before a handler sees it, so its size and its time are limited. It is taken out from behind its head, which
//! stays in the buffer: the next request then follows the head directly.

use alloc::vec::Vec;

use unik::clock::Sleep;
use unik::net::Flow;

use crate::chunked::Chunked;
use crate::end::{Broken, End};
use crate::fields::Framing;
use crate::input::Input;
use crate::limits::Limits;
use crate::link::Link;
use crate::refusal::Refusal;

/// How much memory is taken ahead of what has come.
const AHEAD: usize = 16 * 1024;

/// Reads the content that stands behind a head of `head` bytes.
pub(crate) async fn read<F: Flow, S: Sleep>(
    link: &mut Link<'_, F, S>,
    input: &mut Input<'_>,
    head: usize,
    framing: Framing,
    limits: &Limits,
) -> Result<Vec<u8>, End> {
    link.expect_within(limits.content);
    match framing {
        Framing::Empty => Ok(Vec::new()),
        Framing::Length(length) => {
            let length = usize::try_from(length).map_err(|_| End::Refused(Refusal::ContentTooLarge))?;
            of_length(link, input, head, length).await
        }
        Framing::Chunked => chunked(link, input, head, limits).await,
    }
}

async fn of_length<F: Flow, S: Sleep>(
    link: &mut Link<'_, F, S>,
    input: &mut Input<'_>,
    head: usize,
    length: usize,
) -> Result<Vec<u8>, End> {
    let here = &input.unused()[head..];
    let mut content = here[..here.len().min(length)].to_vec();
    input.remove(head, content.len());
    let mut filled = content.len();
    while filled < length {
        content.resize(length.min(filled + AHEAD), 0);
        filled += link.read_more(&mut content[filled..]).await.map_err(late)?;
    }
    Ok(content)
}

async fn chunked<F: Flow, S: Sleep>(
    link: &mut Link<'_, F, S>,
    input: &mut Input<'_>,
    head: usize,
    limits: &Limits,
) -> Result<Vec<u8>, End> {
    let mut chunked = Chunked::new(limits.head);
    let mut content = Vec::new();
    loop {
        let here = &input.unused()[head..];
        let step =
            chunked.feed(here).map_err(|_| End::Refused(Refusal::Malformed("a chunk that is none")))?;
        content.extend_from_slice(&here[step.content]);
        if content.len() as u64 > limits.body {
            return Err(End::Refused(Refusal::ContentTooLarge));
        }
        input.remove(head, step.used);
        if chunked.done() {
            return Ok(content);
        }
        if step.used == 0 {
            let count = link.read_more(input.room(head + AHEAD)).await.map_err(late)?;
            input.came(count);
        }
    }
}

fn late(broken: Broken) -> End {
    match broken {
        Broken::Late => End::Refused(Refusal::Timeout),
        Broken::Ended => End::Refused(Refusal::Malformed("content that ends early")),
        Broken::Failed | Broken::Stopped => End::Broken(broken),
    }
}
