//! What is asked of a server, from the second core: bytes in one direction over one connection, or requests.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::Result;
use crate::server::Server;

/// How much the client reads and writes at a time.
const PIECE: usize = 256 * 1024;

/// What a round came to: so much of the work per second, and per second that the server was on its processor.
#[derive(Clone, Copy)]
pub(crate) struct Sample {
    pub(crate) rate: f64,
    pub(crate) per_processor: f64,
}

/// Runs work and relates its amount to the time that it took and to the time of the server.
fn measure(server: &Server, work: impl FnOnce() -> Result<f64>) -> Result<Sample> {
    let (busy, start) = (server.busy()?, Instant::now());
    let amount = work()?;
    let (busy, time) = (server.busy()? - busy, start.elapsed());
    Ok(Sample { rate: amount / time.as_secs_f64(), per_processor: amount / busy.as_secs_f64() })
}

/// The server receives; in Gbit/s. It counts what the server has read: the connection ends when it has read all.
pub(crate) fn receive(server: &Server, duration: Duration) -> Result<Sample> {
    let mut stream = TcpStream::connect((server.address, 5001))?;
    let piece = vec![0; PIECE];
    measure(server, || {
        let (start, mut bytes) = (Instant::now(), 0);
        while start.elapsed() < duration {
            stream.write_all(&piece)?;
            bytes += piece.len();
        }
        stream.shutdown(Shutdown::Write)?;
        stream.read_to_end(&mut Vec::new())?;
        Ok(bytes as f64 * 8e-9)
    })
}

/// The server sends; in Gbit/s.
pub(crate) fn send(server: &Server, duration: Duration) -> Result<Sample> {
    let mut stream = TcpStream::connect((server.address, 5002))?;
    let mut buffer = vec![0; PIECE];
    measure(server, || {
        let (start, mut bytes) = (Instant::now(), 0);
        while start.elapsed() < duration {
            match stream.read(&mut buffer)? {
                0 => return Err("the server has ended the connection".into()),
                count => bytes += count,
            }
        }
        Ok(bytes as f64 * 8e-9)
    })
}

/// Requests of a small file, over connections that are kept alive or over a new one each; in requests per second.
pub(crate) fn requests(server: &Server, duration: Duration, connections: u32, new: bool) -> Result<Sample> {
    let mut command = Command::new("wrk");
    command
        .args(["--threads", "1"])
        .arg(format!("--connections={connections}"))
        .arg(format!("--duration={}s", duration.as_secs().max(1)))
        .arg(format!("http://{}:8080/", server.address));
    if new {
        command.args(["--header", "Connection: close"]);
    }
    measure(server, || {
        let output = command.output().map_err(|error| format!("wrk: {error}"))?;
        let text = String::from_utf8_lossy(&output.stdout);
        let requests = text.lines().find(|line| line.contains(" requests in "));
        let requests = requests.and_then(|line| line.split_whitespace().next()?.parse().ok());
        match requests {
            Some(requests) if !text.contains("Socket errors") && !text.contains("Non-2xx") => Ok(requests),
            _ => Err(format!("wrk: {text}{}", String::from_utf8_lossy(&output.stderr)).into()),
        }
    })
}
