//! What handlers promise to the servers that ask them.

use alloc::string::String;
use alloc::vec::Vec;

use unik::http::{Body, Handler, Method, Request};

/// Reads a body to its end, `chunk` bytes at a time.
async fn whole(body: &impl Body, chunk: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while (bytes.len() as u64) < body.length() {
        let part = body.read(bytes.len() as u64, chunk).await.expect("the body can be read");
        assert!(!part.is_empty(), "a body ends before its length");
        assert!(part.len() <= chunk, "a body gives more than was asked for");
        bytes.extend_from_slice(&part);
    }
    bytes
}

/// A handler that answers `path` well, and whatever else it is asked somehow.
pub async fn handler(handler: &impl Handler, path: &str) {
    let get = handler.handle(&Request::new(Method::Get, path)).await;
    assert!(get.status.is_success(), "{path}: {}", get.status);
    let bytes = whole(&get.body, 64 * 1024).await;
    assert_eq!(bytes.len() as u64, get.body.length(), "a body is as long as it says");
    assert_eq!(bytes, whole(&get.body, 7).await, "a body does not depend on how it is read");
    let end = get.body.read(get.body.length(), 1).await.expect("reading at the end is no error");
    assert!(end.is_empty(), "behind its end a body has nothing");

    let again = handler.handle(&Request::new(Method::Get, path)).await;
    assert_eq!(get.tag, again.tag, "the tag changes only with the content");
    let head = handler.handle(&Request::new(Method::Head, path)).await;
    assert_eq!(head.status, get.status, "a HEAD is answered as the GET would be");
    assert_eq!(head.body.length(), get.body.length(), "a HEAD is answered as the GET would be");

    let methods = [Method::Get, Method::Post, Method::Put, Method::Delete, Method::Options, Method::Patch];
    let long: String = core::iter::repeat_n("/long", 1000).collect();
    for method in methods {
        for path in
            ["", "/", "//", "/..", "/../../etc/passwd", "/%", "/a\0b", "/\u{1F600}", "no slash", &long]
        {
            let answer = handler.handle(&Request::new(method, path)).await;
            assert!((200..600).contains(&answer.status.0), "{path}: {} ends no request", answer.status);
            whole(&answer.body, 4096).await;
        }
    }
}
