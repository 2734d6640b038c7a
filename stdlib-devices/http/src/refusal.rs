//! Why the server itself answers a request, instead of the handler: and that it hangs up afterwards.
//!
//! After any of these the place at which the next request starts is in doubt, or the client is; so the connection ends with the answer.

use unik::http::Status;

/// A request that no handler sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Not a request, or one that could be read in two ways. Says what is wrong with it.
    Malformed(&'static str),
    /// The head did not come in time.
    Timeout,
    /// The content is larger than the server takes.
    ContentTooLarge,
    /// The request line is longer than a head may be.
    TargetTooLong,
    /// An `Expect` that is not `100-continue`.
    Expectation,
    /// The fields are too many, or too long.
    FieldsTooLarge,
    /// A transfer coding other than chunked.
    Coding,
    /// A method that is not known, or CONNECT: this is no proxy.
    Method,
    /// A version other than HTTP/1.x.
    Version,
}

impl Refusal {
    /// The status of the answer (RFC 9110 §15, RFC 6585 §5).
    pub(crate) fn status(self) -> Status {
        match self {
            Refusal::Malformed(_) => Status::BAD_REQUEST,
            Refusal::Timeout => Status::REQUEST_TIMEOUT,
            Refusal::ContentTooLarge => Status::CONTENT_TOO_LARGE,
            Refusal::TargetTooLong => Status::URI_TOO_LONG,
            Refusal::Expectation => Status::EXPECTATION_FAILED,
            Refusal::FieldsTooLarge => Status::HEADER_FIELDS_TOO_LARGE,
            Refusal::Coding | Refusal::Method => Status::NOT_IMPLEMENTED,
            Refusal::Version => Status::VERSION_NOT_SUPPORTED,
        }
    }

    /// What is wrong, for people.
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Refusal::Malformed(reason) => reason,
            Refusal::Timeout => "the request did not come in time",
            Refusal::ContentTooLarge => "the content is too large",
            Refusal::TargetTooLong => "the request line is too long",
            Refusal::Expectation => "an expectation that is not met",
            Refusal::FieldsTooLarge => "too many fields, or too long ones",
            Refusal::Coding => "a transfer coding other than chunked",
            Refusal::Method => "a method that is not known here",
            Refusal::Version => "a version other than HTTP/1.1",
        }
    }
}
