//! `unikc run FILE [-- ARGUMENTS]`: builds an image and starts it.
//!
//! What starts takes the place of `unikc`, so that signals reach it and its exit code is the code of the command: the
//! platform's launcher if it has one, else the program itself.

use std::ffi::OsString;
use std::process::Command;

use super::{Asked, build, configure, failure};
use crate::{attach, cli, exit, layout, output};

/// Builds and starts it.
pub(crate) fn run(asked: &Asked<'_>) -> u8 {
    match prepare(asked) {
        Ok((mut command, shown)) => {
            output::progress("Running", &shown);
            start(&mut command)
                .unwrap_or_else(|reason| failure(format_args!("cannot start `{shown}`: {reason}")))
        }
        Err(code) => code,
    }
}

/// Builds it; what to start, and what to call that.
fn prepare(asked: &Asked<'_>) -> Result<(Command, String), u8> {
    let written = configure::configure(asked)?;
    let given = attach::given(asked.matches, &asked.kinds);
    attach::check(&given, &written.graph).map_err(|reason| {
        output::error(reason);
        exit::USAGE
    })?;
    let finished = build::compile(asked, &written)?;
    let boot: Vec<&OsString> = asked.matches.get_many(cli::BOOT).unwrap_or_default().collect();
    let what = finished.launcher.as_ref().unwrap_or(&finished.artifact);
    let mut command = Command::new(layout::absolute(what));
    command.args(attach::options(&given));
    if finished.launcher.is_some() && !boot.is_empty() {
        command.arg("--");
    }
    command.args(boot);
    Ok((command, what.display().to_string()))
}

#[cfg(unix)]
fn start(command: &mut Command) -> std::io::Result<u8> {
    use std::os::unix::process::CommandExt;
    Err(command.exec())
}

#[cfg(not(unix))]
fn start(command: &mut Command) -> std::io::Result<u8> {
    let code = command.status()?.code();
    Ok(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(exit::FAILURE))
}
