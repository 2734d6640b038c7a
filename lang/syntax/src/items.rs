//! Cutting a file into items. It cannot fail: every byte of the file belongs to exactly one item or to the
//! space between two, and a broken item never swallows the next.

use smol_str::SmolStr;
use unik_source::Span;

/// An item as the splitter sees it: enough for an outline, even if nothing else parses.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ItemText {
    /// `import`, `module type`, `enum`, `key`, `device`, `let`, `require`, `unikernel`, `platform`; empty for
    /// text that belongs to no item.
    pub keyword: SmolStr,
    /// Its name, if the header has one.
    pub name: Option<SmolStr>,
    /// From its documentation, or its first keyword, to its last token; counted from the start of the file.
    pub span: Span,
}
