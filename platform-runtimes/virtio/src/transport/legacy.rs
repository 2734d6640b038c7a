//! Legacy devices on PCI (virtio 1.2, 4.1.4.10): registers among the ports, queues of a fixed size.

use alloc::boxed::Box;
use core::fmt;

use super::{Config, Transport, legacy_page};
use crate::fault::Fault;
use crate::memory::Registers;
use crate::pci::{Address, Function, Messages};

// Offsets of registers.
const DEVICE_FEATURES: usize = 0;
const DRIVER_FEATURES: usize = 4;
const QUEUE_PAGE: usize = 8;
const QUEUE_SIZE: usize = 12;
const QUEUE_SELECT: usize = 14;
const QUEUE_NOTIFY: usize = 16;
const STATUS: usize = 18;
const CONFIG_VECTOR: usize = 20;
const QUEUE_VECTOR: usize = 22;
/// The configuration of the device's type, when messages are enabled.
const CONFIG: usize = 24;
/// The longest configuration that a driver of ours reads.
const LENGTH: u16 = 64;

/// A legacy device on PCI.
pub struct Legacy {
    address: Address,
    kind: u32,
    registers: Box<dyn Registers>,
    messages: Messages,
}

impl Legacy {
    /// The device at a function; nothing if it cannot be a legacy device.
    pub fn probe(function: &Function<'_>) -> Result<Option<Self>, Fault> {
        if !function.may_be_legacy() {
            return Ok(None);
        }
        let registers = function.ports(0, LENGTH).ok_or(Fault::Registers)?;
        let messages = function.enable_messages().ok_or(Fault::Interrupt)?;
        Ok(Some(Self { address: function.address, kind: function.kind(), registers, messages }))
    }

    fn config(&self) -> Config<'_, Box<dyn Registers>> {
        Config { registers: &self.registers, start: CONFIG }
    }
}

impl Transport for Legacy {
    fn kind(&self) -> u32 {
        self.kind
    }

    fn is_legacy(&self) -> bool {
        true
    }

    fn status(&self) -> u8 {
        self.registers.read8(STATUS)
    }

    fn set_status(&self, status: u8) {
        self.registers.write8(STATUS, status);
    }

    fn offered(&self) -> u64 {
        u64::from(self.registers.read32(DEVICE_FEATURES))
    }

    fn accept(&self, features: u64) {
        self.registers.write32(DRIVER_FEATURES, (features & u64::from(u32::MAX)) as u32);
    }

    fn queue_limit(&self, queue: u16) -> u16 {
        self.registers.write16(QUEUE_SELECT, queue);
        self.registers.read16(QUEUE_SIZE)
    }

    fn has_fixed_queues(&self) -> bool {
        true
    }

    fn start_queue(&self, queue: u16, _size: u16, addresses: [u64; 3]) -> Result<(), Fault> {
        self.registers.write16(CONFIG_VECTOR, self.messages.config_vector());
        self.registers.write16(QUEUE_SELECT, queue);
        self.registers.write16(QUEUE_VECTOR, 0);
        if self.registers.read16(QUEUE_VECTOR) != 0 {
            return Err(Fault::Interrupt);
        }
        self.registers.write32(QUEUE_PAGE, legacy_page(addresses[0])?);
        Ok(())
    }

    fn notify(&self, queue: u16) {
        self.registers.write16(QUEUE_NOTIFY, queue);
    }

    fn take_interrupt(&self) -> bool {
        // Messages need no acknowledgement.
        self.messages.config_may_have_changed()
    }

    fn config8(&self, offset: usize) -> u8 {
        self.config().read8(offset)
    }

    fn config16(&self, offset: usize) -> u16 {
        self.config().read16(offset)
    }

    fn config32(&self, offset: usize) -> u32 {
        self.config().read32(offset)
    }

    fn generation(&self) -> u32 {
        0
    }
}

impl fmt::Display for Legacy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the legacy virtio device {}", self.address)
    }
}

impl fmt::Debug for Legacy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Legacy")
            .field("address", &self.address)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}
