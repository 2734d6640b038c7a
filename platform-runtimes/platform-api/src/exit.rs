//! How a program ends.
//!
//! | code | meaning |
//! |---|---|
//! | 0 | all jobs ended well, the program was asked to stop and did, or `--help` |
//! | 1 | a job failed |
//! | 2 | a device failed to start |
//! | 3 | asked to stop, the program was still busy when its time was over, or was asked a second time |
//! | 64 | the boot arguments are wrong (`EX_USAGE` of sysexits.h) |
//! | 65 | a value refused by a guard, a `require`, or by overflow (`EX_DATAERR`) |
//! | 101 | a panic: a bug |

use alloc::string::String;
use core::fmt;

/// An exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exit(pub u8);

impl Exit {
    /// All went well.
    pub const SUCCESS: Self = Self(0);
    /// A job failed.
    pub const JOB: Self = Self(1);
    /// A device failed to start.
    pub const DEVICE: Self = Self(2);
    /// It did not stop in time.
    pub const STOPPED: Self = Self(3);
    /// The boot arguments are wrong.
    pub const USAGE: Self = Self(64);
    /// A value is refused.
    pub const REFUSED: Self = Self(65);
    /// A bug.
    pub const PANIC: Self = Self(101);
}

/// Why a program ends: a message for people and a code for programs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The exit code.
    pub exit: Exit,
    /// One or more lines; the first says what is wrong.
    pub message: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl core::error::Error for Failure {}
