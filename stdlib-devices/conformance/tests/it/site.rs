//! A store as a site: which path is which value.

use std::cell::Cell;

use unik::http::{Body, Handler, Method, Request, Response, Site, Status, content_type, from_fn};
use unik::kv::{Entry, Kind, Meta, ReadOnly, Tag, Value};
use unik::{Bytes, ErrorKind};
use unik_conformance::virtual_time;

/// A store of a few pages; `broken` cannot be read, `secret` may not be.
#[derive(Default)]
struct Pages {
    opened: Cell<u32>,
}

#[derive(Debug)]
struct Wrong(ErrorKind);

impl std::fmt::Display for Wrong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl std::error::Error for Wrong {}

impl unik::Error for Wrong {
    fn kind(&self) -> ErrorKind {
        self.0
    }
}

struct Page(&'static str);

impl Value for Page {
    type Error = Wrong;

    fn meta(&self) -> Meta {
        Meta { size: self.0.len() as u64, tag: Tag::of(self.0.as_bytes()), modified: None }
    }

    async fn read(&self, offset: u64, length: usize) -> Result<Bytes, Wrong> {
        let all = Bytes::from_static(self.0.as_bytes());
        Ok(all.read(offset, length).await.expect("memory can be read"))
    }
}

impl ReadOnly for Pages {
    type Error = Wrong;
    type Value = Page;

    async fn open(&self, key: &str) -> Result<Page, Wrong> {
        self.opened.set(self.opened.get() + 1);
        match key {
            "index.html" => Ok(Page("root")),
            "docs/index.html" => Ok(Page("docs")),
            "a b/\u{fc}/index.html" => Ok(Page("odd")),
            "style.css" => Ok(Page("css")),
            "broken" => Err(Wrong(ErrorKind::Corrupt)),
            "secret" => Err(Wrong(ErrorKind::Denied)),
            "docs" | "a b/\u{fc}" => Err(Wrong(ErrorKind::Invalid)),
            _ => {
                unik::kv::key::check(key).map_err(|_| Wrong(ErrorKind::Invalid))?;
                Err(Wrong(ErrorKind::NotFound))
            }
        }
    }

    async fn list(&self, _: &str) -> Result<Vec<Entry>, Wrong> {
        Err(Wrong(ErrorKind::Unsupported))
    }

    async fn exists(&self, key: &str) -> Result<Option<Kind>, Wrong> {
        Ok(matches!(key, "docs" | "a b/\u{fc}").then_some(Kind::Dictionary))
    }
}

/// Status, type, location and content of the answer.
fn check(method: Method, path: &str, expected: (Status, &str, &str, &str)) {
    virtual_time::run(async |_| {
        let site = Site::new(Pages::default());
        let answer = site.handle(&Request::new(method, path)).await;
        let field = |name: &str| {
            let found = answer.fields.iter().find(|(known, _)| known == name);
            found.map_or(String::new(), |(_, value)| value.to_string())
        };
        let body = answer.body.read(0, usize::MAX).await.expect("the body is in memory");
        let body = std::str::from_utf8(&body).expect("the pages are text");
        let location = field("Location") + &field("Allow");
        let content_type = answer.content_type.as_deref().unwrap_or("");
        assert_eq!((answer.status, content_type, location.as_str(), body.trim_end()), expected, "{path}");
    });
}

const HTML: &str = "text/html; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";

#[test]
fn a_path_is_a_key_and_a_dictionary_its_index() {
    check(Method::Get, "/", (Status::OK, HTML, "", "root"));
    check(Method::Head, "/index.html", (Status::OK, HTML, "", "root"));
    check(Method::Get, "/docs/", (Status::OK, HTML, "", "docs"));
    check(Method::Get, "/style.css", (Status::OK, "text/css; charset=utf-8", "", "css"));
}

#[test]
fn a_dictionary_without_its_slash_is_sent_there() {
    let moved = Status::MOVED_PERMANENTLY;
    check(Method::Get, "/docs", (moved, TEXT, "/docs/", "301 Moved Permanently"));
    check(Method::Get, "/a b/\u{fc}", (moved, TEXT, "/a%20b/%C3%BC/", "301 Moved Permanently"));
}

#[test]
fn what_cannot_be_had_says_so() {
    let missing = (Status::NOT_FOUND, TEXT, "", "404 Not Found");
    for path in ["/nothing", "/nothing/", "", "docs", "//docs", "/../secret", "/a\0b", "/index.html/", "*"] {
        check(Method::Get, path, missing);
    }
    check(Method::Get, "/secret", (Status::FORBIDDEN, TEXT, "", "403 Forbidden"));
    check(Method::Get, "/broken", (Status::INTERNAL_SERVER_ERROR, TEXT, "", "500 Internal Server Error"));
    for method in [Method::Post, Method::Put, Method::Delete, Method::Options] {
        check(method, "/", (Status::METHOD_NOT_ALLOWED, TEXT, "GET, HEAD", "405 Method Not Allowed"));
    }
}

#[test]
fn an_answer_carries_the_tag_of_its_value_after_one_look_up() {
    virtual_time::run(async |_| {
        let pages = Pages::default();
        let answer = Site::new(&pages).handle(&Request::new(Method::Get, "/")).await;
        assert_eq!(answer.tag, Some(Tag::of(b"root")));
        assert_eq!(answer.body.length(), 4);
        assert_eq!(pages.opened.get(), 1);
    });
}

#[test]
fn types_go_by_the_last_extension() {
    for (path, expected) in [
        ("a.html", HTML),
        ("A.HTML", HTML),
        ("a.tar.gz", "application/gzip"),
        ("a.d/file", "application/octet-stream"),
        ("noextension", "application/octet-stream"),
        (".html", "application/octet-stream"),
        ("a.", "application/octet-stream"),
        ("a.\u{fc}", "application/octet-stream"),
        ("a.webmanifest", "application/manifest+json"),
        ("a.averyverylongextension", "application/octet-stream"),
        ("a.wasm", "application/wasm"),
    ] {
        assert_eq!(content_type(path), expected, "{path}");
    }
}

#[test]
fn an_async_closure_is_a_handler() {
    virtual_time::run(async |_| {
        let greeting = String::from("hello");
        let handler = from_fn(async |request: &Request<'_>| {
            Response::plain(Status::OK, format!("{greeting} {}", request.path))
        });
        let answer = handler.handle(&Request::new(Method::Get, "/you")).await;
        assert_eq!(answer.body, "hello /you");
    });
}
