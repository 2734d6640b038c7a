//! The fixes of what is wrong at a range: those that diagnostics bring along, and those that lie in the folder.

use rustc_hash::FxHashSet;
use unik_check::codes;
use unik_source::{Code, Diagnostic, FileId, Sources};

use super::{Action, ActionKind, edits};
use crate::host::{Analysis, Range};
use crate::problems::problem;

/// Mistakes of which nobody but the author knows what was meant: what is unused may be wanted soon, and of two equal names either may
/// be the wrong one.
const FOR_PEOPLE: &[Code] = &[codes::DUPLICATE, codes::UNUSED_LET, codes::UNUSED_KEY];

impl Analysis {
    /// What is said of a file by its own check and by those of the open files that lead to it.
    pub(super) fn said_of(&self, file: FileId) -> Vec<Diagnostic> {
        let others = self.open.iter().copied().filter(|open| *open != file);
        let mut seen: FxHashSet<Diagnostic> = FxHashSet::default();
        let mut said = Vec::new();
        for root in std::iter::once(file).chain(others) {
            let own = unik_eval::check_file(&self.db, root).into_iter();
            said.extend(own.filter(|found| found.primary().file == file && seen.insert(found.clone())));
        }
        said
    }

    /// The fixes of what is wrong at a range.
    pub(super) fn fixes(&self, range: Range) -> Vec<Action> {
        let mut found = Vec::new();
        for diagnostic in self.said_of(range.file) {
            let at = self.db.absolute(diagnostic.primary());
            if at.end < range.span.start || range.span.end < at.start {
                continue;
            }
            let beside = self.neighbours(&diagnostic);
            let mut fixes = diagnostic.fixes.iter().chain(&beside).map(|fix| Action {
                title: fix.title.to_string(),
                kind: ActionKind::QuickFix,
                preferred: false,
                mends: Some(problem(&self.db, &diagnostic)),
                edits: edits::of_fix(&self.db, fix),
            });
            // The first is the likeliest.
            let preferred = !FOR_PEOPLE.contains(&diagnostic.code);
            found.extend(fixes.next().map(|fix| Action { preferred, ..fix }));
            found.extend(fixes);
        }
        found
    }
}
