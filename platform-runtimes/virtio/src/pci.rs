//! PCI functions: which there are, where their registers lie, how they interrupt.
//!
//! Configuration space is read through [`Bus`]. Nothing found there is believed: lists are followed for a bounded number of
//! steps, windows are looked at before they are used.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use crate::memory::Registers;
use crate::transport::Interrupt;

/// The vendor of virtio devices.
const VIRTIO: u16 = 0x1af4;

// Offsets in configuration space (PCI Local Bus 3.0, 6.1).
const COMMAND: u8 = 0x04;
const CLASS: u8 = 0x08;
const HEADER: u8 = 0x0c;
const BARS: u8 = 0x10;
const BUSES: u8 = 0x18;
const SUBSYSTEM: u8 = 0x2c;
const CAPABILITIES: u8 = 0x34;

/// Ports, memory, and being a master of the bus, in the command register.
const ENABLED: u32 = 0b111;
/// The status register says that there are capabilities.
const HAS_CAPABILITIES: u32 = 1 << 20;
/// More capabilities than fit.
const STEPS: usize = 48;
/// The MSI-X capability (PCI 3.0, 6.8.2).
const MSIX: u8 = 0x11;

/// A function of a device on a bus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address {
    /// The bus.
    pub bus: u8,
    /// The device, below 32.
    pub device: u8,
    /// The function, below 8.
    pub function: u8,
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02x}:{:02x}.{}", self.bus, self.device, self.function)
    }
}

/// What a message tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Something happened in a queue.
    Queue,
    /// A configuration has changed.
    Configuration,
    /// Either, of a device that has only one message.
    Both,
}

/// A message that interrupts the machine.
pub struct Message {
    /// Where it is written.
    pub address: u64,
    /// What is written.
    pub data: u32,
    /// The interrupt.
    pub interrupt: Box<dyn Interrupt>,
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("address", &self.address)
            .field("data", &self.data)
            .finish_non_exhaustive()
    }
}

/// What finding devices needs of the machine.
pub trait Bus {
    /// Reads 32 bits of configuration space; all ones where nothing is. The offset is a multiple of 4.
    fn read(&self, function: Address, offset: u8) -> u32;
    /// Writes 32 bits of configuration space.
    fn write(&self, function: Address, offset: u8, value: u32);
    /// Registers in memory; nothing if they cannot lie there.
    fn memory(&self, address: u64, length: usize) -> Option<Box<dyn Registers>>;
    /// Registers among the ports.
    fn ports(&self, base: u16, length: u16) -> Option<Box<dyn Registers>>;
    /// An interrupt of the machine, with the address and the data of the message that raises it. Asked again for the same
    /// purpose, it is the same: there are more devices than interrupts.
    fn message(&self, purpose: Purpose) -> Option<Message>;
    /// The machine language of the firmware (ACPI 6.5, chapter 20); nothing if there is none.
    fn machine_language(&self) -> &[u8];
    /// A global system interrupt, which comes as an edge; nothing if there is none with this number.
    fn line(&self, interrupt: u32) -> Option<Box<dyn Interrupt>>;
}

/// Finds all virtio functions, on bus 0 and behind bridges, in the order of their addresses on each bus.
pub fn find(bus: &dyn Bus) -> Vec<Address> {
    let mut found = Vec::new();
    if bus.read(Address { bus: 0, device: 0, function: 0 }, 0) == u32::MAX {
        // There is no PCI: it would have a host bridge.
        return found;
    }
    let mut seen = [false; 256];
    let mut buses = alloc::vec![0u8];
    while let Some(number) = buses.pop() {
        if core::mem::replace(&mut seen[usize::from(number)], true) {
            continue;
        }
        for device in 0..32 {
            look_at(bus, number, device, &mut found, &mut buses);
        }
    }
    found
}

fn look_at(bus: &dyn Bus, number: u8, device: u8, found: &mut Vec<Address>, buses: &mut Vec<u8>) {
    let mut functions = 1;
    let mut function = 0;
    while function < functions {
        let address = Address { bus: number, device, function };
        function += 1;
        let identity = bus.read(address, 0);
        if identity == u32::MAX {
            continue;
        }
        let header = bus.read(address, HEADER) >> 16;
        if address.function == 0 && header & 0x80 != 0 {
            functions = 8;
        }
        if identity & 0xffff == u32::from(VIRTIO) {
            found.push(address);
        }
        // A bridge to another bus: class 06, subclass 04, header of type 1.
        if bus.read(address, CLASS) >> 16 == 0x0604 && header & 0x7f == 1 {
            buses.push((bus.read(address, BUSES) >> 8 & 0xff) as u8);
        }
    }
}

/// A virtio function.
#[derive(Clone, Copy)]
pub struct Function<'a> {
    bus: &'a dyn Bus,
    /// Where it is.
    pub address: Address,
}

impl<'a> Function<'a> {
    /// The function at an address, as it is.
    pub fn at(bus: &'a dyn Bus, address: Address) -> Self {
        Self { bus, address }
    }

    /// The function at an address, switched on.
    pub fn enable(bus: &'a dyn Bus, address: Address) -> Self {
        let command = bus.read(address, COMMAND) & 0xffff;
        // The upper half is the status register, whose bits are cleared by writing ones.
        bus.write(address, COMMAND, command | ENABLED);
        Self { bus, address }
    }

    /// What kind of virtio device it is (virtio 1.2, 4.1.2), whether modern or transitional.
    pub fn kind(&self) -> u32 {
        match self.bus.read(self.address, 0) >> 16 {
            // Transitional devices say it in the subsystem identity.
            0x1000..=0x103f => self.bus.read(self.address, SUBSYSTEM) >> 16,
            device => device.saturating_sub(0x1040),
        }
    }

    /// Whether it can be a legacy device.
    pub fn may_be_legacy(&self) -> bool {
        matches!(self.bus.read(self.address, 0) >> 16, 0x1000..=0x103f)
    }

    /// Its capabilities: kind and offset.
    pub fn capabilities(&self) -> Vec<(u8, u8)> {
        let mut found = Vec::new();
        if self.bus.read(self.address, COMMAND) & HAS_CAPABILITIES == 0 {
            return found;
        }
        let mut offset = (self.bus.read(self.address, CAPABILITIES) & 0xfc) as u8;
        while offset >= 0x40 && found.len() < STEPS {
            let [kind, next, ..] = self.read(offset).to_le_bytes();
            found.push((kind, offset));
            offset = next & 0xfc;
        }
        found
    }

    /// Reads 32 bits of its configuration space; 0 behind the end.
    pub fn read(&self, offset: u8) -> u32 {
        self.bus.read(self.address, offset & 0xfc)
    }

    /// Registers in a window of memory of the function.
    pub fn memory(&self, bar: u8, offset: u32, length: u32) -> Option<Box<dyn Registers>> {
        let low = self.bar(bar)?;
        if low & 1 != 0 {
            return None;
        }
        let high = if low & 0b110 == 0b100 { self.bar(bar + 1)? } else { 0 };
        let start = u64::from(high) << 32 | u64::from(low & !0xf);
        let address = start.checked_add(u64::from(offset)).filter(|_| start != 0)?;
        self.bus.memory(address, usize::try_from(length).ok()?)
    }

    /// Registers in a window of ports of the function.
    pub fn ports(&self, bar: u8, length: u16) -> Option<Box<dyn Registers>> {
        let base = self.bar(bar)?;
        let port = u16::try_from(base & !0b11).ok().filter(|port| base & 1 != 0 && *port != 0)?;
        self.bus.ports(port, length)
    }

    fn bar(&self, index: u8) -> Option<u32> {
        (index < 6).then(|| self.bus.read(self.address, BARS + 4 * index))
    }

    /// Lets the function interrupt by messages, whose vectors 0 and, if it has that many, 1 are the machine's.
    pub fn enable_messages(&self) -> Option<Messages> {
        let (_, offset) = self.capabilities().into_iter().find(|(kind, _)| *kind == MSIX)?;
        if offset > 0xf4 {
            return None;
        }
        let control = self.read(offset);
        // The table has one entry more than the control word says.
        let count = (control >> 16 & 0x7ff).min(1) + 1;
        let place = self.read(offset + 4);
        let table = self.memory((place & 0b111) as u8, place & !0b111, 16 * count)?;
        let purpose = if count > 1 { Purpose::Queue } else { Purpose::Both };
        let queue = self.write_message(&*table, 0, purpose)?;
        let config = match purpose {
            Purpose::Both => None,
            _ => Some(self.write_message(&*table, 16, Purpose::Configuration)?),
        };
        // Enabled (bit 15 of the control word), and not masked as a whole (bit 14).
        self.bus.write(self.address, offset, control & !(1 << 30) | 1 << 31);
        Some(Messages { queue, config })
    }

    fn write_message(
        &self,
        table: &dyn Registers,
        at: usize,
        purpose: Purpose,
    ) -> Option<Box<dyn Interrupt>> {
        let Message { address, data, interrupt } = self.bus.message(purpose)?;
        table.write32(at, (address & u64::from(u32::MAX)) as u32);
        table.write32(at + 4, (address >> 32) as u32);
        table.write32(at + 8, data);
        // Not masked.
        table.write32(at + 12, 0);
        Some(interrupt)
    }
}

/// The interrupts of a function.
pub struct Messages {
    /// Vector 0, of all queues.
    queue: Box<dyn Interrupt>,
    /// Vector 1, of changes of the configuration; without it they have vector 0.
    config: Option<Box<dyn Interrupt>>,
}

impl Messages {
    /// Which vector changes of the configuration have.
    pub fn config_vector(&self) -> u16 {
        self.config.is_some().into()
    }

    /// Whether the configuration may have changed since this was last asked.
    pub fn config_may_have_changed(&self) -> bool {
        self.config.as_ref().unwrap_or(&self.queue).fired()
    }
}

impl fmt::Debug for Messages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Messages").field("config", &self.config.is_some()).finish_non_exhaustive()
    }
}

impl fmt::Debug for Function<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Function").field("address", &self.address).finish_non_exhaustive()
    }
}
