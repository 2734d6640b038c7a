//! Records of the `log` facade as lines on a console: `std/log.console`.
//!
//! It decides which records are wanted and how a line looks: `warn unik_unix::sockets: …`. What is said, and from which
//! source, is decided where it is logged; where lines go, by the console.

#![no_std]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

extern crate alloc;

mod levels;

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use core::fmt;

pub use levels::{Levels, Malformed};
use unik::ErrorKind;
use unik::log::{Console, Reporter};

/// Writes records to a console.
#[derive(Debug)]
pub struct ConsoleReporter<C: 'static> {
    sink: &'static Sink<C>,
}

#[derive(Debug)]
struct Sink<C> {
    out: C,
    levels: Levels,
}

/// Why the reporter does not start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The levels are wrong.
    Levels(Malformed),
    /// The image has a reporter already.
    Installed,
}

impl<C: Console> ConsoleReporter<C> {
    /// Takes all records of the program from now on, at these levels: `info`, `debug,net:trace`.
    pub async fn new(out: C, levels: &str) -> Result<Self, Error> {
        let levels: Levels = levels.parse().map_err(Error::Levels)?;
        let most = levels.most();
        // The facade keeps its logger for as long as the program runs.
        let sink: &'static Sink<C> = Box::leak(Box::new(Sink { out, levels }));
        log::set_logger(sink).map_err(|_| Error::Installed)?;
        log::set_max_level(most);
        Ok(Self { sink })
    }
}

impl<C> Clone for ConsoleReporter<C> {
    fn clone(&self) -> Self {
        Self { sink: self.sink }
    }
}

impl<C: Console> Reporter for ConsoleReporter<C> {
    fn report(&self, record: &log::Record<'_>) {
        log::Log::log(self.sink, record);
    }
}

impl<C: Console> log::Log for Sink<C> {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        metadata.level() <= self.levels.of(metadata.target())
    }

    fn log(&self, record: &log::Record<'_>) {
        if self.enabled(record.metadata()) {
            self.out.write_line(&line(record));
        }
    }

    fn flush(&self) {}
}

/// A record as one line: whoever can put text into a message must not be able to make a line of its own.
fn line(record: &log::Record<'_>) -> String {
    let level = match record.level() {
        log::Level::Error => "error",
        log::Level::Warn => "warn",
        log::Level::Info => "info",
        log::Level::Debug => "debug",
        log::Level::Trace => "trace",
    };
    let message = format!("{}", record.args());
    let mut line = format!("{level} {}: ", record.target());
    for char in message.chars() {
        if char.is_control() {
            line.extend(char.escape_default());
        } else {
            line.push(char);
        }
    }
    line
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Levels(error) => error.fmt(f),
            Self::Installed => f.write_str("the image has a reporter already"),
        }
    }
}

impl core::error::Error for Error {}

impl unik::Error for Error {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Levels(_) => ErrorKind::Invalid,
            Self::Installed => ErrorKind::AlreadyExists,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_cannot_start_a_line() {
        let args = format_args!("a\nerror root: b\u{1b}[0m ü");
        let record = log::Record::builder().level(log::Level::Warn).target("app").args(args).build();
        assert_eq!(line(&record), "warn app: a\\nerror root: b\\u{1b}[0m ü");
    }
}
