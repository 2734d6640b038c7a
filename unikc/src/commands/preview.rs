//! `unikc preview FILE`: a page with the device graph, which follows the file and all that it imports, until it is interrupted. The
//! same page as one file is `unikc graph --format html`.

use std::process::{Command, Stdio};
use std::sync::Arc;

use unik_eval::Mode;
use unik_preview::{Opened, World};

use super::{Asked, failure};
use crate::system::OsSystem;
use crate::{exit, layout, output};

/// Serves the page.
pub(crate) fn run(asked: &Asked<'_>) -> u8 {
    let path = asked.session.path();
    if !path.is_file() {
        return failure(format_args!("there is no file `{}`", path.display()));
    }
    let port = asked.matches.get_one::<u16>("page-port").copied().unwrap_or_default();
    let ready = |address: &str| {
        output::out(&format!("{address}\n"));
        output::err("The page follows the file and all that it imports; Ctrl-C ends it.\n");
        if asked.flag("browser") {
            open(address);
        }
    };
    match unik_preview::serve(world(asked), opened(asked), port, ready) {
        Ok(()) => exit::SUCCESS,
        Err(reason) => failure(format_args!("cannot serve a page on port {port} of loopback: {reason}")),
    }
}

/// The world behind a page.
pub(crate) fn world(asked: &Asked<'_>) -> World {
    let library = asked.session.library();
    World { system: Arc::new(OsSystem::new(library.texts())), library: library.names() }
}

/// What the command line says of a page.
pub(crate) fn opened(asked: &Asked<'_>) -> Opened {
    let request = asked.request(Mode::Symbolic);
    Opened {
        path: layout::absolute(asked.session.path()).to_string_lossy().into_owned(),
        values: request.values(),
        unikernel: request.unikernel,
    }
}

/// Shows an address in the person's browser.
fn open(address: &str) {
    let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let mut command = Command::new(opener);
    let quiet = command.arg(address).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    if let Err(reason) = quiet.spawn() {
        output::error(format_args!("cannot show it with `{opener}`: {reason}"));
    }
}
