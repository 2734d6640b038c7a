//! `unikc run FILE [-- ARGUMENTS]`: builds an image and starts it.
//!
//! The program takes the place of `unikc`, so that signals reach it and its exit code is the code of the command.

use std::ffi::OsString;
use std::process::Command;

use super::{Asked, build, failure};
use crate::{cli, layout, output};

/// Builds and starts it.
pub(crate) fn run(asked: &Asked<'_>) -> u8 {
    let artifact = match build::build(asked) {
        Ok(artifact) => artifact,
        Err(code) => return code,
    };
    let arguments = asked.matches.get_many::<OsString>(cli::BOOT).unwrap_or_default();
    output::progress("Running", artifact.display());
    let mut command = Command::new(layout::absolute(&artifact));
    command.args(arguments);
    start(command)
        .unwrap_or_else(|reason| failure(format_args!("cannot start `{}`: {reason}", artifact.display())))
}

#[cfg(unix)]
fn start(mut command: Command) -> std::io::Result<u8> {
    use std::os::unix::process::CommandExt;
    Err(command.exec())
}

#[cfg(not(unix))]
fn start(mut command: Command) -> std::io::Result<u8> {
    let code = command.status()?.code();
    Ok(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(crate::exit::FAILURE))
}
