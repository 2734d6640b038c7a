//! Clients that others wrote, and plain connections.

use std::io;
use std::iter::repeat;
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::PATIENCE;

/// A port of this machine that nobody uses.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    listener.local_addr().expect("it is bound").port()
}

/// `HOST:GUEST` for `--forward`, and the port of this machine.
pub fn forward(guest: u16) -> (u16, String) {
    let host = free_port();
    (host, format!("{host}:{guest}"))
}

/// What curl gets. Until the guest listens it is asked again, at first without patience: the emulated network takes connections
/// before, and tries only after seconds again to hand one over.
#[track_caller]
pub fn curl(arguments: &[&str]) -> Vec<u8> {
    let until = Instant::now() + PATIENCE;
    for patience in ["0.5", "1", "2", "4", "8"].into_iter().chain(repeat("30")) {
        let output = Command::new("curl")
            .args(["--silent", "--show-error", "--max-time", patience])
            .args(arguments)
            .output()
            .expect("curl is installed: the README's test command sees to it");
        if output.status.success() {
            return output.stdout;
        }
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(Instant::now() < until, "curl {arguments:?}: {said}");
        std::thread::sleep(Duration::from_millis(50));
    }
    unreachable!("it is asked until it answers or the time is over")
}

/// The same as text, header fields first.
#[track_caller]
pub fn curl_text(url: &str) -> String {
    String::from_utf8_lossy(&curl(&["--include", url])).replace('\r', "")
}

/// A connection to a port of this machine, with a time limit for what is read.
pub fn connect(port: u16) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    Ok(stream)
}
