//! What a machine says, line by line as it comes.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::PATIENCE;

/// The lines of one or several streams, in the order in which they have come.
#[derive(Debug)]
pub struct Console {
    lines: Receiver<String>,
    said: Vec<String>,
}

/// What a machine says something over.
pub type Stream = Box<dyn Read + Send>;

impl Console {
    /// Listens to streams, whatever bytes they are of. It ends with the last of them.
    pub fn new(streams: impl IntoIterator<Item = Stream>) -> Self {
        let (send, lines) = channel();
        for stream in streams {
            let send = send.clone();
            thread::spawn(move || {
                let mut stream = BufReader::new(stream);
                let mut line = Vec::new();
                while stream.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
                    let text = String::from_utf8_lossy(&line).trim_end().to_owned();
                    if send.send(text).is_err() {
                        break;
                    }
                    line.clear();
                }
            });
        }
        Self { lines, said: Vec::new() }
    }

    /// Waits for a line with these words; gives it.
    #[track_caller]
    pub fn says(&mut self, words: &str) -> String {
        let until = Instant::now() + PATIENCE;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) => {
                    self.said.push(line.clone());
                    if line.contains(words) {
                        return line;
                    }
                }
                Err(RecvTimeoutError::Timeout) => panic!("it has not said `{words}` in time"),
                Err(RecvTimeoutError::Disconnected) => panic!("it has ended without saying `{words}`"),
            }
        }
    }

    /// Listens for a while.
    pub fn hear(&mut self, patience: Duration) {
        match self.lines.recv_timeout(patience) {
            Ok(line) => self.said.push(line),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => thread::sleep(patience),
        }
    }

    /// Listens until the streams have ended.
    pub fn finish(&mut self) {
        while let Ok(line) = self.lines.recv_timeout(PATIENCE) {
            self.said.push(line);
        }
    }

    /// All lines that were listened to so far.
    pub fn said(&self) -> &[String] {
        &self.said
    }

    /// Shows everything that has come, if the test has failed. `what` names the machine.
    pub fn show_if_failed(&mut self, what: &str) {
        if thread::panicking() {
            let mut text = format!("the console of {what}:\n");
            self.said.extend(self.lines.try_iter());
            self.said.iter().for_each(|line| _ = writeln!(text, "  | {line}"));
            #[expect(clippy::print_stderr, reason = "what people need when a test has failed")]
            {
                eprint!("{text}");
            }
        }
    }
}
