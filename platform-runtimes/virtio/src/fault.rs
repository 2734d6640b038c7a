//! What a device can do wrong. None of it is a mistake of the program, and none of it may hurt the program's memory.

use core::fmt;

use crate::memory::NoMemory;

/// Why a device is not used, or no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It has used more buffers than it was given.
    UsedIndex,
    /// It has used a buffer that it does not have.
    UsedId,
    /// It says to have written more than there was room for.
    UsedLength,
    /// A frame consists of more buffers than the device has, or of none.
    FrameBuffers,
    /// It asks to be reset: it has found a mistake of its own or of ours (virtio 1.2, 2.1.1).
    NeedsReset,
    /// It has been reset, and not by us.
    Lost,
    /// It refuses every set of features that this driver can do without.
    Features,
    /// Its configuration changes faster than it can be read.
    Configuration,
    /// It does not come out of its reset.
    Reset,
    /// It does not answer.
    Silent,
    /// It lacks a queue that its type has, or offers one of an impossible size.
    Queue(u16),
    /// It can tell of nothing: it has no interrupt that this target can use.
    Interrupt,
    /// Its registers are not where the specification has them.
    Registers,
    /// What it says of itself is impossible.
    Geometry,
    /// There is no memory for its buffers.
    Memory(NoMemory),
}

impl From<NoMemory> for Fault {
    fn from(error: NoMemory) -> Self {
        Self::Memory(error)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UsedIndex => "it has used more buffers than it was given",
            Self::UsedId => "it has used a buffer that it does not have",
            Self::UsedLength => "it says to have written more than there was room for",
            Self::FrameBuffers => "a frame consists of an impossible number of buffers",
            Self::NeedsReset => "it asks to be reset",
            Self::Lost => "it has been reset, and not by this driver",
            Self::Features => "it insists on features that this driver lacks",
            Self::Configuration => "its configuration changes faster than it can be read",
            Self::Reset => "it does not come out of its reset",
            Self::Silent => "it does not answer",
            Self::Queue(queue) => return write!(f, "its queue {queue} is missing or has an impossible size"),
            Self::Interrupt => "it has no interrupt that this target can use",
            Self::Registers => "its registers are not where they should be",
            Self::Geometry => "what it says of itself is impossible",
            Self::Memory(error) => return error.fmt(f),
        })
    }
}

impl core::error::Error for Fault {}
