//! A split virtqueue, the driver's side (virtio 1.2, 2.7): chains out, chains back, and who is told when.
//!
//! Everything that decides anything is kept in memory of the driver: which descriptors are free, which chains the device has,
//! how much of each it may write. The shared memory is only written for the device, but for the used ring, of which every
//! word is checked against what is kept. So the worst that a device can do is to give [`Fault`].

use alloc::vec::Vec;
use core::cell::Cell;
use core::sync::atomic::{Ordering, fence};

use crate::fault::Fault;
use crate::layout::{INDIRECT, LEGACY, Layout, MODERN, NEXT, WRITE, passes};
use crate::memory::{Dma, Memory};

/// A buffer of a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Where the device finds it.
    pub address: u64,
    /// Its bytes.
    pub length: u32,
    /// Whether the device writes it; such pieces come last.
    pub write: bool,
}

/// A chain that the device has used: the driver's again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Used {
    /// The chain, for [`Queue::free`] or [`Queue::resubmit`].
    pub chain: u16,
    /// What the driver called it.
    pub token: u16,
    /// How many bytes the device has written, at most as many as it may.
    pub length: u32,
}

/// What is known of a descriptor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Not used; or in a chain, but not its head.
    Other,
    /// The head of a chain that the device has.
    Device,
    /// The head of a chain that the device has given back.
    Driver,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    state: State,
    /// The next of the chain, or of those that are free.
    next: u16,
    /// Of a head: descriptors of the chain.
    count: u16,
    /// Of a head: how many bytes the device may write.
    writable: u32,
    /// Of a head: the driver's name for it.
    token: u16,
}

/// A queue.
#[derive(Debug)]
pub struct Queue<M> {
    memory: M,
    layout: Layout,
    /// Whether both sides say after which step they want to be told (VIRTIO_F_EVENT_IDX), instead of a flag.
    event_index: bool,
    slots: Vec<Slot>,
    first_free: u16,
    free: u16,
    /// Chains that the device has.
    in_flight: u16,
    /// Chains put into the available ring, told to the device, and at the last notification.
    added: u16,
    published: u16,
    notified: u16,
    /// Chains taken from the used ring.
    taken: u16,
    /// Whether the flag lets interrupts through.
    armed: Cell<bool>,
}

/// There are not enough free descriptors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

impl<M: Memory> Queue<M> {
    /// A queue of `size` descriptors, which wants no interrupts. The size must be a power of two from 1 to 32768.
    pub fn new(
        dma: &impl Dma<Memory = M>,
        size: u16,
        legacy: bool,
        event_index: bool,
    ) -> Result<Self, Fault> {
        let layout = Layout::new(size, if legacy { LEGACY } else { MODERN });
        let memory = dma.allocate(layout.bytes())?;
        let slot =
            |index: u16| Slot { state: State::Other, next: index + 1, count: 0, writable: 0, token: 0 };
        let queue = Self {
            memory,
            layout,
            event_index,
            slots: (0..size).map(slot).collect(),
            first_free: 0,
            free: size,
            in_flight: 0,
            added: 0,
            published: 0,
            notified: 0,
            taken: 0,
            armed: Cell::new(true),
        };
        queue.disarm();
        if event_index {
            // An event as far away as can be.
            queue.memory.store16(queue.layout.used_event(), u16::MAX);
        }
        Ok(queue)
    }

    /// Where the device finds descriptors, available ring and used ring.
    pub fn addresses(&self) -> [u64; 3] {
        let start = self.memory.address();
        [start, start + self.layout.available() as u64, start + self.layout.used() as u64]
    }

    /// How many descriptors there are.
    pub fn size(&self) -> u16 {
        self.layout.size()
    }

    /// How many descriptors are free.
    pub fn room(&self) -> u16 {
        self.free
    }

    /// How many chains the device has.
    pub fn in_flight(&self) -> u16 {
        self.in_flight
    }

    /// Puts a chain of pieces into the queue; told to the device by [`Queue::publish`].
    pub fn add(&mut self, pieces: &[Piece], token: u16) -> Result<(), Full> {
        let count = u16::try_from(pieces.len()).ok().filter(|count| *count > 0 && *count <= self.free);
        let count = count.ok_or(Full)?;
        let head = self.first_free;
        let mut index = head;
        for (at, piece) in pieces.iter().enumerate() {
            let next = self.slots[usize::from(index)].next;
            let last = at + 1 == pieces.len();
            let flags = if piece.write { WRITE } else { 0 } | if last { 0 } else { NEXT };
            self.describe(index, piece.address, piece.length, flags, if last { 0 } else { next });
            self.first_free = next;
            index = next;
        }
        let writable = pieces.iter().filter(|piece| piece.write).map(|piece| piece.length).sum();
        self.hand_out(head, count, writable, token);
        Ok(())
    }

    /// Puts a chain into the queue that stands in a table of `count` descriptors at `address`, of which the device may write
    /// `writable` bytes (VIRTIO_F_INDIRECT_DESC).
    pub fn add_indirect(&mut self, address: u64, count: u16, writable: u32, token: u16) -> Result<(), Full> {
        if self.free == 0 {
            return Err(Full);
        }
        let head = self.first_free;
        self.first_free = self.slots[usize::from(head)].next;
        self.describe(head, address, 16 * u32::from(count), INDIRECT, 0);
        self.hand_out(head, 1, writable, token);
        Ok(())
    }

    /// Gives a chain that came back to the device once more, as it was.
    pub fn resubmit(&mut self, chain: u16) {
        let slot = &mut self.slots[usize::from(chain)];
        assert!(slot.state == State::Driver, "only a chain that came back can be given again");
        slot.state = State::Device;
        self.offer(chain);
    }

    /// Frees the descriptors of a chain that came back.
    pub fn free(&mut self, chain: u16) {
        let Slot { state, count, .. } = self.slots[usize::from(chain)];
        assert!(state == State::Driver, "only a chain that came back can be freed");
        self.slots[usize::from(chain)].state = State::Other;
        let mut last = chain;
        for _ in 1..count {
            last = self.slots[usize::from(last)].next;
        }
        self.slots[usize::from(last)].next = self.first_free;
        self.first_free = chain;
        self.free += count;
    }

    /// Tells the device what was added; whether it wants to be notified of it.
    pub fn publish(&mut self) -> bool {
        if self.published != self.added {
            // What the ring and the descriptors say comes before the index that makes it count.
            fence(Ordering::Release);
            self.memory.store16(self.layout.available_index(), self.added);
            self.published = self.added;
        }
        if self.notified == self.published {
            return false;
        }
        // The index is seen by the device before we read whether it sleeps: one of the two sees the other.
        fence(Ordering::SeqCst);
        let wanted = if self.event_index {
            let event = self.memory.load16(self.layout.available_event());
            passes(event, self.notified, self.published)
        } else {
            self.memory.load16(self.layout.used_flags()) & 1 == 0
        };
        self.notified = self.published;
        wanted
    }

    /// Whether the device has used a chain that was not taken yet.
    pub fn has_used(&self) -> bool {
        self.memory.load16(self.layout.used_index()) != self.taken
    }

    /// How many chains can be taken.
    pub fn used(&self) -> Result<u16, Fault> {
        let used = self.memory.load16(self.layout.used_index()).wrapping_sub(self.taken);
        if used > self.in_flight { Err(Fault::UsedIndex) } else { Ok(used) }
    }

    /// Takes the next chain that the device has used.
    pub fn take(&mut self) -> Result<Option<Used>, Fault> {
        if self.used()? == 0 {
            return Ok(None);
        }
        // The index is read before the entry that it makes count, and the buffers after it.
        fence(Ordering::Acquire);
        let entry = self.layout.used_entry(self.taken);
        let (id, length) = (self.memory.load32(entry), self.memory.load32(entry + 4));
        let chain = u16::try_from(id).map_err(|_| Fault::UsedId)?;
        let slot = self.slots.get_mut(usize::from(chain)).ok_or(Fault::UsedId)?;
        if slot.state != State::Device {
            return Err(Fault::UsedId);
        }
        // Of a chain that is only read, some devices say how long it was.
        if length > slot.writable && slot.writable > 0 {
            return Err(Fault::UsedLength);
        }
        slot.state = State::Driver;
        self.taken = self.taken.wrapping_add(1);
        self.in_flight -= 1;
        Ok(Some(Used { chain, token: slot.token, length: length.min(slot.writable) }))
    }

    /// Asks for an interrupt once `more` further chains (at least one) have been used; whether that is so already.
    pub fn arm(&self, more: u16) -> bool {
        let more = more.max(1);
        if self.event_index {
            let event = self.taken.wrapping_add(more - 1);
            self.memory.store16(self.layout.used_event(), event);
        } else {
            self.memory.store16(self.layout.available_flags(), 0);
            self.armed.set(true);
        }
        // The device sees the wish before we look for the last time: one of the two sees the other.
        fence(Ordering::SeqCst);
        let used = self.memory.load16(self.layout.used_index()).wrapping_sub(self.taken);
        used >= if self.event_index { more } else { 1 }
    }

    /// Wants no interrupts. With the event index nothing needs to be done: it gives one for each [`Queue::arm`].
    pub fn disarm(&self) {
        if !self.event_index && self.armed.replace(false) {
            self.memory.store16(self.layout.available_flags(), 1);
        }
    }

    fn describe(&self, index: u16, address: u64, length: u32, flags: u16, next: u16) {
        let at = self.layout.descriptor(index);
        self.memory.store64(at, address);
        self.memory.store32(at + 8, length);
        self.memory.store16(at + 12, flags);
        self.memory.store16(at + 14, next);
    }

    /// A new chain, whose descriptors have left the free ones.
    fn hand_out(&mut self, head: u16, count: u16, writable: u32, token: u16) {
        let slot = &mut self.slots[usize::from(head)];
        *slot = Slot { state: State::Device, next: slot.next, count, writable, token };
        self.free -= count;
        self.offer(head);
    }

    fn offer(&mut self, head: u16) {
        self.memory.store16(self.layout.available_entry(self.added), head);
        self.added = self.added.wrapping_add(1);
        self.in_flight += 1;
    }
}
