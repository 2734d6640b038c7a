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
    /// A name that nothing declares.
    UNKNOWN_NAME = "E0101";
    /// Two definitions of one name.
    DUPLICATE = "E0102";
    /// A definition that takes a name of the language.
    BUILT_IN_NAME = "E0103";
    /// A name that the other file does not declare.
    NO_SUCH_EXPORT = "E0104";
    /// An import of a file that is not there.
    NO_SUCH_FILE = "E0105";
    /// An import of a crate that is not a dependency.
    NO_SUCH_CRATE = "E0106";
    /// A definition that needs itself.
    RECURSION = "E0107";
    /// A type, a file or a case where a value is wanted, or a value where a type is wanted.
    WRONG_KIND = "E0108";
    /// A file that cannot be read.
    UNREADABLE = "E0109";
    /// A file that imports itself.
    IMPORTS_ITSELF = "E0110";
    /// An import whose path does not end in a name.
    IMPORT_NEEDS_NAME = "E0111";
    /// A type that is not the expected one.
    MISMATCH = "E0201";
    /// A literal that its type does not allow.
    LITERAL = "E0202";
    /// An argument of another module type.
    WRONG_ARGUMENT = "E0203";
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
    /// Branches that have no type in common.
    BRANCHES = "E0209";
    /// An operator on types that it does not know.
    OPERATOR = "E0210";
    /// A comparison of devices.
    COMPARED_DEVICES = "E0211";
    /// A type constructor with the wrong arguments.
    TYPE_ARGUMENTS = "E0212";
    /// A type that is no value type where one is needed.
    NOT_A_VALUE_TYPE = "E0213";
    /// A type that is no module type where one is needed.
    NOT_A_MODULE_TYPE = "E0214";
    /// A member of something that has none.
    NO_MEMBERS = "E0215";
    /// A case that the enum does not have.
    UNKNOWN_CASE = "E0216";
    /// A role that no platform has.
    UNKNOWN_ROLE = "E0217";
    /// A scope name that cannot be part of an option.
    SCOPE_NAME = "E0218";
    /// An expression whose type nothing decides.
    UNDECIDED = "E0219";
    /// A default where only files' own functions and devices have them.
    LOCAL_DEFAULT = "E0221";
    /// Two keys with one option.
    SAME_OPTION = "E0301";
    /// A key with an option that is taken.
    RESERVED_OPTION = "E0302";
    /// A short option that is not one letter.
    SHORT_OPTION = "E0303";
    /// A match that leaves a value out.
    NOT_EXHAUSTIVE = "E0304";
    /// An arm that is never chosen.
    UNREACHABLE_ARM = "E0305";
    /// A pattern that does not fit what is matched.
    PATTERN = "E0306";
    /// A match on something that has no patterns.
    NO_PATTERNS = "E0307";
    /// Two cases of one name, or an enum without cases.
    CASES = "E0308";
    /// A platform that is not in reach.
    UNKNOWN_PLATFORM = "E0309";
    /// A block that lacks its `rust` entry.
    MISSING_RUST = "E0310";
    /// Two entries where one is allowed.
    REPEATED_ENTRY = "E0311";
    /// An `exclusive` that names no parameter.
    EXCLUSIVE = "E0312";
    /// An `after` that names no device.
    AFTER = "E0313";
    /// A unikernel that is no job.
    NOT_A_JOB = "E0314";
    /// Platforms that disagree about a role.
    ROLE_TYPES = "E0315";
    /// A name of a platform that is taken.
    SAME_PLATFORM = "E0316";
    /// An import that nothing uses.
    UNUSED_IMPORT = "W0101";
    /// A definition that nothing uses.
    UNUSED_LET = "W0102";
    /// A key that nothing reads.
    UNUSED_KEY = "W0301";
}
