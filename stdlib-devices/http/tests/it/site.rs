//! What the server of these tests serves: a page of each kind.

use std::time::Duration;

use unik::Bytes;
use unik::clock::{Sleep, Timestamp};
use unik::http::{Body, Handler, Method, Request, Response, Status};
use unik::kv::Tag;

use crate::doubles::{Clock, Closed, START};

/// The pages.
#[derive(Debug)]
pub(crate) struct Pages(pub Clock);

#[derive(Debug)]
pub(crate) enum Page {
    Bytes(Bytes),
    /// Promises ten bytes, gives five, then fails.
    Fails {
        from: u64,
    },
    /// Promises ten bytes, has five.
    Short,
}

impl Body for Page {
    type Error = Closed;

    fn length(&self) -> u64 {
        match self {
            Page::Bytes(bytes) => bytes.len() as u64,
            Page::Fails { .. } | Page::Short => 10,
        }
    }

    async fn read(&self, offset: u64, length: usize) -> Result<Bytes, Closed> {
        match self {
            Page::Bytes(bytes) => Ok(bytes.slice(offset as usize..bytes.len().min(offset as usize + length))),
            Page::Fails { from } if offset >= *from => Err(Closed),
            Page::Fails { .. } => Ok(Bytes::from_static(b"12345")),
            Page::Short if offset < 5 => Ok(Bytes::from_static(b"12345")),
            Page::Short => Ok(Bytes::new()),
        }
    }
}

/// `length` bytes, each different from its neighbours.
pub(crate) fn large(length: usize) -> Bytes {
    (0..length).map(|index| (index % 251) as u8).collect()
}

impl Handler for Pages {
    type Body = Page;

    async fn handle(&self, request: &Request<'_>) -> Response<Page> {
        let text = |text: &str| Page::Bytes(Bytes::copy_from_slice(text.as_bytes()));
        match request.path {
            "/" if !matches!(request.method, Method::Get | Method::Head) => {
                Response::new(Status::METHOD_NOT_ALLOWED, text("GET or HEAD\n"))
                    .with_field("Allow", "GET, HEAD")
            }
            "/" => {
                let mut response = Response::new(Status::OK, text("0123456789")).with_type("text/plain");
                response.tag = Some(Tag(0xfeed));
                response.modified = Some(Timestamp { seconds: START - 3600, nanoseconds: 1 });
                response
            }
            "/large" => Response::new(Status::OK, Page::Bytes(large(200_000))),
            "/echo" => {
                let query = request.query.unwrap_or("-");
                let body =
                    [request.method.name().as_bytes(), b" ", query.as_bytes(), b" ", request.body].concat();
                Response::new(Status::OK, Page::Bytes(body.into()))
            }
            "/slow" => {
                self.0.sleep(Duration::from_secs(5)).await;
                Response::new(Status::OK, text("at last"))
            }
            "/empty" => Response::new(Status::NO_CONTENT, text("")),
            "/fails-at-once" => Response::new(Status::OK, Page::Fails { from: 0 }),
            "/fails" => Response::new(Status::OK, Page::Fails { from: 5 }),
            "/short" => Response::new(Status::OK, Page::Short),
            "/forbidden-field" => {
                Response::new(Status::OK, text("a")).with_field("A", "b\r\nContent-Length: 0")
            }
            path => Response::new(Status::NOT_FOUND, text(path)),
        }
    }
}
