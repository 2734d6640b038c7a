//! A mistake of the user as a value: a small document with a code, places, a reason and a change to try.
//!
//! How it looks (colours, JSON, an editor's protocol) is decided by whoever shows it.

use core::fmt;

use smol_str::SmolStr;

use crate::Place;

/// A stable code, `E0101`. Its page is `spec/errors/E0101.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(pub &'static str);

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// How bad it is. An error stops what would be generated; a warning does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Nothing is generated.
    Error,
    /// Probably not what was meant.
    Warning,
}

impl Severity {
    /// The word that people and JSON use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// A place that is involved, and what it has to do with the matter.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Label {
    /// Where.
    pub place: Place,
    /// What is there, in a few words; may be empty on the primary label.
    pub message: SmolStr,
    /// Whether this is the place to look at first. Exactly one label of a diagnostic is.
    pub primary: bool,
}

/// One replacement of text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Edit {
    /// What to replace; an empty span inserts.
    pub place: Place,
    /// What to put there.
    pub text: SmolStr,
}

/// A change that mends the mistake and that an editor can make.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fix {
    /// What it does: «replace by `network`».
    pub title: SmolStr,
    /// The replacements; they do not overlap.
    pub edits: Vec<Edit>,
}

/// Something to tell the user about a text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Diagnostic {
    /// Which kind of mistake.
    pub code: Code,
    /// Error or warning.
    pub severity: Severity,
    /// What is wrong, in the user's words, in one line without a full stop.
    pub message: SmolStr,
    /// All the places involved, the primary one first.
    pub labels: Vec<Label>,
    /// Why it is wrong: the rule, the types, what was chosen.
    pub notes: Vec<SmolStr>,
    /// A change to try.
    pub help: Option<SmolStr>,
    /// The same change as edits, where it can be made by a machine.
    pub fixes: Vec<Fix>,
}

impl Diagnostic {
    /// An error at `place`; `label` says what is there.
    pub fn error(code: Code, message: impl Into<SmolStr>, place: Place, label: impl Into<SmolStr>) -> Self {
        Self::new(Severity::Error, code, message.into(), place, label.into())
    }

    /// A warning at `place`; `label` says what is there.
    pub fn warning(code: Code, message: impl Into<SmolStr>, place: Place, label: impl Into<SmolStr>) -> Self {
        Self::new(Severity::Warning, code, message.into(), place, label.into())
    }

    fn new(severity: Severity, code: Code, message: SmolStr, place: Place, label: SmolStr) -> Self {
        let labels = vec![Label { place, message: label, primary: true }];
        Self { code, severity, message, labels, notes: Vec::new(), help: None, fixes: Vec::new() }
    }

    /// Adds another place that is involved.
    #[must_use]
    pub fn label(mut self, place: Place, message: impl Into<SmolStr>) -> Self {
        self.labels.push(Label { place, message: message.into(), primary: false });
        self
    }

    /// Adds a reason.
    #[must_use]
    pub fn note(mut self, note: impl Into<SmolStr>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Says what to change.
    #[must_use]
    pub fn help(mut self, help: impl Into<SmolStr>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Offers the change as one edit.
    #[must_use]
    pub fn fix(mut self, title: impl Into<SmolStr>, place: Place, text: impl Into<SmolStr>) -> Self {
        self.fixes.push(Fix { title: title.into(), edits: vec![Edit { place, text: text.into() }] });
        self
    }

    /// Offers the change as several edits, which do not overlap.
    #[must_use]
    pub fn fix_edits(mut self, title: impl Into<SmolStr>, edits: Vec<Edit>) -> Self {
        self.fixes.push(Fix { title: title.into(), edits });
        self
    }

    /// The place to look at first.
    pub fn primary(&self) -> Place {
        self.labels[0].place
    }

    /// Whether it stops generation.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}
