//! What a name in a text stands for: the value that all features share.

use smol_str::SmolStr;
use unik_check::core::{DefId, Type};
use unik_source::{FileId, Span};

/// What a name stands for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Referent {
    /// A declaration at the top of a file.
    Item(DefId),
    /// A parameter, a `let` or key inside an item, a name of a pattern: by the item and the span of the name in it.
    Local(DefId, Span),
    /// A case of an enum.
    Case(DefId, SmolStr),
    /// A file that is imported.
    File(FileId),
    /// A role of the target.
    Role(SmolStr),
    /// A name of the language: a type, `target`, `some`, `none`, `files`.
    BuiltIn(SmolStr),
}

/// What a local is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum LocalKind {
    /// A parameter.
    Parameter,
    /// A `let` of a block.
    Let,
    /// A key of a block or a device.
    Key,
    /// A name of a pattern.
    Pattern,
}

/// A name in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Occurrence {
    /// Where it stands, counted from the start of its item.
    pub(crate) span: Span,
    /// What it stands for.
    pub(crate) referent: Referent,
    /// Whether this is where it is declared.
    pub(crate) declares: bool,
    /// What a local is.
    pub(crate) local: Option<LocalKind>,
    /// Its type, where the text has one for it or the checker found it.
    pub(crate) ty: Option<Type>,
}

/// A name that an item binds around a place in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Binding {
    /// The name.
    pub(crate) name: SmolStr,
    /// Where the name is bound, counted from the start of the item.
    pub(crate) span: Span,
    /// What it is.
    pub(crate) kind: LocalKind,
    /// Its type, if it is known.
    pub(crate) ty: Option<Type>,
    /// For a function of a block: the names of its parameters.
    pub(crate) params: Vec<(SmolStr, Span)>,
}
