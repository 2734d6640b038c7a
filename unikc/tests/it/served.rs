//! Every example, built by the real command and talked to by real clients.
//!
//! Each program listens on a loopback address of its own, so that tests may run side by side on one port.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::{root, unikc};

/// How long a program may take to say or to do what it is waited for. Only failures take that long.
const PATIENCE: Duration = Duration::from_secs(20);

/// An example's file.
pub(crate) fn file(path: &str) -> PathBuf {
    root().join("examples").join(path)
}

/// Builds an example into a folder of the test's own, since tests run side by side; gives the program.
pub(crate) fn build(path: &str, name: &str, options: &[&str]) -> PathBuf {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("examples").join(name);
    let out = out.to_str().expect("the target folder is UTF-8");
    let file = file(path);
    let file = file.to_str().expect("the repository's path is UTF-8");
    let arguments = [&["build", "--profile", "dev", "--output", out, file], options].concat();
    let text = unikc(root(), arguments).ended(0);
    PathBuf::from(text.lines().last().expect("the artifact's path is the last line"))
}

/// A program that runs; it is killed if the test fails.
pub(crate) struct Program {
    child: Child,
    lines: std::sync::mpsc::Receiver<String>,
    said: Vec<String>,
}

impl Program {
    pub(crate) fn start(program: &Path, arguments: &[&str]) -> Self {
        let mut command = Command::new(program);
        let mut child = command
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let stderr = child.stderr.take().expect("it is piped");
        let (send, lines) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                if send.send(line).is_err() {
                    break;
                }
            }
        });
        Self { child, lines, said: Vec::new() }
    }

    /// Waits for a line with these words.
    pub(crate) fn says(&mut self, words: &str) {
        while let Ok(line) = self.lines.recv_timeout(PATIENCE) {
            let found = line.contains(words);
            self.said.push(line);
            if found {
                return;
            }
        }
        panic!("expected `{words}` after {:#?}", self.said);
    }

    /// Asks it to stop as an operator would; gives its exit code.
    pub(crate) fn stop(mut self) -> Option<i32> {
        let pid = self.child.id().to_string();
        let killed = Command::new("kill").args(["-TERM", &pid]).status().expect("kill runs");
        assert!(killed.success());
        self.child.wait().expect("it is our child").code()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Connects as soon as somebody listens.
pub(crate) fn connect(address: &str) -> TcpStream {
    let start = std::time::Instant::now();
    loop {
        match TcpStream::connect(address) {
            Ok(stream) => {
                stream.set_read_timeout(Some(PATIENCE)).expect("a timeout that is not zero");
                return stream;
            }
            Err(error) => assert!(start.elapsed() < PATIENCE, "{address}: {error}"),
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// What curl says to a URL, header fields first.
pub(crate) fn curl(arguments: &[&str]) -> String {
    let output =
        Command::new("curl").args(["--silent", "--show-error", "--include"]).args(arguments).output();
    let output = output.expect("curl is installed: the README's test command sees to it");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).replace('\r', "")
}

/// Runs a program to its end: exit code and what it said.
pub(crate) fn ended(program: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(program).args(arguments).output().expect("the program starts");
    let said = [output.stderr, output.stdout].concat();
    (output.status.code(), String::from_utf8_lossy(&said).into_owned())
}

#[test]
fn hello_greets_and_ends() {
    let hello = build("hello/app.unik", "hello", &[]);
    let (code, said) = ended(&hello, &["--name=unik", "--count=2", "--pause=10ms"]);
    assert_eq!((code, said.matches("Hello unik!").count()), (Some(0), 2), "{said}");
    let (code, said) = ended(&hello, &["--help"]);
    assert_eq!(code, Some(0));
    for words in ["--name", "-n", "Whom to greet", "World", "UNIK_PAUSE"] {
        assert!(said.contains(words), "{words} is not in {said}");
    }
    let (code, said) = ended(&hello, &["--cuont=2"]);
    assert_eq!(code, Some(64));
    assert!(said.contains("--count"), "{said}");
}

#[test]
fn file_server_serves_files_over_http() {
    let server = build("file-server/app.unik", "file-server", &[]);
    let program = Program::start(&server, &["--address=127.0.40.1"]);
    drop(connect("127.0.40.1:8080"));
    let index =
        std::fs::read_to_string(file("file-server/data/index.html")).expect("the example has an index");
    let answer = curl(&["http://127.0.40.1:8080/"]);
    assert!(answer.starts_with("HTTP/1.1 200 OK\n"), "{answer}");
    assert!(answer.contains("text/html"), "{answer}");
    assert!(answer.ends_with(&index.replace('\r', "")), "{answer}");
    let tag = answer.lines().find_map(|line| line.to_lowercase().strip_prefix("etag: ").map(str::to_owned));
    let same = format!("If-None-Match: {}", tag.expect("a file has a tag"));
    assert!(curl(&["--header", &same, "http://127.0.40.1:8080/index.html"]).starts_with("HTTP/1.1 304"));
    assert!(curl(&["--range", "0-4", "http://127.0.40.1:8080/index.html"]).starts_with("HTTP/1.1 206"));
    assert!(curl(&["http://127.0.40.1:8080/none"]).starts_with("HTTP/1.1 404"));
    assert!(curl(&["--path-as-is", "http://127.0.40.1:8080/../Cargo.toml"]).contains(" 40"));
    assert_eq!(program.stop(), Some(0));
}

#[test]
fn file_server_keeps_the_choice_that_was_made() {
    let server = build("file-server/app.unik", "file-server-guard", &[]);
    let (code, said) = ended(&server, &["--address=127.0.40.2", "--port=9000"]);
    assert_eq!(code, Some(65), "{said}");
    assert!(
        said.contains("--port=9000 would choose net.tcp over http.server: configure again with --port 9000"),
        "{said}"
    );
}

#[test]
fn file_server_speaks_raw_lines_elsewhere_and_reads_a_folder() {
    let server = build("file-server/app.unik", "file-server-raw", &["--store", "direct", "--port", "9000"]);
    let program = Program::start(&server, &["--address=127.0.40.3", "--port=9001"]);
    let mut stream = connect("127.0.40.3:9001");
    stream.write_all(b"/index.html\n").expect("it listens");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers and closes");
    let index =
        std::fs::read_to_string(file("file-server/data/index.html")).expect("the example has an index");
    assert_eq!(answer, index);
    assert_eq!(program.stop(), Some(0));
}

#[test]
fn a_taken_port_is_told_with_its_place() {
    let server = build("file-server/app.unik", "file-server-taken", &[]);
    let taken = std::net::TcpListener::bind("127.0.40.4:8080").expect("nobody else uses this address");
    let (code, said) = ended(&server, &["--address=127.0.40.4"]);
    drop(taken);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("std/net.tcp") && said.contains("app.unik:"), "{said}");
}

#[test]
fn keys_of_every_type_arrive() {
    let keys = build("keys/app.unik", "keys", &[]);
    let (code, said) = ended(&keys, &[]);
    assert_eq!(code, Some(64), "{said}");
    assert!(said.contains("--owner"), "{said}");
    let (code, said) = ended(
        &keys,
        &["--owner=me", "-p", "9000", "--debug", "--names=a,b", "--output=/tmp/x", "--volume=loud"],
    );
    assert_eq!(code, Some(0), "{said}");
    for words in [
        "port 9000, next 9001, volume Loud, debug true, owner me, workers 2",
        "peer 192.0.2.1, ipv4 10.0.0.2, ipv6 2001:db8::1, network 10.0.0.2/24, mac 02:00:00:00:00:01",
        r#"timeout 50s, cache 65536 bytes, output Some("/tmp/x"), names ["a", "b", "me"]"#,
    ] {
        assert!(said.contains(words), "{words} is not in {said}");
    }
    let (code, said) = ended(&keys, &["--owner=me", "--workers=65"]);
    assert_eq!(code, Some(65), "{said}");
    assert!(said.contains("workers are 1 to 64"), "{said}");
    let (code, said) = ended(&keys, &["--owner=me", "--port=65535"]);
    assert_eq!(code, Some(65), "{said}");
    assert!(said.contains("port + 1"), "{said}");
    let (code, said) = ended(&keys, &["--owner=me", "--cache=64kB?"]);
    assert_eq!(code, Some(64), "{said}");
}

#[test]
fn keys_fixed_when_configuring_leave_the_program() {
    let keys = build("keys/app.unik", "keys-short", &["--short-report"]);
    let (code, said) = ended(&keys, &["--owner=me"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("short: me, 5s"), "{said}");
    let (code, said) = ended(&keys, &["--owner=me", "--port=1"]);
    assert_eq!(code, Some(64), "{said}");
}

#[test]
fn two_servers_share_and_keep_apart() {
    let servers = build("two-servers/app.unik", "two-servers", &[]);
    let program = Program::start(&servers, &["--address=127.0.40.5", "--mirror-port=9081"]);
    for (port, words) in [(8080, "<title>public"), (9081, "<title>public"), (8082, "<title>admin")] {
        drop(connect(&format!("127.0.40.5:{port}")));
        let answer = curl(&[&format!("http://127.0.40.5:{port}/")]);
        assert!(answer.contains(words), "{answer}");
    }
    assert_eq!(program.stop(), Some(0));
}

#[test]
fn two_servers_on_one_port_are_refused() {
    let clash = file("two-servers/clash.unik");
    let said = unikc(root(), ["check", "--message-format", "short", clash.to_str().expect("UTF-8")]).ended(1);
    assert!(said.contains("E04") && said.contains("TCP port"), "{said}");
}

#[test]
fn functors_wrap_a_network_in_layers() {
    let layered = build("functors/app.unik", "functors", &[]);
    let program = Program::start(&layered, &["--address=127.0.40.6"]);
    drop(connect("127.0.40.6:8080"));
    let answer = curl(&["http://127.0.40.6:8080/v1/hello.txt"]);
    assert!(answer.contains("X-Count: 1\n") && answer.contains("Hello from under two layers."), "{answer}");
    let answer = curl(&["http://127.0.40.6:8080/hello.txt"]);
    assert!(answer.starts_with("HTTP/1.1 404") && answer.contains("X-Count: 2\n"), "{answer}");
    assert_eq!(program.stop(), Some(0));

    let bare = build("functors/app.unik", "functors-bare", &["--layers", "bare"]);
    let program = Program::start(&bare, &["--address=127.0.40.7"]);
    drop(connect("127.0.40.7:8080"));
    let answer = curl(&["http://127.0.40.7:8080/hello.txt"]);
    assert!(answer.starts_with("HTTP/1.1 200") && !answer.contains("X-Count"), "{answer}");
    assert_eq!(program.stop(), Some(0));
}

#[test]
fn the_sink_counts_what_arrives() {
    let sink = build("skeleton-network/app.unik", "skeleton-network", &[]);
    let mut program = Program::start(&sink, &["--address=127.0.40.8"]);
    program.says("listening on 127.0.40.8:8080");
    let mut stream = connect("127.0.40.8:8080");
    stream.write_all(&[7; 100_000]).expect("it reads");
    drop(stream);
    program.says("100000 bytes, then the end");
    assert_eq!(program.stop(), Some(0));
}
