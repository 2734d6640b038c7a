//! The life of a connection: read, answer what has come, write once, wait for more (RFC 9112 §9).
//!
//! Answers to pipelined requests gather in one buffer and leave together; large content is written from where it lies. The connection
//! ends when either side says so, after a refusal, or when a limit is reached.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::net::SocketAddr;

use log::debug;
use unik::Bytes;
use unik::clock::{Sleep, Wall};
use unik::http::{Body, Handler, Method, Request, Response, Status};
use unik::net::Flow;

use crate::answer::{self, Frame, Persistence};
use crate::conditional::Version;
use crate::content;
use crate::fields::{Fields, Framing};
use crate::head::{Head, may_end};
use crate::input::Input;
use crate::link::{Broken, Link};
use crate::plan::{Plan, plan};
use crate::refusal::Refusal;
use crate::server::Shared;
use crate::stop::Seat;

/// Content up to this size is copied behind its head; more is written from where it lies.
const COPIED: usize = 4 * 1024;
/// How long the head of an answer usually is at most.
const HEAD: usize = 384;
/// How much of a content is asked for at a time, and how much may gather before it is written.
const CHUNK: usize = 64 * 1024;

/// Why a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The last answer said so.
    Said,
    /// A request is refused; the answer that says so is still to be written.
    Refused(Refusal),
    /// It cannot go on.
    Broken(Broken),
}

impl From<Broken> for End {
    fn from(broken: Broken) -> End {
        End::Broken(broken)
    }
}

/// Serves one connection until it ends.
pub(crate) async fn run<F: Flow, S: Sleep, W: Wall, H: Handler>(flow: F, shared: &Shared<'_, S, W, H>) {
    let peer = flow.peer();
    let mut connection = Connection {
        link: Link::new(flow, shared.sleep),
        input: Input::new(),
        out: Vec::new(),
        content: None,
        seen: 0,
        timed: false,
        answers: 0,
        seat: shared.stop.seat(),
        peer,
        shared,
    };
    let end = connection.requests().await;
    connection.end(end).await;
}

struct Connection<'s, F, S, W, H> {
    link: Link<'s, F, S>,
    input: Input,
    /// Answers that are not written yet.
    out: Vec<u8>,
    /// The content of the request at the start of the input, once it has been read.
    content: Option<Vec<u8>>,
    /// How much of an incomplete head has been looked at.
    seen: usize,
    /// Whether the time of that head runs.
    timed: bool,
    answers: u64,
    seat: Seat<'s>,
    peer: Option<SocketAddr>,
    shared: &'s Shared<'s, S, W, H>,
}

/// What a look at the input came to.
enum Step {
    /// A request was answered; whether the connection goes on.
    Answered { persistent: bool },
    /// There is a head whose content has to be read first.
    Content { head: usize, framing: Framing, expects: bool },
    /// There is no whole head.
    More,
}

impl<F: Flow, S: Sleep, W: Wall, H: Handler> Connection<'_, F, S, W, H> {
    async fn requests(&mut self) -> End {
        loop {
            // What a request needs is given back when it is answered: a connection that waits holds little, and the next request
            // that is served, on whichever connection, finds the same memory in the cache.
            let step = if self.input.is_empty() { Ok(Step::More) } else { Box::pin(self.step()).await };
            let result = match step {
                Ok(Step::Answered { persistent: true }) if self.out.len() < CHUNK => continue,
                Ok(Step::Answered { persistent: true }) => self.write_out().await,
                Ok(Step::Answered { persistent: false }) => return End::Said,
                Ok(Step::Content { head, framing, expects }) => {
                    self.read_content(head, framing, expects).await
                }
                Ok(Step::More) => self.read().await,
                Err(end) => return end,
            };
            if let Err(end) = result {
                return end;
            }
        }
    }

    /// Answers the request at the start of the input, if it is whole.
    async fn step(&mut self) -> Result<Step, End> {
        let Connection { shared, input, content, .. } = self;
        let bytes = input.unused();
        let more = bytes.is_empty()
            || (self.seen > 0 && bytes.len() < shared.limits.head && !may_end(bytes, self.seen));
        let mut fields = Fields::new();
        let head = if more {
            None
        } else {
            Head::parse(bytes, &mut fields, shared.limits.head).map_err(End::Refused)?
        };
        let Some(head) = head else {
            self.seen = bytes.len();
            return Ok(Step::More);
        };
        let length = head.length;
        if head.known.framing != Framing::Empty && content.is_none() {
            return Ok(Step::Content {
                head: length,
                framing: head.known.framing,
                expects: head.known.expects,
            });
        }
        let request = Request {
            method: head.method,
            path: &head.target.path,
            query: head.target.query,
            fields: fields.all(),
            body: content.as_deref().unwrap_or_default(),
            peer: self.peer,
        };
        let response = shared.handler.handle(&request).await;
        self.answers += 1;
        let persistent = head.persistent() && !shared.stop.asked() && self.answers < shared.limits.requests;
        let frame = |date| Frame {
            date,
            persistence: match (persistent, head.minor) {
                (false, _) => Persistence::Close,
                (true, 0) => Persistence::KeepAlive,
                (true, _) => Persistence::Usual,
            },
        };
        let mut writer = Writer { link: &mut self.link, out: &mut self.out, shared };
        writer.answer(&head, &request, response, frame).await?;
        input.consume(length);
        *content = None;
        (self.seen, self.timed) = (0, false);
        Ok(Step::Answered { persistent })
    }

    /// Writes what has gathered, then waits for more to read.
    async fn read(&mut self) -> Result<(), End> {
        self.write_out().await?;
        let limits = &self.shared.limits;
        if self.input.is_empty() {
            return Ok(self.link.read_first(&mut self.input, limits.head, limits.idle, &self.seat).await?);
        }
        if !core::mem::replace(&mut self.timed, true) {
            self.link.expect_within(limits.request);
        }
        match self.link.read_more(self.input.room(limits.head)).await {
            Err(Broken::Late) => Err(End::Refused(Refusal::Timeout)),
            Err(Broken::Ended) => Err(End::Refused(self.incomplete())),
            result => {
                self.input.came(result?);
                Ok(())
            }
        }
    }

    /// What is wrong with a head that ends before its end: perhaps something worse, which was not looked for yet.
    fn incomplete(&self) -> Refusal {
        let parsed = Head::parse(self.input.unused(), &mut Fields::new(), self.shared.limits.head);
        parsed.err().unwrap_or(Refusal::Malformed("a head that ends early"))
    }

    async fn read_content(&mut self, head: usize, framing: Framing, expects: bool) -> Result<(), End> {
        let limits = &self.shared.limits;
        if matches!(framing, Framing::Length(length) if length > limits.body) {
            return Err(End::Refused(Refusal::ContentTooLarge));
        }
        // A client that has begun to send does not wait to be asked.
        if expects && self.input.unused().len() == head {
            self.out.extend_from_slice(answer::CONTINUE);
        }
        self.write_out().await?;
        self.content = Some(content::read(&mut self.link, &mut self.input, head, framing, limits).await?);
        Ok(())
    }

    async fn write_out(&mut self) -> Result<(), End> {
        let mut writer = Writer { link: &mut self.link, out: &mut self.out, shared: self.shared };
        writer.write(&[]).await?;
        Ok(self.link.flush(self.shared.limits.progress).await?)
    }

    /// Says what is left to say, and goes.
    async fn end(mut self, end: End) {
        match end {
            End::Broken(broken) => {
                // What was answered before is still owed; the peer may have ended only its own side.
                let _ = self.write_out().await;
                return debug!("{}: {broken}", Peer(self.peer));
            }
            End::Refused(refusal) => {
                let date = self.shared.date(self.shared.now());
                let frame = Frame { date, persistence: Persistence::Close };
                answer::page(&mut self.out, refusal.status(), refusal.reason(), true, frame);
                debug!("{}: {} {}", Peer(self.peer), refusal.status(), refusal.reason());
            }
            End::Said => {}
        }
        if self.write_out().await.is_ok() {
            let mut scrap = [0; 512];
            self.link.linger(self.shared.limits.linger, CHUNK, &mut scrap).await;
        }
    }
}

/// What is needed to write while the request is still in the input.
struct Writer<'w, 's, F, S, W, H> {
    link: &'w mut Link<'s, F, S>,
    out: &'w mut Vec<u8>,
    shared: &'w Shared<'s, S, W, H>,
}

impl<F: Flow, S: Sleep, W: Wall, H: Handler> Writer<'_, '_, F, S, W, H> {
    async fn answer(
        &mut self,
        head: &Head<'_>,
        request: &Request<'_>,
        response: Response<H::Body>,
        frame: impl Fn([u8; crate::date::LENGTH]) -> Frame,
    ) -> Result<(), End> {
        let now = self.shared.now();
        let frame = frame(self.shared.date(now));
        let asked = head.method != Method::Head;
        if !answer::allowed(&response) {
            debug!("{}: an answer that the protocol forbids", request.path);
            answer::page(self.out, Status::INTERNAL_SERVER_ERROR, "", asked, frame);
            return Ok(());
        }
        let etag = response.tag.map(|tag| answer::etag(tag.0));
        let etag = etag.as_ref().and_then(|etag| core::str::from_utf8(etag).ok());
        // A time of change that is still to come would compare wrongly later (RFC 9110 §8.8.2.1).
        let modified = response
            .modified
            .and_then(|modified| u64::try_from(modified.seconds).ok())
            .map(|time| time.min(now));
        let length = response.body.length();
        let version = Version { etag, modified };
        let plan = plan(head.method, &head.known, request.fields, (response.status, length), version, now);
        let part = match &plan {
            Plan::Failed => {
                answer::page(self.out, Status::PRECONDITION_FAILED, "", asked, frame);
                return Ok(());
            }
            Plan::Unsatisfiable => {
                answer::unsatisfiable(self.out, length, frame);
                return Ok(());
            }
            Plan::Whole if asked && !answer::bodiless(response.status) => 0..length,
            Plan::Whole | Plan::NotModified => 0..0,
            Plan::Part(part) => part.clone(),
        };
        // The first piece is read before the head is written, while there is still another answer to give.
        let first = match piece(&response.body, part.start, part.end).await {
            Ok(first) => first,
            Err(reason) => {
                debug!("{}: {reason}", request.path);
                answer::page(self.out, Status::INTERNAL_SERVER_ERROR, "", asked, frame);
                return Ok(());
            }
        };
        let copied = first.len() <= COPIED && first.len() as u64 == part.end - part.start;
        self.out.reserve(HEAD + if copied { first.len() } else { 0 });
        answer::head(self.out, &response, &plan, (etag, modified), length, frame);
        if copied {
            self.out.extend_from_slice(&first);
            return Ok(());
        }
        let mut at = part.start + first.len() as u64;
        self.write(&first).await?;
        while at < part.end {
            match piece(&response.body, at, part.end).await {
                Ok(piece) => {
                    self.write(&piece).await?;
                    at += piece.len() as u64;
                }
                // The head has promised more than there is: only hanging up tells the client.
                Err(reason) => {
                    debug!("{}: {reason}", request.path);
                    return Err(End::Broken(Broken::Failed));
                }
            }
        }
        Ok(())
    }

    /// Writes what has gathered, and content behind it.
    async fn write(&mut self, content: &[u8]) -> Result<(), Broken> {
        if self.out.is_empty() && content.is_empty() {
            return Ok(());
        }
        let written = self.link.write(self.out, content, self.shared.limits.progress).await;
        *self.out = Vec::new();
        written
    }
}

/// The next piece of a content from `at` on, not beyond `end`; empty only if they are the same.
async fn piece<B: Body>(body: &B, at: u64, end: u64) -> Result<Bytes, Torn<B::Error>> {
    if at >= end {
        return Ok(Bytes::new());
    }
    let length = usize::try_from(end - at).unwrap_or(CHUNK).min(CHUNK);
    let mut piece = body.read(at, length).await.map_err(Torn::Failed)?;
    piece.truncate(length);
    if piece.is_empty() { Err(Torn::Short) } else { Ok(piece) }
}

/// Why a content cannot be sent to its end.
enum Torn<E> {
    Failed(E),
    Short,
}

impl<E: core::fmt::Display> core::fmt::Display for Torn<E> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Torn::Failed(error) => error.fmt(f),
            Torn::Short => f.write_str("the content is shorter than it was said to be"),
        }
    }
}

/// Who is at the other end, for the log.
struct Peer(Option<SocketAddr>);

impl core::fmt::Display for Peer {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self.0 {
            Some(address) => address.fmt(f),
            None => f.write_str("a connection"),
        }
    }
}
