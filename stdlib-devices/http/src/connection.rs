//! The life of a connection: read, answer what has come, write once, wait for more (RFC 9112 §9).
//!
//! Answers to pipelined requests gather in one buffer and leave together; large content is written from where it lies. The connection
//! ends when either side says so, after a refusal, or when a limit is reached.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::net::SocketAddr;
use core::ops::Range;

use log::debug;
use unik::Bytes;
use unik::clock::{Sleep, Wall};
use unik::http::{Body, Handler, Method, Request, Response, Status};
use unik::net::Flow;

use crate::answer::{self, Frame, Persistence, Sent};
use crate::conditional::Version;
use crate::content;
use crate::end::{Broken, End};
use crate::fields::Framing;
use crate::head::{Head, may_end};
use crate::input::Input;
use crate::link::Link;
use crate::plan::{Plan, plan};
use crate::refusal::Refusal;
use crate::shared::Shared;
use crate::stop::Seat;

/// Content up to this size is copied behind its head; more is written from where it lies.
const COPIED: usize = 4 * 1024;
/// How long the head of an answer usually is at most.
const HEAD: usize = 384;
/// How much of a content is asked for at a time, and how much may gather before it is written.
const CHUNK: usize = 64 * 1024;

/// Serves one connection until it ends.
pub(crate) async fn run<F: Flow, S: Sleep, W: Wall, H: Handler>(flow: F, shared: &Shared<'_, S, W, H>) {
    let peer = flow.peer();
    let mut connection = Connection {
        link: Link::new(flow, shared.sleep),
        input: Input::new(&shared.input),
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
    // Only a connection that ends needs what follows, so those that go on do not hold it.
    Box::pin(connection.end(end)).await;
}

struct Connection<'s, F, S, W, H> {
    link: Link<'s, F, S>,
    input: Input<'s>,
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
            let step = if self.input.is_empty() { Ok(Step::More) } else { self.step().await };
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
        let head = if more {
            None
        } else {
            Head::parse(bytes, shared.limits.head, || shared.fields()).map_err(End::Refused)?
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
            fields: &head.fields,
            body: content.as_deref().unwrap_or_default(),
            peer: self.peer,
        };
        let response = shared.handler.handle(&request).await;
        self.answers += 1;
        let persistence = match (head.persistent(), head.minor) {
            (false, _) => Persistence::Close,
            _ if shared.stop.asked() || self.answers >= shared.limits.requests => Persistence::Close,
            (true, 0) => Persistence::KeepAlive,
            (true, _) => Persistence::Usual,
        };
        let mut writer = Writer { link: &mut self.link, out: &mut self.out, shared };
        writer.answer(&head, &request, &response, persistence).await?;
        shared.keep_fields(head.fields);
        input.consume(length);
        *content = None;
        (self.seen, self.timed) = (0, false);
        Ok(Step::Answered { persistent: persistence != Persistence::Close })
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
        let parsed = Head::parse(self.input.unused(), self.shared.limits.head, Vec::new);
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
    /// Appends an answer, or writes it if it is large.
    async fn answer(
        &mut self,
        head: &Head<'_>,
        request: &Request<'_>,
        response: &Response<H::Body>,
        persistence: Persistence,
    ) -> Result<(), End> {
        let now = self.shared.now();
        let frame = Frame { date: self.shared.date(now), persistence };
        let Some((part, sent)) = self.begin(head, request, response, (now, frame)) else { return Ok(()) };
        // The first piece is read before the head is written, while there is still another answer to give.
        let first = match piece(&response.body, part.start, part.end).await {
            Ok(first) => first,
            Err(reason) => {
                debug!("{}: {reason}", request.path);
                self.page(Status::INTERNAL_SERVER_ERROR, head, frame);
                return Ok(());
            }
        };
        let whole = first.len() as u64 == part.end - part.start;
        let copied = if whole && first.len() <= COPIED { &first[..] } else { &[] };
        if self.out.capacity() == 0 {
            *self.out = self.shared.out.take();
        }
        self.out.reserve(HEAD + copied.len());
        answer::head(self.out, response, &sent, frame);
        self.out.extend_from_slice(copied);
        if copied.len() == first.len() {
            return Ok(());
        }
        // Only large content needs what follows, so only its requests hold it.
        Box::pin(self.stream(request, response, first, part)).await
    }

    /// Decides how an answer is sent: which part, and what its head says. Nothing is left to send if a page of our own replaces it.
    fn begin(
        &mut self,
        head: &Head<'_>,
        request: &Request<'_>,
        response: &Response<H::Body>,
        (now, frame): (u64, Frame),
    ) -> Option<(Range<u64>, Sent)> {
        if !answer::allowed(response) {
            debug!("{}: an answer that the protocol forbids", request.path);
            self.page(Status::INTERNAL_SERVER_ERROR, head, frame);
            return None;
        }
        // A time of change that is still to come would compare wrongly later (RFC 9110 §8.8.2.1).
        let modified = response.modified.and_then(|modified| u64::try_from(modified.seconds).ok());
        let modified = modified.map(|time| time.min(now));
        let etag = response.tag.filter(|_| head.known.conditional()).map(|tag| answer::etag(tag.0));
        let length = response.body.length();
        let version = Version { etag: etag.as_ref().map(|etag| &etag[..]), modified };
        let plan = plan(head.method, &head.known, request.fields, (response.status, length), version, now);
        let part = match &plan {
            Plan::Failed => {
                self.page(Status::PRECONDITION_FAILED, head, frame);
                return None;
            }
            Plan::Unsatisfiable => {
                answer::unsatisfiable(self.out, length, frame);
                return None;
            }
            Plan::Whole if head.method != Method::Head && !answer::bodiless(response.status) => 0..length,
            Plan::Whole | Plan::NotModified => 0..0,
            Plan::Part(part) => part.clone(),
        };
        let ranges = response.status == Status::OK && matches!(head.method, Method::Get | Method::Head);
        Some((part, Sent { plan, modified, ranges, length }))
    }

    /// Writes content that is too large to be copied.
    async fn stream(
        &mut self,
        request: &Request<'_>,
        response: &Response<H::Body>,
        first: Bytes,
        part: Range<u64>,
    ) -> Result<(), End> {
        self.write(&first).await?;
        let mut at = part.start + first.len() as u64;
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

    fn page(&mut self, status: Status, head: &Head<'_>, frame: Frame) {
        answer::page(self.out, status, "", head.method != Method::Head, frame);
    }

    /// Writes what has gathered, and content behind it.
    async fn write(&mut self, content: &[u8]) -> Result<(), Broken> {
        if self.out.is_empty() && content.is_empty() {
            return Ok(());
        }
        let written = self.link.write(self.out, content, self.shared.limits.progress).await;
        let mut out = core::mem::take(self.out);
        if out.capacity() <= HEAD + COPIED {
            out.clear();
            self.shared.out.set(out);
        }
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
