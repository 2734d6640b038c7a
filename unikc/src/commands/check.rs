//! `unikc check FILE`: everything that is wrong with a file, and with each of its unikernels as far as that can be known
//! without values of keys.
//!
//! The report is what was asked for: for programs it goes to standard output, for people to standard error.

use unik_eval::Mode;
use unik_source::Diagnostic;

use super::{Asked, report};
use crate::render::{self, Format};
use crate::session::Request;
use crate::{exit, output};

/// Reports.
pub(crate) fn run(asked: &Asked<'_>) -> u8 {
    let session = &asked.session;
    let request = asked.request(Mode::Symbolic);
    let mut diagnostics = session.check();
    // What was said about the image narrows what is wrong with it.
    if !diagnostics.iter().any(Diagnostic::is_error) && request != Request::symbolic() {
        for diagnostic in session.evaluate(&request).diagnostics {
            if !diagnostics.contains(&diagnostic) {
                diagnostics.push(diagnostic);
            }
        }
    }
    match asked.matches.get_one::<Format>("message-format").copied().unwrap_or_default() {
        Format::Human => report(session, &diagnostics),
        format => output::out(&render::render(&diagnostics, session.sources(), format, false)),
    }
    match diagnostics.iter().any(Diagnostic::is_error) {
        true => exit::FAILURE,
        false => exit::SUCCESS,
    }
}
