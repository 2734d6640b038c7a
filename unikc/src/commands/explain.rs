//! `unikc explain CODE`: the page of a diagnostic.

use crate::explain::{self, Unknown};
use crate::{exit, output};

/// Prints the page.
pub(crate) fn run(code: &str) -> u8 {
    match explain::page(code) {
        Ok(page) => {
            output::out(page);
            exit::SUCCESS
        }
        Err(Unknown { code, nearest }) => {
            output::error(format_args!("there is no diagnostic `{}`", code.escape_debug()));
            if !nearest.is_empty() {
                output::help(format_args!("there is {}", nearest.join(", ")));
            }
            exit::USAGE
        }
    }
}
