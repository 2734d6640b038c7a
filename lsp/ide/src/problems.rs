//! What is wrong with the files that are open: what `unikc check` says of each, sorted by the files it is about.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;
use unik_db::Database;
use unik_source::{Code, Diagnostic, FileId, Place, Severity, Sources, Span};

use crate::host::{Analysis, Range};

/// A diagnostic with places as an editor wants them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Which kind of mistake.
    pub code: Code,
    /// Error or warning.
    pub severity: Severity,
    /// What is wrong, why, and what to change: several lines.
    pub message: String,
    /// Where to look first, in the file that the problem belongs to.
    pub span: Span,
    /// The other places involved, each with what is there.
    pub related: Vec<(Range, String)>,
    /// Whether it says that something is not used, so that it can be shown faded.
    pub unused: bool,
}

impl Analysis {
    /// What is wrong with a file by itself, in the order in which `unikc check` says it; what its check says of other files is
    /// left out.
    pub fn problems_of(&self, file: FileId) -> Vec<Problem> {
        let said = unik_eval::check_file(&self.db, file);
        let own = said.iter().filter(|diagnostic| diagnostic.primary().file == file);
        own.map(|diagnostic| problem(&self.db, diagnostic)).collect()
    }

    /// What is wrong with the open files and all that they lead to, by file. Files of the library are left out; every open
    /// file is there, if only with nothing.
    pub fn problems(&self) -> BTreeMap<FileId, Vec<Problem>> {
        self.problems_from(&self.open)
    }

    /// The same with the files of the workspace that are not open.
    pub fn problems_of_workspace(&self) -> BTreeMap<FileId, Vec<Problem>> {
        self.problems_from(&self.roots())
    }

    /// What [`Self::problems`] says of one file, even if it is not open.
    pub fn problems_shown_in(&self, file: FileId) -> Vec<Problem> {
        let leads = |root: &FileId| *root == file || unik_check::reach(&self.db, *root).contains(&file);
        let mut roots: Vec<FileId> = self.open.iter().copied().filter(leads).collect();
        if roots.is_empty() {
            roots.push(file);
        }
        self.problems_from(&roots).remove(&file).unwrap_or_default()
    }

    fn problems_from(&self, roots: &[FileId]) -> BTreeMap<FileId, Vec<Problem>> {
        let shown = |file: &&FileId| self.open.contains(file) || !self.is_library(**file);
        let own = roots.iter().filter(shown);
        let mut found: BTreeMap<FileId, Vec<Problem>> = own.map(|file| (*file, Vec::new())).collect();
        let mut seen: FxHashSet<Diagnostic> = FxHashSet::default();
        for root in roots {
            for diagnostic in unik_eval::check_file(&self.db, *root) {
                let file = diagnostic.primary().file;
                if !self.is_library(file) && seen.insert(diagnostic.clone()) {
                    found.entry(file).or_default().push(problem(&self.db, &diagnostic));
                }
            }
        }
        found
    }
}

pub(crate) fn problem(db: &Database, diagnostic: &Diagnostic) -> Problem {
    let mut message = diagnostic.message.to_string();
    let primary = diagnostic.labels.iter().find(|label| label.primary && !label.message.is_empty());
    let lines = primary.map(|label| label.message.to_string()).into_iter();
    let lines = lines.chain(diagnostic.notes.iter().map(|note| format!("note: {note}")));
    for line in lines.chain(diagnostic.help.iter().map(|help| format!("help: {help}"))) {
        message = format!("{message}\n{line}");
    }
    let others = diagnostic.labels.iter().filter(|label| !label.primary);
    let related = others.map(|label| (range(db, label.place), label.message.to_string())).collect();
    Problem {
        code: diagnostic.code,
        severity: diagnostic.severity,
        message,
        span: db.absolute(diagnostic.primary()),
        related,
        unused: is_unused(diagnostic.code),
    }
}

fn range(db: &Database, place: Place) -> Range {
    Range { file: place.file, span: db.absolute(place) }
}

fn is_unused(code: Code) -> bool {
    use unik_check::codes;
    [codes::UNUSED_IMPORT, codes::UNUSED_LET, codes::UNUSED_KEY].contains(&code)
}
