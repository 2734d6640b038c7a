//! The double of the machine in tests: memory that driver and device share. Whoever reaches behind an end, or into what was freed, fails
//! the test.

use core::cell::{Cell, RefCell};
use core::ops::Range;
use std::rc::{Rc, Weak};
use std::vec;
use std::vec::Vec;

use crate::memory::{Atomics, Dma, Memory, NoMemory};

type Bytes = RefCell<Vec<u8>>;

/// All shared memory of a test.
#[derive(Clone, Debug, Default)]
pub struct Space(Rc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    pieces: RefCell<Vec<(u64, Weak<Bytes>)>>,
    allocated: Cell<u64>,
    /// How much may still be allocated, if that is limited.
    limit: Cell<Option<usize>>,
}

/// A piece of it.
#[derive(Debug)]
pub struct Piece {
    address: u64,
    bytes: Rc<Bytes>,
}

impl Space {
    /// From now on there are no more than so many bytes.
    pub fn limit(&self, bytes: usize) {
        self.0.limit.set(Some(bytes));
    }

    fn with<R>(&self, address: u64, length: usize, act: impl FnOnce(&mut [u8]) -> R) -> R {
        let pieces = self.0.pieces.borrow();
        // They lie in the order of their making.
        let before = pieces.partition_point(|(start, _)| *start <= address);
        let found = pieces[..before].last().and_then(|(start, bytes)| {
            let bytes = bytes.upgrade()?;
            let offset = usize::try_from(address.checked_sub(*start)?).ok()?;
            let inside = offset.checked_add(length)? <= bytes.borrow().len();
            inside.then_some((offset, bytes))
        });
        let (offset, bytes) =
            found.unwrap_or_else(|| panic!("{length} bytes at {address:#x} are not the device's"));
        act(&mut bytes.borrow_mut()[offset..offset + length])
    }

    /// What the device reads.
    pub fn read(&self, address: u64, length: usize) -> Vec<u8> {
        self.with(address, length, |bytes| bytes.to_vec())
    }

    /// What the device writes.
    pub fn write(&self, address: u64, from: &[u8]) {
        self.with(address, from.len(), |bytes| bytes.copy_from_slice(from));
    }

    /// 16 bits that the device reads.
    pub fn read16(&self, address: u64) -> u16 {
        u16::from_le_bytes(self.read(address, 2).try_into().expect("two bytes"))
    }

    /// 16 bits that the device writes.
    pub fn write16(&self, address: u64, value: u16) {
        self.write(address, &value.to_le_bytes());
    }
}

impl Dma for Space {
    type Memory = Piece;

    fn allocate(&self, bytes: usize) -> Result<Piece, NoMemory> {
        if let Some(limit) = self.0.limit.get() {
            self.0.limit.set(Some(limit.checked_sub(bytes).ok_or(NoMemory { bytes })?));
        }
        let address = 0x10_0000 + self.0.allocated.get();
        // A page between two pieces is nobody's.
        self.0.allocated.set(self.0.allocated.get() + bytes.next_multiple_of(4096) as u64 + 4096);
        let bytes = Rc::new(RefCell::new(vec![0; bytes]));
        let mut pieces = self.0.pieces.borrow_mut();
        pieces.retain(|(_, bytes)| bytes.strong_count() > 0);
        pieces.push((address, Rc::downgrade(&bytes)));
        Ok(Piece { address, bytes })
    }
}

impl Piece {
    fn get<const N: usize>(&self, offset: usize) -> [u8; N] {
        self.bytes.borrow()[offset..offset + N].try_into().expect("as many bytes")
    }

    fn set(&self, offset: usize, from: &[u8]) {
        self.bytes.borrow_mut()[offset..offset + from.len()].copy_from_slice(from);
    }
}

impl Memory for Piece {
    fn address(&self) -> u64 {
        self.address
    }

    fn load8(&self, offset: usize) -> u8 {
        u8::from_le_bytes(self.get(offset))
    }

    fn load16(&self, offset: usize) -> u16 {
        assert_eq!(offset % 2, 0);
        u16::from_le_bytes(self.get(offset))
    }

    fn load32(&self, offset: usize) -> u32 {
        assert_eq!(offset % 4, 0);
        u32::from_le_bytes(self.get(offset))
    }

    fn store8(&self, offset: usize, value: u8) {
        self.set(offset, &[value]);
    }

    fn store16(&self, offset: usize, value: u16) {
        assert_eq!(offset % 2, 0);
        self.set(offset, &value.to_le_bytes());
    }

    fn store32(&self, offset: usize, value: u32) {
        assert_eq!(offset % 4, 0);
        self.set(offset, &value.to_le_bytes());
    }

    fn store64(&self, offset: usize, value: u64) {
        assert_eq!(offset % 8, 0);
        self.set(offset, &value.to_le_bytes());
    }

    fn read(&self, offset: usize, into: &mut [u8]) {
        into.copy_from_slice(&self.bytes.borrow()[offset..offset + into.len()]);
    }

    fn write(&self, offset: usize, from: &[u8]) {
        self.set(offset, from);
    }

    fn lend<R>(&self, range: Range<usize>, look: impl FnOnce(&[u8]) -> R) -> R {
        look(&self.bytes.borrow()[range])
    }

    fn lend_mut<R>(&self, range: Range<usize>, fill: impl FnOnce(&mut [u8]) -> R) -> R {
        // Parts of one piece may be lent at once.
        let mut part = self.bytes.borrow()[range.clone()].to_vec();
        let result = fill(&mut part);
        self.set(range.start, &part);
        result
    }
}

impl Atomics for Piece {
    fn compare_exchange16(&self, offset: usize, expected: u16, new: u16) -> Result<u16, u16> {
        let old = self.load16(offset);
        if old != expected {
            return Err(old);
        }
        self.store16(offset, new);
        Ok(old)
    }

    fn swap64(&self, offset: usize, value: u64) -> u64 {
        let old = u64::from_le_bytes(self.get(offset));
        self.store64(offset, value);
        old
    }

    fn fetch_and64(&self, offset: usize, bits: u64) -> u64 {
        let old = u64::from_le_bytes(self.get(offset));
        self.store64(offset, old & bits);
        old
    }

    fn fetch_or64(&self, offset: usize, bits: u64) -> u64 {
        let old = u64::from_le_bytes(self.get(offset));
        self.store64(offset, old | bits);
        old
    }
}
