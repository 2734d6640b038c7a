//! What an editor offers to change at a range of a file: fixes of what is wrong there, and rewritings of what is right.
//!
//! Here stand what an action is and who is asked for some. Each kind of change is a file of its own in the folder. A fix
//! comes with its diagnostic and is offered on broken code; everything else leaves code alone that has a mistake.

mod annotate;
mod arguments;
mod branches;
mod edits;
mod extract;
mod fix_all;
mod fixes;
mod inline;
mod neighbours;
mod organize;
mod scopes;
mod site;
mod written;

use std::collections::BTreeMap;

use unik_source::{FileId, Span};
use unik_syntax::TextEdit;

use crate::host::{Analysis, Range};
use crate::problems::Problem;

/// What sort of change an action is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ActionKind {
    /// It mends a mistake.
    QuickFix,
    /// It gives a part a name of its own.
    Extract,
    /// It puts a definition where its name is used.
    Inline,
    /// It says the same in another way.
    Rewrite,
    /// It puts the imports of the file in order.
    OrganizeImports,
    /// It mends everything in the file of which one can be sure how.
    FixAll,
}

impl ActionKind {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 6] =
        [Self::QuickFix, Self::Extract, Self::Inline, Self::Rewrite, Self::OrganizeImports, Self::FixAll];
}

/// The replacements of an action, by file and in the order of the text. Those of one file do not overlap.
pub type Edits = BTreeMap<FileId, Vec<TextEdit>>;

/// A change that an editor offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// What it does, for people.
    pub title: String,
    /// What sort of change it is.
    pub kind: ActionKind,
    /// Whether it is the one to take where nobody chooses.
    pub preferred: bool,
    /// What it mends, if it is a fix.
    pub mends: Option<Problem>,
    /// What it replaces.
    pub edits: Edits,
}

impl Action {
    /// A change of one file that mends nothing.
    fn rewriting(kind: ActionKind, title: impl Into<String>, file: FileId, edits: Vec<TextEdit>) -> Self {
        let edits = Edits::from([(file, edits)]);
        Self { title: title.into(), kind, preferred: false, mends: None, edits }
    }
}

impl Analysis {
    /// What can be changed at a range of a file, of the kinds that are wanted. Nothing is offered that would change the library.
    pub fn actions(&self, range: Range, wanted: &dyn Fn(ActionKind) -> bool) -> Vec<Action> {
        let text = self.text(range.file);
        let span = Span::new(range.span.start as usize, (range.span.end as usize).min(text.len()));
        if self.is_library(range.file) || text.get(span.range()).is_none() {
            return Vec::new();
        }
        unik_check::settle(&self.db, range.file);
        let range = Range { span, ..range };
        let mut found = Vec::new();
        for kind in ActionKind::ALL.into_iter().filter(|kind| wanted(*kind)) {
            match kind {
                ActionKind::QuickFix => found.extend(self.fixes(range)),
                ActionKind::FixAll => found.extend(self.fix_all(range.file)),
                ActionKind::Rewrite => {
                    if let Some(site) = site::Site::new(self, range) {
                        found.extend(annotate::annotate(&site));
                        found.extend(arguments::arguments(&site));
                        found.extend(branches::branches(&site));
                    }
                }
                ActionKind::Extract if range.span.is_empty() => {}
                ActionKind::Extract => {
                    let site = site::Site::new(self, range);
                    found.extend(site.into_iter().flat_map(|site| extract::extract(self, &site)));
                }
                ActionKind::Inline => {
                    found.extend(site::Site::new(self, range).and_then(|site| inline::inline(self, &site)));
                }
                ActionKind::OrganizeImports => found.extend(organize::organize(self, range.file)),
            }
        }
        found.retain(|action| edits::sound(self, &action.edits));
        found.iter_mut().for_each(|action| edits::end_lines_alike(self, &mut action.edits));
        found
    }
}
