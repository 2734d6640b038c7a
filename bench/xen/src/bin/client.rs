//! A client that runs in dom0: when a guest answers for the first time, and how many bytes per second come from one.
//!
//! `client first SECONDS ADDRESS PATH COMMAND…` runs the command and prints the milliseconds from its start to the first whole answer, for
//! which it waits so long.
//! `client bytes ADDRESS PATH SECONDS` gets the path again and again over one connection and prints the bytes per second.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "this is a program of the command line")]

use std::io::{BufRead, BufReader, Error, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Command, ExitCode};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// How long between two attempts, each a connection of its own: one that was asked for before the guest was there is asked for again only after a second.
const PAUSE: Duration = Duration::from_millis(10);

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let result = match *words.as_slice() {
        ["first", seconds, address, path, program, ref rest @ ..] => {
            first(seconds, address, path, program, rest)
        }
        ["bytes", address, path, seconds] => bytes(address, path, seconds),
        _ => Err("first SECONDS ADDRESS PATH COMMAND… | bytes ADDRESS PATH SECONDS".into()),
    };
    match result {
        Ok(number) => {
            println!("{number:.3}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("client: {error}");
            ExitCode::FAILURE
        }
    }
}

fn first(seconds: &str, address: &str, path: &str, program: &str, arguments: &[&str]) -> Result<f64> {
    let address: SocketAddr = address.parse()?;
    let patience = Duration::from_secs(seconds.parse()?);
    let start = Instant::now();
    let mut child = Command::new(program).args(arguments).spawn()?;
    let (answered, answers) = channel();
    while start.elapsed() < patience {
        let (answered, path) = (answered.clone(), path.to_owned());
        std::thread::spawn(move || {
            if Connection::open(address).and_then(|mut connection| connection.get(&path)).is_ok() {
                // Nobody listens once the first has come.
                let _ = answered.send(start.elapsed());
            }
        });
        match answers.recv_timeout(PAUSE) {
            Ok(elapsed) => {
                child.wait()?;
                return Ok(elapsed.as_secs_f64() * 1000.0);
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
        }
        if child.try_wait()?.is_some_and(|status| !status.success()) {
            return Err(format!("{program} has failed").into());
        }
    }
    Err("there is no answer".into())
}

fn bytes(address: &str, path: &str, seconds: &str) -> Result<f64> {
    let limit = Duration::from_secs(seconds.parse()?);
    let mut connection = Connection::open(address.parse()?)?;
    let (start, mut bytes) = (Instant::now(), 0);
    while start.elapsed() < limit {
        bytes += connection.get(path)?;
    }
    Ok(bytes as f64 / start.elapsed().as_secs_f64())
}

struct Connection(BufReader<TcpStream>);

impl Connection {
    fn open(address: SocketAddr) -> std::io::Result<Self> {
        let stream = TcpStream::connect_timeout(&address, Duration::from_secs(2))?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        stream.set_nodelay(true)?;
        Ok(Self(BufReader::with_capacity(1 << 16, stream)))
    }

    /// How many bytes the content has.
    fn get(&mut self, path: &str) -> std::io::Result<u64> {
        let wrong = |what: &str| Error::new(ErrorKind::InvalidData, what.to_owned());
        write!(self.0.get_mut(), "GET {path} HTTP/1.1\r\nHost: guest\r\n\r\n")?;
        let (mut line, mut length) = (String::new(), None);
        self.0.read_line(&mut line)?;
        if !line.starts_with("HTTP/1.1 200 ") {
            return Err(wrong(&line));
        }
        loop {
            line.clear();
            if self.0.read_line(&mut line)? == 0 {
                return Err(wrong("the answer ends in its fields"));
            }
            match line.trim_end().split_once(':') {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = value.trim().parse().ok();
                }
                Some(_) => {}
                None => break,
            }
        }
        let length = length.ok_or_else(|| wrong("the answer has no length"))?;
        let read = std::io::copy(&mut self.0.by_ref().take(length), &mut std::io::sink())?;
        if read == length { Ok(length) } else { Err(wrong("the answer is cut off")) }
    }
}
