//! Devices of version 1 on PCI (virtio 1.2, 4.1): capabilities say where the registers lie.

use alloc::boxed::Box;
use core::cell::Cell;
use core::fmt;

use super::{Config, Transport};
use crate::fault::Fault;
use crate::memory::Registers;
use crate::pci::{Address, Function, Messages};

/// The capability that vendors define.
const VENDOR: u8 = 0x09;

// Types of virtio capabilities (4.1.4).
const COMMON: u8 = 1;
const NOTIFY: u8 = 2;
const DEVICE: u8 = 4;

// Offsets in the common configuration (4.1.4.3).
const DEVICE_FEATURES_SELECT: usize = 0;
const DEVICE_FEATURES: usize = 4;
const DRIVER_FEATURES_SELECT: usize = 8;
const DRIVER_FEATURES: usize = 12;
const CONFIG_VECTOR: usize = 16;
const QUEUES: usize = 18;
const STATUS: usize = 20;
const GENERATION: usize = 21;
const QUEUE_SELECT: usize = 22;
const QUEUE_SIZE: usize = 24;
const QUEUE_VECTOR: usize = 26;
const QUEUE_ENABLE: usize = 28;
const QUEUE_NOTIFY: usize = 30;
const QUEUE_ADDRESSES: [usize; 3] = [32, 40, 48];
const COMMON_LENGTH: u32 = 56;

/// How many queues a driver of ours uses at most.
pub(crate) const MOST_QUEUES: usize = 4;

/// A device of version 1 on PCI.
pub struct Modern {
    address: Address,
    kind: u32,
    messages: Messages,
    common: Box<dyn Registers>,
    notify: Box<dyn Registers>,
    /// The configuration of the device's type, if it has one.
    device: Option<Box<dyn Registers>>,
    /// Bytes between the notification registers of two queues.
    multiplier: u32,
    /// Where each queue's notification register lies; written when the queue is started.
    doorbells: [Cell<usize>; MOST_QUEUES],
}

impl Modern {
    /// The device at a function; nothing if it has no capabilities of version 1.
    pub fn probe(function: &Function<'_>) -> Result<Option<Self>, Fault> {
        let Some((common, _)) = window(function, COMMON, COMMON_LENGTH)? else { return Ok(None) };
        let (notify, at) = window(function, NOTIFY, 2)?.ok_or(Fault::Registers)?;
        let device = window(function, DEVICE, 0)?.map(|(registers, _)| registers);
        let messages = function.enable_messages().ok_or(Fault::Interrupt)?;
        Ok(Some(Self {
            address: function.address,
            kind: function.kind(),
            messages,
            common,
            notify,
            device,
            multiplier: function.read(at.checked_add(16).ok_or(Fault::Registers)?),
            doorbells: Default::default(),
        }))
    }

    fn select(&self, queue: u16) {
        self.common.write16(QUEUE_SELECT, queue);
    }

    fn config<T>(&self, read: impl FnOnce(Config<'_, Box<dyn Registers>>) -> T) -> Option<T> {
        self.device.as_ref().map(|registers| read(Config { registers, start: 0 }))
    }
}

/// Registers, and the offset of the capability that says where they are.
type Window = (Box<dyn Registers>, u8);

/// The first window of a type that can be used, of at least `least` bytes, and where its capability stands.
fn window(function: &Function<'_>, wanted: u8, least: u32) -> Result<Option<Window>, Fault> {
    for (kind, offset) in function.capabilities() {
        if kind != VENDOR || offset > 0xf0 || function.read(offset) >> 24 != u32::from(wanted) {
            continue;
        }
        let bar = (function.read(offset + 4) & 0xff) as u8;
        let (start, length) = (function.read(offset + 8), function.read(offset + 12));
        if bar > 5 {
            // Reserved: to be passed over (4.1.4).
            continue;
        }
        if length < least {
            return Err(Fault::Registers);
        }
        // No configuration of a type is longer than a page.
        let registers = function.memory(bar, start, length.min(1 << 16)).ok_or(Fault::Registers)?;
        return Ok(Some((registers, offset)));
    }
    Ok(None)
}

impl Transport for Modern {
    fn kind(&self) -> u32 {
        self.kind
    }

    fn is_legacy(&self) -> bool {
        false
    }

    fn status(&self) -> u8 {
        self.common.read8(STATUS)
    }

    fn set_status(&self, status: u8) {
        self.common.write8(STATUS, status);
    }

    fn offered(&self) -> u64 {
        let word = |select| {
            self.common.write32(DEVICE_FEATURES_SELECT, select);
            u64::from(self.common.read32(DEVICE_FEATURES))
        };
        word(0) | word(1) << 32
    }

    fn accept(&self, features: u64) {
        for (select, word) in (0..).zip([features & u64::from(u32::MAX), features >> 32]) {
            self.common.write32(DRIVER_FEATURES_SELECT, select);
            self.common.write32(DRIVER_FEATURES, word as u32);
        }
    }

    fn queue_limit(&self, queue: u16) -> u16 {
        if queue >= self.common.read16(QUEUES) {
            return 0;
        }
        self.select(queue);
        self.common.read16(QUEUE_SIZE)
    }

    fn has_fixed_queues(&self) -> bool {
        false
    }

    fn start_queue(&self, queue: u16, size: u16, addresses: [u64; 3]) -> Result<(), Fault> {
        let doorbell = self.doorbells.get(usize::from(queue)).ok_or(Fault::Queue(queue))?;
        self.common.write16(CONFIG_VECTOR, self.messages.config_vector());
        self.select(queue);
        self.common.write16(QUEUE_VECTOR, 0);
        // A device may lack the means for a vector (4.1.5.1.2).
        if self.common.read16(QUEUE_VECTOR) != 0 {
            return Err(Fault::Interrupt);
        }
        self.common.write16(QUEUE_SIZE, size);
        for (register, address) in QUEUE_ADDRESSES.into_iter().zip(addresses) {
            self.common.write32(register, (address & u64::from(u32::MAX)) as u32);
            self.common.write32(register + 4, (address >> 32) as u32);
        }
        let place = u64::from(self.common.read16(QUEUE_NOTIFY)) * u64::from(self.multiplier);
        let place = usize::try_from(place).map_err(|_| Fault::Registers)?;
        if place.checked_add(2).is_none_or(|end| end > self.notify.length()) {
            return Err(Fault::Registers);
        }
        doorbell.set(place);
        self.common.write16(QUEUE_ENABLE, 1);
        Ok(())
    }

    fn notify(&self, queue: u16) {
        if let Some(doorbell) = self.doorbells.get(usize::from(queue)) {
            self.notify.write16(doorbell.get(), queue);
        }
    }

    fn take_interrupt(&self) -> bool {
        // Messages need no acknowledgement.
        self.messages.config_may_have_changed()
    }

    fn config8(&self, offset: usize) -> u8 {
        self.config(|config| config.read8(offset)).unwrap_or(0)
    }

    fn config16(&self, offset: usize) -> u16 {
        self.config(|config| config.read16(offset)).unwrap_or(0)
    }

    fn config32(&self, offset: usize) -> u32 {
        self.config(|config| config.read32(offset)).unwrap_or(0)
    }

    fn generation(&self) -> u32 {
        u32::from(self.common.read8(GENERATION))
    }
}

impl fmt::Display for Modern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the virtio device {}", self.address)
    }
}

impl fmt::Debug for Modern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Modern")
            .field("address", &self.address)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}
