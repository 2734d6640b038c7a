//! What goes wrong with the machine when a device starts.

use core::fmt;

use unik::ErrorKind;

/// An error of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// Neither the processor nor a device has given random bits.
    NoEntropy,
    /// Neither the hypervisor nor a real time clock knows the time of day.
    NoTimeOfDay,
    /// All vectors of interrupts are in use.
    NoVector,
    /// No interrupt controller has this global system interrupt.
    NoController(u32),
    /// The processor has no local interrupt controller.
    NoLocalController,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoEntropy => f.write_str(
                "the machine has no source of random bits: the processor lacks RDRAND, and no device gives any; \
                 give it a CPU model that has it, or a virtio-rng device",
            ),
            Self::NoTimeOfDay => f.write_str("neither the hypervisor nor a real time clock knows the time of day"),
            Self::NoVector => f.write_str("all vectors of interrupts are in use"),
            Self::NoController(gsi) => write!(f, "no interrupt controller has the interrupt {gsi}"),
            Self::NoLocalController => f.write_str("the processor has no local interrupt controller"),
        }
    }
}

impl core::error::Error for Error {}

impl unik::Error for Error {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NoEntropy | Self::NoTimeOfDay | Self::NoController(_) | Self::NoLocalController => {
                ErrorKind::Unsupported
            }
            Self::NoVector => ErrorKind::Exhausted,
        }
    }
}
