//! A host over a world in memory, and a client that writes its requests byte by byte.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use serde_json::Value;
use unik_db::{Library, LibraryFile, MemorySystem};
use unik_eval::KeyValues;
use unik_preview::{Opened, World};

/// A file that needs no library, and one that it imports.
pub(crate) const APP: &str = "\
import ./parts

/// How many.
configure key many: Bool = false

/// Where.
key port: Port = 80

device one(part: parts.Part, port: Port): Job { rust one }

unikernel app = one(if many then parts.many else parts.few, port)
";

/// What it imports.
pub(crate) const PARTS: &str = "\
/// A part.
module type Part = trait Part

device few: Part { rust few }

device many: Part { rust many }
";

/// A world in memory with a platform.
pub(crate) fn world() -> (Arc<MemorySystem>, World) {
    let platform = "/library/bare/bare.unik";
    let files =
        [("/app/app.unik", APP), ("/app/parts.unik", PARTS), (platform, "platform bare { rust bare }\n")];
    let system = Arc::new(MemorySystem::new(files));
    let platforms = vec![LibraryFile { name: "bare".into(), path: platform.into() }];
    let library = Library { std: Vec::new(), platforms };
    (system.clone(), World { system, library })
}

/// The file of the world.
pub(crate) fn opened() -> Opened {
    Opened { path: "/app/app.unik".to_owned(), unikernel: None, values: KeyValues::default() }
}

/// A host that runs until the test ends.
pub(crate) struct Served {
    pub(crate) system: Arc<MemorySystem>,
    /// `127.0.0.1:40000`
    pub(crate) host: String,
    pub(crate) token: String,
}

/// What was answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// As they came, in lower case.
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Served {
    pub(crate) fn new() -> Self {
        let (system, world) = world();
        let (address, ready) = mpsc::channel();
        thread::spawn(move || {
            unik_preview::serve(world, opened(), 0, |page| address.send(page.to_owned()).unwrap())
        });
        let page: String = ready.recv_timeout(Duration::from_secs(60)).unwrap();
        let (host, token) = page.strip_prefix("http://").unwrap().split_once("/?token=").unwrap();
        Self { system, host: host.to_owned(), token: token.to_owned() }
    }

    /// A connection that does not wait for ever.
    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.host).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream
    }

    /// Writes these bytes, and reads one answer.
    pub(crate) fn raw(&self, request: &[u8]) -> Answer {
        let mut stream = self.connect();
        // A host that refuses may close before it has read everything.
        let _ = stream.write_all(request);
        read(&mut BufReader::new(stream))
    }

    /// A request as a browser makes it; `more` are further lines of its head.
    pub(crate) fn request(&self, method: &str, path: &str, more: &str, body: &str) -> Answer {
        let (host, length) = (&self.host, body.len());
        let head =
            format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {length}\r\n{more}\r\n");
        self.raw(format!("{head}{body}").as_bytes())
    }

    /// With the token.
    pub(crate) fn path(&self, path: &str) -> String {
        format!("{path}?token={}", self.token)
    }

    /// Sends a message of the page, and gives what it is answered.
    pub(crate) fn tell(&self, message: &Value) -> Vec<Value> {
        let body = message.to_string();
        let answer =
            self.request("POST", &self.path("/message"), "Content-Type: application/json\r\n", &body);
        assert_eq!(answer.status, 200, "{}", answer.body);
        serde_json::from_str(&answer.body).unwrap()
    }
}

/// Reads an answer with its body, if it has a length.
pub(crate) fn read(stream: &mut impl BufRead) -> Answer {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        let mut line = String::new();
        if stream.read_line(&mut line).unwrap_or_default() == 0 {
            break;
        }
        head.push_str(&line.to_ascii_lowercase());
    }
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or_default()];
    stream.read_exact(&mut body).unwrap();
    Answer { status, head, body: String::from_utf8(body).unwrap() }
}
