//! SIGINT and SIGTERM: asking the program to stop.

use std::cell::Cell;
use std::future::poll_fn;
use std::os::fd::BorrowedFd;
use std::os::unix::net::UnixStream;
use std::rc::Rc;

use rustix::net::RecvFlags;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::low_level::pipe;
use unik::concurrent::race;
use unik::log::Console as _;
use unik_executor::{Executor, GRACE};
use unik_platform::{Exit, Failure};

use crate::devices::Stderr;
use crate::reactor::{Reactor, current};
use crate::source::Source;

/// Watches for the signals in the background. Who heeds none ends with `exit`: what the jobs have come to so far.
pub(crate) fn watch(name: &'static str, exit: Rc<Cell<Exit>>) -> Result<(), Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure {
        exit: Exit::DEVICE,
        message: format!("signals cannot be handled: {error}"),
    };
    let executor = current().map_err(|error| failed(&error))?;
    let (ours, theirs) = UnixStream::pair().map_err(|error| failed(&error))?;
    for signal in [SIGINT, SIGTERM] {
        let end = theirs.try_clone().map_err(|error| failed(&error))?;
        pipe::register(signal, end).map_err(|error| failed(&error))?;
    }
    ours.set_nonblocking(true).map_err(|error| failed(&error))?;
    let source = Source::new(executor.platform(), ours.into(), true).map_err(|error| failed(&error))?;
    executor.spawn(stop_when_asked(executor.clone(), source, name, exit));
    Ok(())
}

async fn stop_when_asked(
    executor: Executor<Rc<Reactor>>,
    source: Source,
    name: &'static str,
    exit: Rc<Cell<Exit>>,
) {
    signalled(&source).await;
    if !executor.stop() {
        std::process::exit(i32::from(exit.get().0));
    }
    let late = race(
        async {
            executor.sleep(GRACE).await;
            format!("still busy {} s after it was asked to stop", GRACE.as_secs())
        },
        async {
            signalled(&source).await;
            String::from("asked to stop a second time")
        },
    )
    .await;
    Stderr.write_line(&format!("{name}: {late}"));
    std::process::exit(i32::from(Exit::STOPPED.0));
}

/// Waits for the next signal; one byte stands for each.
async fn signalled(source: &Source) {
    let mut byte = [0];
    let mut call = |fd: BorrowedFd<'_>| rustix::net::recv(fd, &mut byte, RecvFlags::empty());
    // The other end is held by the handler for ever, so there is neither an end nor an error.
    let _ = poll_fn(|cx| source.poll_read(cx, &mut call, |_| false)).await;
}
