//! The unix target: an ordinary program on Linux.
//!
//! It decides how sockets, tap interfaces, files, timers, random bytes and the console of the host become devices, and what
//! `main` does around a generated program: boot arguments, exit codes, stopping. What the devices mean is said by
//! `unik`, how futures run by `unik-executor`.
//!
//! **Sockets** are registered with epoll once, edge-triggered, and a system call is only made when it may succeed: a
//! request on a kept connection costs one `recv` and one `send`, and an `epoll_wait` that is shared by all that are ready.
//!
//! **Attachments.** `--nic service=tap0` and `--disk data=disk.img` say which thing of the host [`Tap`] and [`Disk`] are.
//!
//! **Stopping.** The first SIGINT or SIGTERM closes the listeners: `accept` says `Closed`, servers finish what they
//! have, jobs return, and the program ends with 0. After [`GRACE`], or at the second signal, it ends with
//! [`Exit::STOPPED`]. A program without listeners, and without anything else that heeds `Program::stopping`, has nothing
//! to finish and ends at the first signal. What the jobs have left in the background gets [`GRACE`] too, after a failure has
//! been told. SIGPIPE is ignored by Rust's own start.
//!
//! Unsafe code is in `tap/ioctl.rs` alone: the ioctls of tap interfaces, for which rustix has no safe calls.

#![deny(unsafe_code)]
#![warn(missing_docs)]

mod addresses;
mod attached;
mod datagrams;
mod devices;
mod disk;
mod error;
mod flow;
mod host;
mod ping;
mod reactor;
mod readiness;
mod signals;
mod sockets;
mod source;
mod tap;

use std::cell::Cell;
use std::ffi::OsString;
use std::future::Future;
use std::process::ExitCode;
use std::rc::Rc;

pub use datagrams::Datagrams;
pub use devices::{Entropy, Program, Stderr, Timer, Wall};
pub use disk::{Disk, DiskCause, DiskError};
pub use error::{Cause, Error};
pub use flow::Flow;
pub use sockets::{Acceptor, Sockets};
pub use tap::{Tap, TapCause, TapError};
use unik::log::Console as _;
use unik_executor::Executor;
pub use unik_executor::GRACE;
use unik_platform::{Arguments, Attachment, Exit, Failure, Image, Key, Stop};

use crate::reactor::{Reactor, current};

/// Makes `main` of an image and its `async fn start(arguments: Arguments) -> Result<(), Failure>`.
#[macro_export]
macro_rules! entry {
    ($image:expr, $start:path) => {
        fn main() -> ::std::process::ExitCode {
            $crate::run(&$image, $start)
        }
    };
}

/// Runs an image from its boot arguments to its exit code; what `entry!` calls.
pub fn run<F>(image: &Image, start: impl FnOnce(Arguments) -> F) -> ExitCode
where
    F: Future<Output = Result<(), Failure>>,
{
    let result = read_arguments(image).and_then(|arguments| {
        attached::set(&arguments);
        let exit = Rc::new(Cell::new(Exit::SUCCESS));
        let main = async {
            let result = match signals::watch(image.name, exit.clone()) {
                Ok(()) => start(arguments).await,
                Err(failure) => Err(failure),
            };
            // Told before the background is waited for, and what a signal in the meantime ends with.
            if let Err(failure) = result {
                exit.set(told(image, &failure));
            }
        };
        event_loop()?.run(main);
        Ok(exit.get())
    });
    let exit = match result {
        Ok(exit) => exit,
        Err(Stop::Help(text)) => {
            // Who closes standard output early does not want the rest of the help.
            let _ = devices::write_all(std::io::stdout(), text.as_bytes());
            Exit::SUCCESS
        }
        Err(Stop::Wrong(failure)) => told(image, &failure),
    };
    ExitCode::from(exit.0)
}

/// Tells a failure; gives its exit code.
fn told(image: &Image, failure: &Failure) -> Exit {
    Stderr.write_line(&format!("{}: {failure}", image.name));
    failure.exit
}

/// Runs a future with this thread's event loop: what tests and programs without boot arguments use.
pub fn block_on<T>(future: impl Future<Output = T>) -> Result<T, Failure> {
    Ok(event_loop()?.block_on(future))
}

fn event_loop() -> Result<Executor<Rc<Reactor>>, Failure> {
    current().map_err(|error| Failure {
        exit: Exit::DEVICE,
        message: format!("the event loop failed to start: {error}"),
    })
}

fn read_arguments(image: &Image) -> Result<Arguments, Stop> {
    let text = |bytes: OsString| {
        bytes.into_string().map_err(|bytes| Failure {
            exit: Exit::USAGE,
            message: format!("`{}` is not UTF-8", bytes.to_string_lossy()),
        })
    };
    let arguments: Vec<String> = std::env::args_os().skip(1).map(text).collect::<Result<_, _>>()?;
    let keys = image.keys.iter().map(Key::variable);
    for variable in keys.chain(image.attachments.iter().map(Attachment::variable)) {
        if let Some(value) = std::env::var_os(variable) {
            text(value)?;
        }
    }
    Arguments::read_attaching(image, arguments, |name| std::env::var(name).ok())
}
