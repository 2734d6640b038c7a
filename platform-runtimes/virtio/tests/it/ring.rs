//! The device's side of a split virtqueue, written from the specification and not from the driver.

use unik_driver::space::Space;

/// A chain that the device has taken.
#[derive(Clone, Debug)]
pub struct Chain {
    pub head: u16,
    /// Address and length of what the device reads.
    pub readable: Vec<(u64, u32)>,
    /// Address and length of what it writes.
    pub writable: Vec<(u64, u32)>,
}

/// A queue as the device sees it.
#[derive(Clone, Debug, Default)]
pub struct Ring {
    pub size: u16,
    /// Descriptors, available ring, used ring.
    pub addresses: [u64; 3],
    pub event_index: bool,
    /// Chains taken, and chains used.
    pub taken: u16,
    pub used: u16,
}

impl Ring {
    /// How many chains are there to be taken.
    pub fn available(&self, space: &Space) -> u16 {
        let available = space.read16(self.addresses[1] + 2).wrapping_sub(self.taken);
        assert!(available <= self.size, "{available} chains in a queue of {}", self.size);
        available
    }

    /// Takes a chain, as 2.7.5 wants it: readable before writable, no loops, tables not nested.
    pub fn take(&mut self, space: &Space) -> Option<Chain> {
        if self.available(space) == 0 {
            return None;
        }
        let head = space.read16(self.addresses[1] + 4 + 2 * u64::from(self.taken % self.size));
        self.taken = self.taken.wrapping_add(1);
        let mut chain = Chain { head, readable: Vec::new(), writable: Vec::new() };
        self.walk(space, (self.addresses[0], self.size), head, &mut chain, false);
        Some(chain)
    }

    fn walk(&self, space: &Space, table: (u64, u16), first: u16, chain: &mut Chain, nested: bool) {
        let mut index = first;
        for _ in 0..=table.1 {
            assert!(index < table.1, "descriptor {index} of {}", table.1);
            let bytes = space.read(table.0 + 16 * u64::from(index), 16);
            let address = u64::from_le_bytes(bytes[..8].try_into().expect("eight bytes"));
            let length = u32::from_le_bytes(bytes[8..12].try_into().expect("four bytes"));
            let flags = u16::from_le_bytes([bytes[12], bytes[13]]);
            if flags & 4 != 0 {
                assert!(
                    !nested && flags == 4 && length.is_multiple_of(16),
                    "a table that cannot be: {flags}"
                );
                return self.walk(space, (address, (length / 16) as u16), 0, chain, true);
            }
            // Whatever it is, it must be memory that the driver shares.
            space.read(address, length as usize);
            if flags & 2 == 0 {
                assert!(chain.writable.is_empty(), "what is read comes first");
                chain.readable.push((address, length));
            } else {
                chain.writable.push((address, length));
            }
            if flags & 1 == 0 {
                return;
            }
            index = u16::from_le_bytes([bytes[14], bytes[15]]);
        }
        panic!("a chain without an end");
    }

    /// Uses a chain, and says whether the driver wants an interrupt.
    pub fn put(&mut self, space: &Space, head: u16, length: u32) -> bool {
        self.write_entry(space, head.into(), length);
        self.advance(space, 1)
    }

    /// Writes the next entry of the used ring without making it count.
    pub fn write_entry(&self, space: &Space, head: u32, length: u32) {
        self.write_later_entry(space, 0, head, length);
    }

    pub fn write_later_entry(&self, space: &Space, later: u16, head: u32, length: u32) {
        let entry = self.addresses[2] + 4 + 8 * u64::from(self.used.wrapping_add(later) % self.size);
        space.write(entry, &head.to_le_bytes());
        space.write(entry + 4, &length.to_le_bytes());
    }

    /// Makes entries count.
    pub fn advance(&mut self, space: &Space, count: u16) -> bool {
        let old = self.used;
        self.used = old.wrapping_add(count);
        space.write16(self.addresses[2] + 2, self.used);
        if !self.event_index {
            return space.read16(self.addresses[1]) & 1 == 0;
        }
        let event = space.read16(self.addresses[1] + 4 + 2 * u64::from(self.size));
        (0..count).any(|step| old.wrapping_add(step) == event)
    }

    /// Wants a notification for the next chain behind those that are there, or wants none.
    pub fn want(&self, space: &Space, wanted: bool) {
        if self.event_index {
            let known = space.read16(self.addresses[1] + 2);
            let event = if wanted { known } else { known.wrapping_sub(1) };
            space.write16(self.addresses[2] + 4 + 8 * u64::from(self.size), event);
        } else {
            space.write16(self.addresses[2], u16::from(!wanted));
        }
    }
}

impl Chain {
    /// What the driver has written for the device.
    pub fn read(&self, space: &Space) -> Vec<u8> {
        self.readable.iter().flat_map(|(address, length)| space.read(*address, *length as usize)).collect()
    }

    /// How much the device may write.
    pub fn room(&self) -> usize {
        self.writable.iter().map(|(_, length)| *length as usize).sum()
    }

    /// Writes for the driver, from `at` on.
    pub fn write(&self, space: &Space, at: usize, mut bytes: &[u8]) {
        let mut skip = at;
        for (address, length) in &self.writable {
            let length = *length as usize;
            let here = length.saturating_sub(skip).min(bytes.len());
            if here > 0 {
                space.write(address + skip as u64, &bytes[..here]);
            }
            bytes = &bytes[here..];
            skip = skip.saturating_sub(length);
        }
        assert!(bytes.is_empty(), "more than there is room for");
    }
}
