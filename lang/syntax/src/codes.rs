//! The codes of the mistakes that this crate finds. Each has a page in `spec/errors/`.

use unik_source::Code;

/// A token that the grammar does not allow where it stands, or one that is missing.
pub const UNEXPECTED: Code = Code("E0001");
/// A bracket that is not closed.
pub const UNCLOSED: Code = Code("E0002");
/// A string that is not closed on its line.
pub const OPEN_STRING: Code = Code("E0003");
/// An escape that strings do not have.
pub const BAD_ESCAPE: Code = Code("E0004");
/// A character that means nothing where it stands.
pub const UNKNOWN_CHARACTER: Code = Code("E0005");
/// Text that belongs to no item.
pub const OUTSIDE_ITEMS: Code = Code("E0006");
/// Expressions or types inside one another beyond the limit.
pub const TOO_DEEP: Code = Code("E0007");
/// Something that begins like a number and is none.
pub const BAD_NUMBER: Code = Code("E0008");
/// A closing bracket that closes nothing.
pub const STRAY_CLOSER: Code = Code("E0009");
/// A reserved word where a name is wanted.
pub const RESERVED_WORD: Code = Code("E0010");
/// Comparisons without parentheses in a row.
pub const CHAINED_COMPARISON: Code = Code("E0011");

/// All of them.
pub const ALL: &[Code] = &[
    UNEXPECTED,
    UNCLOSED,
    OPEN_STRING,
    BAD_ESCAPE,
    UNKNOWN_CHARACTER,
    OUTSIDE_ITEMS,
    TOO_DEEP,
    BAD_NUMBER,
    STRAY_CLOSER,
    RESERVED_WORD,
    CHAINED_COMPARISON,
];
