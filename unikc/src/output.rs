//! The one place that writes to standard output and standard error.
//!
//! A reader that has gone away (`unikc graph … | head`) is no mistake: what it did not want is dropped.
//! Any other failure is reported, and the program ends with the code of a failure.
#![allow(clippy::print_stderr, reason = "this is where the program speaks")]

use std::io::{self, ErrorKind, IsTerminal, Write};

use crate::exit;

/// Writes to standard output.
pub(crate) fn out(text: &str) {
    let mut stream = io::stdout().lock();
    finish(stream.write_all(text.as_bytes()).and_then(|()| stream.flush()));
}

/// Writes to standard error.
pub(crate) fn err(text: &str) {
    let mut stream = io::stderr().lock();
    // There is nobody left to tell.
    let _ = stream.write_all(text.as_bytes()).and_then(|()| stream.flush());
}

/// Says in one line on standard error why nothing more will happen.
pub(crate) fn error(message: impl std::fmt::Display) {
    err(&format!("{}: {message}\n", paint("error", "1;31")));
}

/// Says in one line what is probably not what was meant.
pub(crate) fn warning(message: impl std::fmt::Display) {
    err(&format!("{}: {message}\n", paint("warning", "1;33")));
}

/// A change to try, below an error.
pub(crate) fn help(message: impl std::fmt::Display) {
    err(&format!("  {}: {message}\n", paint("help", "1;36")));
}

/// A reason, below an error.
pub(crate) fn note(message: impl std::fmt::Display) {
    err(&format!("  {}: {message}\n", paint("note", "1")));
}

/// A mistake in `unikc` itself.
pub(crate) fn bug(info: &std::panic::PanicHookInfo<'_>) {
    let place = info.location().map(|at| format!(" at {at}")).unwrap_or_default();
    let reason = info.payload_as_str().unwrap_or("it does not say why");
    error(format_args!("this is a bug in unikc: {reason}{place}"));
    help("please report it, with the file and the command");
}

/// What is being done, for someone who watches.
pub(crate) fn progress(verb: &str, what: impl std::fmt::Display) {
    if watched() {
        err(&format!("{} {what}\n", paint(&format!("{verb:>12}"), "1;32")));
    }
}

/// Whether somebody watches standard error.
pub(crate) fn watched() -> bool {
    io::stderr().is_terminal()
}

/// Whether standard error takes colours: it is a terminal, and the user has not asked for none.
pub(crate) fn colours() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    watched() && !set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

fn paint(text: &str, style: &str) -> String {
    if colours() { format!("\x1b[{style}m{text}\x1b[0m") } else { text.to_owned() }
}

fn finish(written: io::Result<()>) {
    match written {
        Ok(()) => {}
        Err(reason) if reason.kind() == ErrorKind::BrokenPipe => {}
        Err(reason) => {
            error(format_args!("cannot write to standard output: {reason}"));
            std::process::exit(exit::FAILURE.into());
        }
    }
}
