//! A device from its reset to the end: status, features, queues, faults (virtio 1.2, 3.1).

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use core::cell::Cell;
use core::fmt;

use crate::fault::Fault;
use crate::memory::{Dma, Memory};
use crate::queue::Queue;
use crate::transport::Transport;

/// Several descriptors in one (VIRTIO_F_INDIRECT_DESC).
pub const INDIRECT_DESC: u32 = 28;
/// Both sides say when they want to be told (VIRTIO_F_EVENT_IDX).
pub const EVENT_IDX: u32 = 29;
/// Not a legacy device (VIRTIO_F_VERSION_1).
pub const VERSION_1: u32 = 32;
/// A legacy device that takes headers and data in one piece (VIRTIO_F_ANY_LAYOUT).
pub const ANY_LAYOUT: u32 = 27;

/// The device reaches memory as the platform says (VIRTIO_F_ACCESS_PLATFORM), which means by its address: nobody switches an
/// IOMMU on.
pub const ACCESS_PLATFORM: u32 = 33;

// Bits of the device status field (2.1).
const ACKNOWLEDGE: u8 = 1;
const DRIVER: u8 = 2;
const DRIVER_OK: u8 = 4;
const FEATURES_OK: u8 = 8;
const NEEDS_RESET: u8 = 64;
const FAILED: u8 = 128;

/// How often the status is read until the device must be out of its reset. Each read leaves the virtual machine.
const RESET_READS: usize = 100_000;
/// How often a configuration is read until it must have stood still.
const CONFIG_READS: usize = 64;

/// A device that is brought up; reset when dropped, or when it is wrong.
pub struct Device {
    transport: Box<dyn Transport>,
    features: u64,
    fault: Cell<Option<Fault>>,
}

impl Device {
    /// Resets a device and settles its features: `choose` says which of those offered, and known to the driver, are used.
    /// VIRTIO_F_VERSION_1 and VIRTIO_F_ACCESS_PLATFORM are settled here.
    pub fn start(
        transport: Box<dyn Transport>,
        choose: impl FnOnce(u64, &dyn Transport) -> u64,
    ) -> Result<Self, Fault> {
        let mut device = Self { transport, features: 0, fault: Cell::new(None) };
        let started = device.negotiate(choose);
        if started.is_err() {
            device.add_status(FAILED);
        }
        started.map(|()| device)
    }

    fn negotiate(&mut self, choose: impl FnOnce(u64, &dyn Transport) -> u64) -> Result<(), Fault> {
        self.reset()?;
        self.add_status(ACKNOWLEDGE);
        self.add_status(DRIVER);
        let offered = self.transport.offered();
        let legacy = self.transport.is_legacy();
        let version = 1 << VERSION_1;
        if !legacy && offered & version == 0 {
            return Err(Fault::Features);
        }
        let settled = version | 1 << ACCESS_PLATFORM;
        self.features = choose(offered, &*self.transport) & offered & !settled;
        if !legacy {
            self.features |= offered & settled;
        }
        self.transport.accept(self.features);
        if !legacy {
            self.add_status(FEATURES_OK);
            if self.transport.status() & FEATURES_OK == 0 {
                return Err(Fault::Features);
            }
        }
        Ok(())
    }

    /// Whether a feature is used.
    pub fn has(&self, feature: u32) -> bool {
        self.features & 1 << feature != 0
    }

    /// Whether it is a legacy device.
    pub fn is_legacy(&self) -> bool {
        self.transport.is_legacy()
    }

    /// What the device is called.
    pub fn name(&self) -> String {
        self.transport.to_string()
    }

    /// Sets up a queue of at most `most` descriptors, a power of two.
    pub fn queue<D: Dma>(&self, dma: &D, index: u16, most: u16) -> Result<Queue<D::Memory>, Fault> {
        let limit = self.transport.queue_limit(index);
        // Sizes are powers of two (2.7); a device that allows another number allows fewer.
        let largest = if limit == 0 { 0 } else { 1 << limit.ilog2() };
        let size = if self.transport.has_fixed_queues() { limit } else { most.min(largest) };
        if !size.is_power_of_two() {
            return Err(Fault::Queue(index));
        }
        let queue = Queue::new(dma, size, self.is_legacy(), self.has(EVENT_IDX))?;
        self.transport.start_queue(index, size, queue.addresses())?;
        Ok(queue)
    }

    /// Ends the setting up: from now on the device may use its queues.
    pub fn ready(&self) {
        self.add_status(DRIVER_OK);
    }

    /// Reads from the configuration what does not change while it is read.
    pub fn config<T: PartialEq>(&self, read: impl Fn(&dyn Transport) -> T) -> Result<T, Fault> {
        stable(&*self.transport, read)
    }

    /// Tells the device of a queue, if `wanted`; what [`Queue::publish`] says.
    pub fn notify(&self, queue: u16, wanted: bool) {
        if wanted && self.fault.get().is_none() {
            self.transport.notify(queue);
        }
    }

    /// Tells the device what was added to a queue, if it wants to know.
    pub fn publish<M: Memory>(&self, index: u16, queue: &mut Queue<M>) {
        self.notify(index, queue.publish());
    }

    /// What is wrong with the device.
    pub fn fault(&self) -> Option<Fault> {
        self.fault.get()
    }

    /// Gives the device up for a fault: it is reset, and says so in the log. Only the first fault counts.
    pub fn fail(&self, fault: Fault) {
        if self.fault.get().is_none() {
            self.fault.set(Some(fault));
            log::error!("{} is given up: {fault}", self.transport);
            // If it does not even reset, no more can be done.
            let _ = self.reset();
        }
    }

    /// Gives what a step gave, or gives the device up.
    pub fn checked<T>(&self, step: Result<T, Fault>) -> Option<T> {
        match step {
            Ok(value) => Some(value),
            Err(fault) => {
                self.fail(fault);
                None
            }
        }
    }

    /// Looks whether the device has said that it is broken; whether its configuration may have changed.
    pub fn look(&self) -> bool {
        if self.fault.get().is_some() || !self.transport.take_interrupt() {
            return false;
        }
        let status = self.transport.status();
        if status & NEEDS_RESET != 0 {
            self.fail(Fault::NeedsReset);
        } else if status & DRIVER_OK == 0 {
            self.fail(Fault::Lost);
        }
        self.fault.get().is_none()
    }

    fn add_status(&self, bits: u8) {
        self.transport.set_status(self.transport.status() | bits);
    }

    fn reset(&self) -> Result<(), Fault> {
        self.transport.set_status(0);
        for _ in 0..RESET_READS {
            if self.transport.status() == 0 {
                return Ok(());
            }
        }
        Err(Fault::Reset)
    }
}

/// Reads from a configuration what does not change while it is read (2.5.1). Legacy devices have no generation: there the
/// value must be read twice.
pub fn stable<T: PartialEq>(
    transport: &dyn Transport,
    read: impl Fn(&dyn Transport) -> T,
) -> Result<T, Fault> {
    for _ in 0..CONFIG_READS {
        let before = transport.generation();
        let value = read(transport);
        let same =
            if transport.is_legacy() { read(transport) == value } else { transport.generation() == before };
        if same {
            return Ok(value);
        }
    }
    Err(Fault::Configuration)
}

impl Drop for Device {
    fn drop(&mut self) {
        if self.fault.get().is_none() {
            // Its queues are freed next. If it does not reset, no more can be done.
            let _ = self.reset();
        }
    }
}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Device")
            .field("name", &self.name())
            .field("features", &self.features)
            .field("fault", &self.fault)
            .finish_non_exhaustive()
    }
}
