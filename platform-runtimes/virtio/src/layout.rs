//! Where the parts of a split virtqueue lie (virtio 1.2, 2.7).
//!
//! All three lie in one piece of memory in the order of the legacy layout (2.7.2), which the modern one allows too; only the
//! alignment of the used ring differs.

/// Alignment of the used ring for devices of version 1 and later.
pub const MODERN: usize = 4;
/// Alignment of the used ring for legacy devices.
pub const LEGACY: usize = 4096;

/// Bytes of a descriptor.
pub const DESCRIPTOR: usize = 16;
/// The chain goes on with the descriptor in `next`.
pub const NEXT: u16 = 1;
/// The device writes; without it, it reads.
pub const WRITE: u16 = 2;
/// The buffer is a table of descriptors.
pub const INDIRECT: u16 = 4;

/// Offsets of the parts of a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    size: u16,
    used: usize,
}

impl Layout {
    /// A queue of `size` descriptors, a power of two up to 32768, whose used ring is at a multiple of `align`.
    pub fn new(size: u16, align: usize) -> Self {
        let end = DESCRIPTOR * usize::from(size) + 6 + 2 * usize::from(size);
        Self { size, used: end.next_multiple_of(align) }
    }

    /// How many descriptors.
    pub fn size(&self) -> u16 {
        self.size
    }

    /// Bytes of everything.
    pub fn bytes(&self) -> usize {
        self.used + 6 + 8 * usize::from(self.size)
    }

    /// A descriptor: address, length, flags, next.
    pub fn descriptor(&self, index: u16) -> usize {
        DESCRIPTOR * usize::from(index)
    }

    /// The available ring, the driver's: flags, index, ring, used event.
    pub fn available(&self) -> usize {
        DESCRIPTOR * usize::from(self.size)
    }

    /// The driver's flags: 1 for no interrupts.
    pub fn available_flags(&self) -> usize {
        self.available()
    }

    /// How many chains were made available, modulo 2¹⁶.
    pub fn available_index(&self) -> usize {
        self.available() + 2
    }

    /// The head of the chain that was made available as number `index`.
    pub fn available_entry(&self, index: u16) -> usize {
        self.available() + 4 + 2 * usize::from(index % self.size)
    }

    /// After which used chain the driver wants an interrupt.
    pub fn used_event(&self) -> usize {
        self.available() + 4 + 2 * usize::from(self.size)
    }

    /// The used ring, the device's: flags, index, ring, available event.
    pub fn used(&self) -> usize {
        self.used
    }

    /// The device's flags: 1 for no notifications.
    pub fn used_flags(&self) -> usize {
        self.used
    }

    /// How many chains were used, modulo 2¹⁶.
    pub fn used_index(&self) -> usize {
        self.used + 2
    }

    /// The head of the chain that was used as number `index`; its length is 4 bytes later.
    pub fn used_entry(&self, index: u16) -> usize {
        self.used + 4 + 8 * usize::from(index % self.size)
    }

    /// After which available chain the device wants a notification.
    pub fn available_event(&self) -> usize {
        self.used + 4 + 8 * usize::from(self.size)
    }
}

/// Whether one of the steps from `old` to `new` is the one after `event` (virtio 1.2, 2.7.7.2 and 2.7.10).
pub fn passes(event: u16, old: u16, new: u16) -> bool {
    new.wrapping_sub(event).wrapping_sub(1) < new.wrapping_sub(old)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_lie_where_the_specification_has_them() {
        let check = |size, align, available, used, bytes| {
            let layout = Layout::new(size, align);
            assert_eq!(
                (layout.available(), layout.used(), layout.bytes()),
                (available, used, bytes),
                "{size} {align}"
            );
        };
        check(1, MODERN, 16, 24, 38);
        check(8, MODERN, 128, 152, 222);
        check(256, MODERN, 4096, 4616, 6670);
        check(256, LEGACY, 4096, 8192, 8192 + 2054);
        check(128, LEGACY, 2048, 4096, 4096 + 1030);
    }

    #[test]
    fn an_event_is_passed_by_the_step_after_it() {
        let check = |event, old, new, expected| {
            assert_eq!(passes(event, old, new), expected, "{event} {old} {new}");
        };
        check(0, 0, 0, false);
        check(0, 0, 1, true);
        check(1, 0, 1, false);
        check(1, 0, 2, true);
        check(5, 6, 9, false);
        check(0xffff, 0xfffe, 0xffff, false);
        check(0xffff, 0xfffe, 0, true);
        check(0xffff, 0, 40, false);
    }
}
