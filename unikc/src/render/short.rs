//! `file:line:column: error[E0101]: message`, as editors and `grep` like it.

use unik_source::Diagnostic;

use super::Places;

/// One line.
pub(super) fn render(diagnostic: &Diagnostic, places: &Places<'_>) -> String {
    let at = places.position(diagnostic.primary());
    let message = one_line(&diagnostic.message);
    let (line, column) = at.start;
    format!("{}:{line}:{column}: {}[{}]: {message}\n", at.path, diagnostic.severity.word(), diagnostic.code)
}

/// Without the characters that would make it two lines, or move a terminal's cursor.
pub(super) fn one_line(text: &str) -> String {
    text.chars().map(|char| if char.is_control() { ' ' } else { char }).collect()
}
