//! unikc, the command line: the one crate that touches disk, environment, clock and cargo.
//!
//! Start with `cli` (what is asked), then `session` (a file and what the language knows of it), then `commands`.
#![forbid(unsafe_code)]

mod attach;
mod cargo;
mod cli;
mod commands;
mod dependencies;
mod diff;
mod exit;
mod explain;
mod image;
mod launch;
mod layout;
mod library;
mod output;
mod project;
mod render;
mod resolve;
mod rustc;
mod session;
mod std_users;
mod system;

use std::process::ExitCode;
use std::{env, panic, thread};

/// Evaluation follows the nesting of what it evaluates: it gets room for more than anybody writes.
const STACK: usize = 256 << 20;

fn main() -> ExitCode {
    panic::set_hook(Box::new(output::bug));
    if rustc::is_asked() {
        return rustc::run();
    }
    rustc::remember();
    let worker = thread::Builder::new().stack_size(STACK).spawn(|| commands::run(env::args_os().collect()));
    let code = match worker.map(thread::JoinHandle::join) {
        Ok(Ok(code)) => code,
        Ok(Err(_)) => exit::BUG,
        Err(reason) => {
            output::error(format_args!("cannot start a thread: {reason}"));
            exit::FAILURE
        }
    };
    ExitCode::from(code)
}
