//! What a request to the page's host is answered: the page, messages, events. Who may ask at all is decided here, before anything
//! else: only a program that speaks to the host by its own address, and that knows the token.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, Stream};
use http_body_util::{BodyExt, Full, Limited, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::header::{
    ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, HeaderMap, HeaderName, HeaderValue,
    ORIGIN, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use hyper::{Method, Request, Response, StatusCode};
use serde_json::Value;
use tokio::sync::broadcast::{self, Receiver, Sender, error::RecvError};
use tokio::time::timeout;

use crate::page;
use crate::session::{Reply, Session, changed};
use crate::token::Token;

/// The longest message of a page, in bytes: a configuration with very many keys.
const LONGEST_MESSAGE: usize = 256 << 10;

/// How many news a slow page may have before it, until it is only told that something changed.
const MOST_NEWS: usize = 64;

/// After which time of silence a page hears that its host is there.
const SILENCE: Duration = Duration::from_secs(15);

type Body = http_body_util::combinators::UnsyncBoxBody<Bytes, Infallible>;

/// What all requests share.
#[derive(Debug)]
pub(crate) struct Shared {
    session: Mutex<Session>,
    news: Sender<String>,
    token: Token,
    /// The address, as it stands in `Host`.
    host: String,
}

/// Why a request is refused.
struct Refusal(StatusCode, &'static str);

impl Shared {
    pub(crate) fn new(session: Session, token: Token, host: String) -> Self {
        Self { session: Mutex::new(session), news: broadcast::channel(MOST_NEWS).0, token, host }
    }

    /// Tells all pages.
    pub(crate) fn tell(&self, news: Vec<Value>) {
        for message in news {
            // Nobody listens if no page is open.
            drop(self.news.send(message.to_string()));
        }
    }

    /// A panic of another thread leaves a state that can be asked again: questions do not change it halfway.
    pub(crate) fn session(&self) -> MutexGuard<'_, Session> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hear(&self, message: &[u8]) -> Result<Vec<Value>, Refusal> {
        const REFUSAL: Refusal = Refusal(StatusCode::BAD_REQUEST, "no message of a page");
        let message: Value = serde_json::from_slice(message).map_err(|_| REFUSAL)?;
        let Reply { answer, news } = self.session().hear(&message).map_err(|_| REFUSAL)?;
        self.tell(news);
        Ok(answer)
    }
}

/// Answers a request.
pub(crate) async fn respond(
    shared: Arc<Shared>,
    request: Request<Incoming>,
) -> Result<Response<Body>, Infallible> {
    let mut response = match answer(shared, request).await {
        Ok(response) => response,
        Err(Refusal(status, reason)) => {
            let mut response = Response::new(whole(format!("{reason}\n")));
            *response.status_mut() = status;
            set(response.headers_mut(), CONTENT_TYPE, "text/plain; charset=utf-8");
            response
        }
    };
    let headers = response.headers_mut();
    set(headers, X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(headers, X_FRAME_OPTIONS, "DENY");
    set(headers, CACHE_CONTROL, "no-store");
    // The address has the token in it: no other server may see it.
    set(headers, REFERRER_POLICY, "no-referrer");
    set(headers, HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    set(headers, HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    Ok(response)
}

async fn answer(shared: Arc<Shared>, request: Request<Incoming>) -> Result<Response<Body>, Refusal> {
    let own = |name| request.headers().get_all(name).iter().collect::<Vec<&HeaderValue>>();
    // A page of another name that leads here, or a form of another page, is not ours.
    if own(HOST) != [shared.host.as_str()] {
        return Err(Refusal(StatusCode::MISDIRECTED_REQUEST, "this is not the address of the page"));
    }
    let origin = format!("http://{}", shared.host);
    if own(ORIGIN).iter().any(|given| *given != origin.as_str()) {
        return Err(Refusal(StatusCode::FORBIDDEN, "another page may not ask"));
    }
    let allowed = match request.uri().path() {
        "/" | "/events" => Method::GET,
        "/message" => Method::POST,
        _ => return Err(Refusal(StatusCode::NOT_FOUND, "there is nothing here")),
    };
    if request.method() != allowed {
        let mut response = Response::new(whole(String::new()));
        *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
        set(response.headers_mut(), ALLOW, allowed.as_str());
        return Ok(response);
    }
    let words = request.uri().query().unwrap_or_default().split('&');
    let mut tokens = words.filter_map(|word| word.strip_prefix("token="));
    if !tokens.next().is_some_and(|given| shared.token.is(given)) {
        let reason = "the address of the page ends with a token: take the one that unikc preview has printed";
        return Err(Refusal(StatusCode::FORBIDDEN, reason));
    }
    match request.uri().path() {
        "/" => the_page(),
        "/events" => Ok(events(shared.news.subscribe())),
        _ => message(shared, request).await,
    }
}

fn the_page() -> Result<Response<Body>, Refusal> {
    let nonce = Token::new()
        .map_err(|_| Refusal(StatusCode::INTERNAL_SERVER_ERROR, "the system has no random numbers"))?;
    let mut response = Response::new(whole(page::document(nonce.as_str(), None)));
    set(response.headers_mut(), CONTENT_TYPE, "text/html; charset=utf-8");
    let policy = format!("{}; frame-ancestors 'none'", page::policy(nonce.as_str()));
    set(response.headers_mut(), CONTENT_SECURITY_POLICY, &policy);
    Ok(response)
}

/// One message, answered with a list of messages.
async fn message(shared: Arc<Shared>, request: Request<Incoming>) -> Result<Response<Body>, Refusal> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.split(';').next().map(str::trim) != Some("application/json") {
        return Err(Refusal(StatusCode::UNSUPPORTED_MEDIA_TYPE, "a message is JSON"));
    }
    let body = Limited::new(request.into_body(), LONGEST_MESSAGE).collect();
    let body = timeout(SILENCE, body).await;
    let body = body.map_err(|_| Refusal(StatusCode::REQUEST_TIMEOUT, "the message does not end"))?;
    let body = body.map_err(|_| Refusal(StatusCode::PAYLOAD_TOO_LARGE, "no message is so long"))?.to_bytes();
    let answered = tokio::task::spawn_blocking(move || shared.hear(&body)).await;
    let answer =
        answered.map_err(|_| Refusal(StatusCode::INTERNAL_SERVER_ERROR, "this is a bug of unikc"))??;
    let mut response = Response::new(whole(Value::Array(answer).to_string()));
    set(response.headers_mut(), CONTENT_TYPE, "application/json");
    Ok(response)
}

/// What the host says unasked, for as long as the page listens.
fn events(news: Receiver<String>) -> Response<Body> {
    let mut response = Response::new(BodyExt::boxed_unsync(StreamBody::new(frames(news))));
    set(response.headers_mut(), CONTENT_TYPE, "text/event-stream");
    response
}

fn frames(news: Receiver<String>) -> impl Stream<Item = Result<Frame<Bytes>, Infallible>> {
    let frame = |text: String| Ok(Frame::data(Bytes::from(text)));
    // The first words make the browser see that it is connected.
    stream::unfold((news, true), move |(mut news, first)| async move {
        let text = if first {
            ": unikc preview\n\n".to_owned()
        } else {
            match timeout(SILENCE, news.recv()).await {
                Ok(Ok(message)) => format!("data: {message}\n\n"),
                Ok(Err(RecvError::Lagged(_))) => format!("data: {}\n\n", changed()),
                Ok(Err(RecvError::Closed)) => return None,
                Err(_) => ":\n\n".to_owned(),
            }
        };
        Some((frame(text), (news, false)))
    })
}

fn whole(text: String) -> Body {
    Full::new(Bytes::from(text)).boxed_unsync()
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    let value = HeaderValue::from_str(value).expect("what is set has no line breaks");
    headers.insert(name, value);
}
