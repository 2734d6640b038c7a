//! Which keys are well-formed. Every store checks with this, so that a key means the same in all of them.

use core::fmt;

/// The longest key, in bytes: what Linux takes as a path, without the final zero (`PATH_MAX`, limits.h).
pub const LONGEST_KEY: usize = 4095;
/// The longest name between two `/`, in bytes (`NAME_MAX`, limits.h).
pub const LONGEST_NAME: usize = 255;

/// Why a key is not well-formed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// A name between two `/`, before the first or behind the last one is empty.
    EmptyName,
    /// A name is `.` or `..`.
    Dots,
    /// A zero byte, a line feed or another control character.
    Control,
    /// Longer than [`LONGEST_KEY`], or a name longer than [`LONGEST_NAME`].
    TooLong,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EmptyName => "a name in the key is empty",
            Self::Dots => "`.` and `..` cannot stand in a key",
            Self::Control => "a control character stands in the key",
            Self::TooLong => "the key is too long",
        })
    }
}

impl core::error::Error for Malformed {}

/// Checks the key of a value: names joined by single `/`, without one at either end. No name is empty, `.` or `..`,
/// or has a control character; a `\` is a character like others.
pub fn check(key: &str) -> Result<(), Malformed> {
    if key.len() > LONGEST_KEY {
        return Err(Malformed::TooLong);
    }
    for name in key.split('/') {
        match name {
            "" => return Err(Malformed::EmptyName),
            "." | ".." => return Err(Malformed::Dots),
            _ if name.len() > LONGEST_NAME => return Err(Malformed::TooLong),
            _ if name.chars().any(char::is_control) => return Err(Malformed::Control),
            _ => {}
        }
    }
    Ok(())
}

/// Checks the key of a dictionary: as [`check`], but the empty key is the root.
pub fn check_dictionary(key: &str) -> Result<(), Malformed> {
    if key.is_empty() { Ok(()) } else { check(key) }
}
