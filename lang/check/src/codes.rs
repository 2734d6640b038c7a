//! The codes of the checker. Each has a page in `spec/errors/`. E01xx names and imports, E02xx types and application,
//! E03xx keys, enums, choices and blocks; a `W` warns.

use unik_source::Code;

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal;)+) => {
        $($(#[doc = $doc])+ pub const $name: Code = Code($code);)+
        /// All of them, in order.
        pub const ALL: &[Code] = &[$($name),+];
    };
}

codes! {
    /// A name that nothing declares, here or in the other file.
    UNKNOWN_NAME = "E0101";
    /// Two definitions of one name.
    DUPLICATE = "E0102";
    /// A definition that needs itself.
    RECURSION = "E0103";
    /// An import of a file that is not there.
    NO_SUCH_FILE = "E0104";
    /// An import of a crate that is not a dependency with a `.unik` file.
    NO_SUCH_CRATE = "E0105";
    /// A module type that includes itself.
    INCLUDES_ITSELF = "E0106";
    /// A definition that takes a name of the language.
    BUILT_IN_NAME = "E0107";
    /// A type or a file where a value is wanted, or a value where a type is wanted.
    WRONG_KIND = "E0108";
    /// A file that cannot be read.
    UNREADABLE = "E0109";
    /// A file that imports itself.
    IMPORTS_ITSELF = "E0110";
    /// An import whose path does not end in a name.
    IMPORT_NEEDS_NAME = "E0111";
    /// A type that is not the expected one.
    MISMATCH = "E0201";
    /// Branches that have no type in common.
    BRANCHES = "E0202";
    /// An operator on types that it does not know.
    OPERATOR = "E0203";
    /// An argument that is not given.
    MISSING_ARGUMENT = "E0204";
    /// More arguments than parameters.
    TOO_MANY_ARGUMENTS = "E0205";
    /// An argument for a parameter that does not exist.
    UNKNOWN_ARGUMENT = "E0206";
    /// Two arguments for one parameter.
    REPEATED_ARGUMENT = "E0207";
    /// An application of something that takes no arguments.
    NOT_A_FUNCTION = "E0208";
    /// An expression whose type nothing decides.
    UNDECIDED = "E0209";
    /// A literal that its type does not have.
    LITERAL = "E0210";
    /// A type with the wrong types as arguments.
    TYPE_ARGUMENTS = "E0211";
    /// A type that cannot be the type of a key, or of what a device takes.
    NOT_A_VALUE_TYPE = "E0212";
    /// A type that is no module type where one is needed.
    NOT_A_MODULE_TYPE = "E0213";
    /// A member of something that has none.
    NO_MEMBERS = "E0214";
    /// A case that the enum does not have.
    UNKNOWN_CASE = "E0215";
    /// A role that no platform has.
    UNKNOWN_ROLE = "E0216";
    /// A scope name that cannot be part of an option.
    SCOPE_NAME = "E0217";
    /// A default of a function inside an expression.
    LOCAL_DEFAULT = "E0218";
    /// A match that leaves a value out.
    NOT_EXHAUSTIVE = "E0301";
    /// An arm that is never chosen.
    UNREACHABLE_ARM = "E0302";
    /// A pattern that does not fit what is matched.
    PATTERN = "E0303";
    /// A match on something that has no patterns.
    NO_PATTERNS = "E0304";
    /// Two entries of a block where one is allowed.
    REPEATED_ENTRY = "E0305";
    /// Two keys with one option.
    SAME_OPTION = "E0306";
    /// A key with an option that is taken.
    RESERVED_OPTION = "E0307";
    /// A short option that is not one letter.
    SHORT_OPTION = "E0308";
    /// Two cases of one name, or an enum without cases.
    CASES = "E0309";
    /// A target that is not in reach.
    UNKNOWN_PLATFORM = "E0310";
    /// A block that lacks its `rust` entry.
    MISSING_RUST = "E0311";
    /// An `exclusive` that names no parameter.
    EXCLUSIVE = "E0312";
    /// An `after` that names no device.
    AFTER = "E0313";
    /// Platforms that disagree about a role.
    ROLE_TYPES = "E0314";
    /// Two platforms of one name.
    SAME_PLATFORM = "E0315";
    /// An `attach` that says neither what nor how many.
    ATTACH = "E0316";
    /// A linker script that is not the name of a file.
    LINK = "E0317";
    /// An import that nothing uses.
    UNUSED_IMPORT = "W0101";
    /// A definition that nothing uses.
    UNUSED_LET = "W0102";
    /// A key that nothing reads.
    UNUSED_KEY = "W0301";
}
