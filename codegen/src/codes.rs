//! The codes of the generator's diagnostics, `E05xx`. Each has a page in `spec/errors/`.

use unik_source::Code;

/// A device does not implement its module type's trait.
pub const NOT_IMPLEMENTED: Code = Code("E0501");
/// A constructor, trait or enum is not where the `.unik` file says.
pub const NOT_FOUND: Code = Code("E0502");
/// The arguments do not fit the constructor.
pub const ARGUMENTS: Code = Code("E0503");
/// A device that several others use is not `Clone`.
pub const NOT_CLONE: Code = Code("E0504");
/// What the constructor gives is not what the generated program needs.
pub const RESULT: Code = Code("E0505");
/// Another Rust error inside the generated crate.
pub const OTHER: Code = Code("E0506");
/// The crates want versions of another that exclude each other.
pub const VERSIONS: Code = Code("E0507");
/// A crate needs an operating system, and the target has none.
pub const NEEDS_SYSTEM: Code = Code("E0508");
/// No `Cargo.toml` lies beside the `.unik` file.
pub const NO_CRATE: Code = Code("E0510");
/// A `Cargo.toml` cannot be read.
pub const BAD_MANIFEST: Code = Code("E0511");
/// A device has no constructor.
pub const NO_CONSTRUCTOR: Code = Code("E0512");
/// A choice is still open.
pub const OPEN_CHOICE: Code = Code("E0513");
/// There is no target, or it has no runtime.
pub const NO_RUNTIME: Code = Code("E0514");
/// A folder of files was not read.
pub const NO_FILES: Code = Code("E0515");

/// All of them, sorted.
pub const ALL: &[Code] = &[
    NOT_IMPLEMENTED,
    NOT_FOUND,
    ARGUMENTS,
    NOT_CLONE,
    RESULT,
    OTHER,
    VERSIONS,
    NEEDS_SYSTEM,
    NO_CRATE,
    BAD_MANIFEST,
    NO_CONSTRUCTOR,
    OPEN_CHOICE,
    NO_RUNTIME,
    NO_FILES,
];
