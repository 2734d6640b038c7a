//! Mending everything in a file at once: only where there is no doubt about what was meant.

use unik_check::codes as check;
use unik_source::{Code, FileId};
use unik_syntax::{TextEdit, codes as syntax};

use super::{Action, ActionKind, edits};
use crate::host::Analysis;

/// The mistakes whose first fix is what was meant: a sign that is missing or too many, what nothing uses. A near name, a
/// value, or whether a definition is still wanted, is for people to say.
const SURE: &[Code] = &[
    syntax::UNEXPECTED,
    syntax::UNCLOSED,
    syntax::OPEN_STRING,
    syntax::BAD_ESCAPE,
    syntax::UNKNOWN_CHARACTER,
    syntax::BAD_NUMBER,
    syntax::STRAY_CLOSER,
    check::NOT_A_FUNCTION,
    check::UNREACHABLE_ARM,
    check::UNUSED_IMPORT,
];

impl Analysis {
    /// Mends all that is sure in a file, if there is any. What two fixes would change is changed by the first only.
    pub(super) fn fix_all(&self, file: FileId) -> Option<Action> {
        let sure = self.said_of(file).into_iter().filter(|found| SURE.contains(&found.code));
        let mut made: Vec<TextEdit> = Vec::new();
        for fix in sure.filter_map(|diagnostic| diagnostic.fixes.into_iter().next()) {
            let mut fix = edits::of_fix(&self.db, &fix);
            let own = fix.remove(&file).unwrap_or_default();
            let meets = |edit: &TextEdit| {
                made.iter().any(|made| match made.span <= edit.span {
                    true => edits::overlap(made, edit),
                    false => edits::overlap(edit, made),
                })
            };
            if fix.is_empty() && !own.iter().any(meets) {
                made.extend(own);
            }
        }
        let made = edits::joined(self.text(file), made);
        let title = "mend everything that is sure";
        (!made.is_empty()).then(|| Action::rewriting(ActionKind::FixAll, title, file, made))
    }
}
