//! `unikc preview` and the page as one file: what they print, whom they answer, how they end.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::{folder, line, root};

const SERVER: &str = "examples/file-server/app.unik";

/// A preview that runs.
struct Preview {
    child: Child,
    host: String,
    token: String,
}

impl Preview {
    fn start(words: &str) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_unikc"));
        command.arg("preview").args(words.split_whitespace()).current_dir(root()).env_remove("UNIKC_LIBRARY");
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut address = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut address).unwrap();
        let (host, token) = address.trim().strip_prefix("http://").unwrap().split_once("/?token=").unwrap();
        Self { child, host: host.to_owned(), token: token.to_owned() }
    }

    fn ask(&self, params: &str) -> Value {
        let body = format!("{{\"kind\":\"ask\",\"serial\":1,\"params\":{params}}}");
        let mut stream = TcpStream::connect(&self.host).unwrap();
        let (host, token, length) = (&self.host, &self.token, body.len());
        let head = format!(
            "POST /message?token={token} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
        );
        stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        serde_json::from_str::<Value>(answer.split_once("\r\n\r\n").unwrap().1).unwrap()[0]["answer"].take()
    }

    /// Asks it to stop with a signal, and gives the code with which it ends.
    fn end(mut self, signal: &str) -> Option<i32> {
        let done = Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap();
        assert!(done.success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Preview {
    fn drop(&mut self) {
        // It has ended already if nothing went wrong.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[test]
fn it_shows_what_the_command_line_says_on_loopback_and_ends_with_0() {
    for signal in ["-INT", "-TERM"] {
        let preview = Preview::start(&format!("{SERVER} --target unix --store direct --port 9000"));
        assert!(preview.host.starts_with("127.0.0.1:"), "{}", preview.host);
        let answer = preview.ask("{\"evaluated\":true}");
        let names: Vec<&str> =
            answer["nodes"].as_array().unwrap().iter().map(|node| node["name"].as_str().unwrap()).collect();
        assert!(names.contains(&"std/kv.direct") && !names.contains(&"std/http.server"), "{names:?}");
        assert_eq!(answer["configuration"]["keys"]["port"], "9000");
        let krate = &answer["nodes"].as_array().unwrap().last().unwrap()["crate"];
        assert_eq!(krate["name"], "file-server");
        assert_eq!(preview.end(signal), Some(0));
    }
}

#[test]
fn a_port_that_is_taken_and_a_file_that_is_not_there_are_said() {
    let preview = Preview::start(SERVER);
    let (_, port) = preview.host.split_once(':').unwrap();
    let done = line(root(), &format!("preview {SERVER} --page-port {port}"));
    assert_eq!(done.code, Some(1));
    assert!(done.err.contains(&format!("cannot serve a page on port {port} of loopback")), "{}", done.err);
    assert_eq!(preview.end("-INT"), Some(0));
    let done = line(root(), "preview nothing.unik");
    assert_eq!((done.code, done.out.as_str()), (Some(1), ""));
    assert!(done.err.contains("there is no file `nothing.unik`"), "{}", done.err);
}

#[test]
fn a_page_alone_is_written_where_it_is_wanted() {
    let there = folder([]);
    let out = there.path().join("graph.html");
    let words = format!("graph {SERVER} --format html --eval --store direct -o {}", out.display());
    assert_eq!(line(root(), &words).ended(0), "");
    let page = fs::read_to_string(&out).unwrap();
    assert!(page.contains("std/kv.direct") && !page.contains("std/kv.crunch"));
    let root = root().to_string_lossy();
    assert!(!page.contains(&*root), "it says where it was made");
}
