//! `unikc lsp`: the language server on standard input and output, for editors. It ends when the editor says so or hangs up.

use std::sync::Arc;

use crate::library::Library;
use crate::system::OsSystem;
use crate::{exit, output};

/// Serves. An editor that hangs up without having asked for the end before makes it a failure.
pub(crate) fn run(library: &Library) -> u8 {
    let world =
        unik_lsp::World { system: Arc::new(OsSystem::new(library.texts())), library: library.names() };
    match unik_lsp::serve(world) {
        Ok(true) => exit::SUCCESS,
        Ok(false) => exit::FAILURE,
        Err(reason) => {
            output::error(format_args!("the language server cannot start: {reason}"));
            exit::FAILURE
        }
    }
}
