//! The machine as the drivers know it: shared memory, registers, interrupts, and what the program keeps of it.
//!
//! This is the only file with unsafe code: it lends parts of shared memory, and has a static without a lock.

#![allow(unsafe_code, reason = "see above; each block says who guarantees what")]

use alloc::boxed::Box;
use alloc::rc::Rc;
use core::cell::Cell;
use core::ops::{Deref, Range};

use unik_x86_64::interrupt::{self, Trigger, Vector};
use unik_x86_64::mmio::Mmio;
use unik_x86_64::port::Ports;
use unik_x86_64::{Source, current, memory, pci};

use crate::memory::{Dma, Memory, NoMemory, Registers};
use crate::pci::{Address, Bus, Message, Purpose};
use crate::transport::Interrupt;

/// Memory of the machine that a device shares. Only drivers of this crate have it.
#[derive(Debug)]
pub(crate) struct Shared(memory::Shared);

impl Memory for Shared {
    fn address(&self) -> u64 {
        self.0.address()
    }

    fn load8(&self, offset: usize) -> u8 {
        self.0.load(offset)
    }

    fn load16(&self, offset: usize) -> u16 {
        self.0.load(offset)
    }

    fn load32(&self, offset: usize) -> u32 {
        self.0.load(offset)
    }

    fn store8(&self, offset: usize, value: u8) {
        self.0.store(offset, value);
    }

    fn store16(&self, offset: usize, value: u16) {
        self.0.store(offset, value);
    }

    fn store32(&self, offset: usize, value: u32) {
        self.0.store(offset, value);
    }

    fn store64(&self, offset: usize, value: u64) {
        self.0.store(offset, value);
    }

    fn read(&self, offset: usize, into: &mut [u8]) {
        self.0.read(offset, into);
    }

    fn write(&self, offset: usize, from: &[u8]) {
        self.0.write(offset, from);
    }

    fn lend<R>(&self, range: Range<usize>, look: impl FnOnce(&[u8]) -> R) -> R {
        // SAFETY: the drivers, who alone have this, lend what is theirs: `queue` gives a buffer back once, and it is not given
        // to the device again while it is lent. A device that writes there nonetheless is the host, which reaches all memory anyway.
        look(unsafe { self.0.slice(range) })
    }

    fn lend_mut<R>(&self, range: Range<usize>, fill: impl FnOnce(&mut [u8]) -> R) -> R {
        // SAFETY: as for `lend`. `Arena` and `Pages` give a range to one user until it is given back.
        fill(unsafe { self.0.slice_mut(range) })
    }
}

/// The heap.
#[derive(Debug)]
pub(crate) struct Heap;

impl Dma for Heap {
    type Memory = Shared;

    fn allocate(&self, bytes: usize) -> Result<Shared, NoMemory> {
        memory::Shared::new(bytes).map(Shared).map_err(|_| NoMemory { bytes })
    }
}

struct Window(Mmio);

impl Registers for Window {
    fn length(&self) -> usize {
        self.0.length()
    }

    fn read8(&self, offset: usize) -> u8 {
        self.0.read8(offset)
    }

    fn read16(&self, offset: usize) -> u16 {
        self.0.read16(offset)
    }

    fn read32(&self, offset: usize) -> u32 {
        self.0.read32(offset)
    }

    fn write8(&self, offset: usize, value: u8) {
        self.0.write8(offset, value);
    }

    fn write16(&self, offset: usize, value: u16) {
        self.0.write16(offset, value);
    }

    fn write32(&self, offset: usize, value: u32) {
        self.0.write32(offset, value);
    }
}

struct PortRange(Ports);

/// An offset among ports; there are fewer than 2¹⁶.
fn port(offset: usize) -> u16 {
    u16::try_from(offset).unwrap_or(u16::MAX)
}

impl Registers for PortRange {
    fn length(&self) -> usize {
        self.0.length().into()
    }

    fn read8(&self, offset: usize) -> u8 {
        self.0.read8(port(offset))
    }

    fn read16(&self, offset: usize) -> u16 {
        self.0.read16(port(offset))
    }

    fn read32(&self, offset: usize) -> u32 {
        self.0.read32(port(offset))
    }

    fn write8(&self, offset: usize, value: u8) {
        self.0.write8(port(offset), value);
    }

    fn write16(&self, offset: usize, value: u16) {
        self.0.write16(port(offset), value);
    }

    fn write32(&self, offset: usize, value: u32) {
        self.0.write32(port(offset), value);
    }
}

struct Line(Vector);

impl Interrupt for Line {
    fn fired(&self) -> bool {
        self.0.fired()
    }
}

/// A message that was made: address and data.
type Made = Cell<Option<(u64, u32)>>;

/// The messages of each purpose.
static MESSAGES: OneProcessor<[Made; 3]> = OneProcessor::new([const { Cell::new(None) }; 3]);

/// Where the machine's devices are.
#[derive(Debug)]
pub(crate) struct Board;

fn function(address: Address) -> pci::Address {
    pci::Address { bus: address.bus, device: address.device, function: address.function }
}

impl Bus for Board {
    fn read(&self, address: Address, offset: u8) -> u32 {
        pci::read32(function(address), offset)
    }

    fn write(&self, address: Address, offset: u8, value: u32) {
        pci::write32(function(address), offset, value);
    }

    fn memory(&self, address: u64, length: usize) -> Option<Box<dyn Registers>> {
        Mmio::find(address, length).map(|registers| Box::new(Window(registers)) as Box<dyn Registers>)
    }

    fn ports(&self, base: u16, length: u16) -> Option<Box<dyn Registers>> {
        base.checked_add(length)?;
        Some(Box::new(PortRange(Ports::new(base, length))))
    }

    fn message(&self, purpose: Purpose) -> Option<Message> {
        let known = &MESSAGES[purpose as usize];
        let (address, data) = match known.get() {
            Some(message) => message,
            None => interrupt::message().ok()?,
        };
        known.set(Some((address, data)));
        Some(Message { address, data, interrupt: Box::new(Line(interrupt::of_message(data))) })
    }

    fn machine_language(&self) -> &[u8] {
        unik_x86_64::machine_language().unwrap_or_default()
    }

    fn line(&self, interrupt: u32) -> Option<Box<dyn Interrupt>> {
        let vector = interrupt::route(interrupt, Trigger::Edge).ok()?;
        Some(Box::new(Line(vector)))
    }
}

/// Lets the machine look at a driver from now on.
pub(crate) fn watch(driver: Rc<dyn Source>) {
    current().platform().add_source(driver);
}

/// A value of the one processor.
pub(crate) struct OneProcessor<T>(T);

// SAFETY: an image runs on one processor, and no interrupt handler knows of this crate, so nothing uses the value at the same time
// as something else. On the host nothing uses it: the devices that do need the machine.
unsafe impl<T> Sync for OneProcessor<T> {}

impl<T> OneProcessor<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(value)
    }
}

impl<T> Deref for OneProcessor<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}
