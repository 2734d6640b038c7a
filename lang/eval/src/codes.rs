//! The codes of this crate's diagnostics. Each has a page, `spec/errors/E04xx.md`.

use unik_source::Code;

/// A device is chosen by what is known only at boot.
pub const CHOICE_AT_BOOT: Code = Code("E0401");
/// Two keys of one image have one option.
pub const SAME_OPTION: Code = Code("E0402");
/// Two nodes claim what only one may have.
pub const CLAIMED_TWICE: Code = Code("E0403");
/// A `require` does not hold.
pub const REQUIRE: Code = Code("E0404");
/// The folder of `files(…)` is not there.
pub const NO_FOLDER: Code = Code("E0405");
/// The path of `files(…)` is a file.
pub const NOT_A_FOLDER: Code = Code("E0406");
/// The target has no such role.
pub const NO_ROLE: Code = Code("E0407");
/// A device does not work on the target.
pub const WRONG_TARGET: Code = Code("E0408");
/// A number leaves the range of its type.
pub const OVERFLOW: Code = Code("E0409");
/// An option that no key has.
pub const NO_OPTION: Code = Code("E0410");
/// A value that is not of the key's type.
pub const BAD_VALUE: Code = Code("E0411");
/// A key that needs a value has none.
pub const NO_VALUE: Code = Code("E0412");
/// A file without `unikernel`.
pub const NO_UNIKERNEL: Code = Code("E0413");
/// It is not clear which unikernel is meant.
pub const WHICH_UNIKERNEL: Code = Code("E0414");
/// It is not clear which target is meant.
pub const WHICH_TARGET: Code = Code("E0415");
/// A `run key` is given when configuring.
pub const GIVEN_TOO_EARLY: Code = Code("E0416");
/// Evaluation takes more applications than are sensible.
pub const TOO_LARGE: Code = Code("E0417");
/// A folder that is compiled into the image is named by what is known only at boot.
pub const FOLDER_AT_BOOT: Code = Code("E0418");
/// The name of what is attached may change at boot.
pub const ATTACH_AT_BOOT: Code = Code("E0419");
/// A name under which nothing can be attached.
pub const ATTACH_NAME: Code = Code("E0420");
/// The target attaches nothing of this kind.
pub const CANNOT_ATTACH: Code = Code("E0421");
/// More is attached than the target has room for.
pub const TOO_MANY_ATTACHED: Code = Code("E0422");

/// All of them.
pub const ALL: &[Code] = &[
    CHOICE_AT_BOOT,
    SAME_OPTION,
    CLAIMED_TWICE,
    REQUIRE,
    NO_FOLDER,
    NOT_A_FOLDER,
    NO_ROLE,
    WRONG_TARGET,
    OVERFLOW,
    NO_OPTION,
    BAD_VALUE,
    NO_VALUE,
    NO_UNIKERNEL,
    WHICH_UNIKERNEL,
    WHICH_TARGET,
    GIVEN_TOO_EARLY,
    TOO_LARGE,
    FOLDER_AT_BOOT,
    ATTACH_AT_BOOT,
    ATTACH_NAME,
    CANNOT_ATTACH,
    TOO_MANY_ATTACHED,
];
