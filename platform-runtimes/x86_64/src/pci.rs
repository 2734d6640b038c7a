//! The configuration space of PCI, through ports (PCI Local Bus Specification 3.0, 3.2.2.3.2, mechanism 1).

use crate::port::Ports;

const ADDRESS_AND_DATA: Ports = Ports::new(0xcf8, 8);

/// Where a function of a device is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address {
    /// Bus, 0 to 255.
    pub bus: u8,
    /// Device on the bus, 0 to 31.
    pub device: u8,
    /// Function of the device, 0 to 7.
    pub function: u8,
}

impl core::fmt::Display for Address {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{:02x}:{:02x}.{}", self.bus, self.device, self.function)
    }
}

/// What is written to the address port: the register's word, its lowest two bits aside.
fn selector(address: Address, offset: u8) -> u32 {
    assert!(address.device < 32 && address.function < 8, "{address:?} is not in the configuration space");
    1 << 31
        | u32::from(address.bus) << 16
        | u32::from(address.device) << 11
        | u32::from(address.function) << 8
        | u32::from(offset & 0xfc)
}

/// Reads the word with the byte at `offset`. Where there is no device, all bits are ones.
pub fn read32(address: Address, offset: u8) -> u32 {
    ADDRESS_AND_DATA.write32(0, selector(address, offset));
    ADDRESS_AND_DATA.read32(4)
}

/// Writes the word with the byte at `offset`.
pub fn write32(address: Address, offset: u8, value: u32) {
    ADDRESS_AND_DATA.write32(0, selector(address, offset));
    ADDRESS_AND_DATA.write32(4, value);
}

/// Reads half a word, at an even offset.
pub fn read16(address: Address, offset: u8) -> u16 {
    ADDRESS_AND_DATA.write32(0, selector(address, offset));
    ADDRESS_AND_DATA.read16(4 + u16::from(offset & 2))
}

/// Writes half a word, at an even offset: what must not touch its neighbour, such as the command beside the status.
pub fn write16(address: Address, offset: u8, value: u16) {
    ADDRESS_AND_DATA.write32(0, selector(address, offset));
    ADDRESS_AND_DATA.write16(4 + u16::from(offset & 2), value);
}

/// Reads a byte.
pub fn read8(address: Address, offset: u8) -> u8 {
    ADDRESS_AND_DATA.write32(0, selector(address, offset));
    ADDRESS_AND_DATA.read8(4 + u16::from(offset & 3))
}

/// Writes a byte.
pub fn write8(address: Address, offset: u8, value: u8) {
    ADDRESS_AND_DATA.write32(0, selector(address, offset));
    ADDRESS_AND_DATA.write8(4 + u16::from(offset & 3), value);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn a_register_has_its_place() {
        for (bus, device, function, offset, selected) in
            [(0, 0, 0, 0, 0x8000_0000), (0, 3, 0, 0x12, 0x8000_1810), (255, 31, 7, 0xff, 0x80ff_fffc)]
        {
            assert_eq!(selector(Address { bus, device, function }, offset), selected);
        }
        assert_eq!(Address { bus: 0, device: 0x1f, function: 2 }.to_string(), "00:1f.2");
    }
}
