//! Pages for what is read and written, granted once for as long as there is a connection: both ends keep them.
//!
//! It decides how many there are: more come when they are needed, up to what the ring can have on its way. The page that was given back
//! last is used first, since a back end may keep only those mapped that are often used.

use alloc::rc::Rc;
use alloc::vec::Vec;

use unik_driver::{Atomics, Dma, Memory};

use crate::grants::{Access, Exhausted, Granted, Grants};
use crate::hypervisor::{Domain, Hypervisor, PAGE, Reference};

/// Pages that are had at a time.
const CHUNK: usize = 16;
/// The most chunks: 352 pages, which are eleven for each of the 32 requests of a ring.
const CHUNKS: usize = 22;

/// The pages of a connection.
pub(super) struct Pool<H: Hypervisor, D: Dma<Memory: Atomics>> {
    grants: Rc<Grants<H, D>>,
    domain: Domain,
    chunks: Vec<Granted<H, D>>,
    /// How many chunks there may be; as many as there are once no more can be had.
    most: usize,
    free: Vec<usize>,
}

impl<H: Hypervisor, D: Dma<Memory: Atomics>> Pool<H, D> {
    /// The first pages.
    pub(super) fn new(grants: &Rc<Grants<H, D>>, domain: Domain) -> Result<Self, Exhausted> {
        let mut pool = Self {
            grants: grants.clone(),
            domain,
            chunks: Vec::new(),
            most: CHUNKS,
            free: Vec::with_capacity(CHUNK),
        };
        pool.grow()?;
        Ok(pool)
    }

    fn grow(&mut self) -> Result<(), Exhausted> {
        let chunk = Granted::new(&self.grants, self.domain, CHUNK, Access::Write)?;
        let first = self.chunks.len() * CHUNK;
        self.chunks.push(chunk);
        self.free.extend((first..first + CHUNK).rev());
        Ok(())
    }

    /// How many pages are free: `wanted`, if so many can be had.
    pub(super) fn free(&mut self, wanted: usize) -> usize {
        while self.free.len() < wanted && self.chunks.len() < self.most {
            if let Err(exhausted) = self.grow() {
                // It works with what it has: whoever lacks a page waits for one.
                log::debug!("a disk has no more than {} pages: {exhausted}", self.chunks.len() * CHUNK);
                self.most = self.chunks.len();
            }
        }
        self.free.len().min(wanted)
    }

    /// Whether any page is free, or may be had.
    pub(super) fn has_any(&self) -> bool {
        !self.free.is_empty() || self.chunks.len() < self.most
    }

    /// Takes free pages.
    pub(super) fn take(&mut self, count: usize, pages: &mut Vec<usize>) {
        let rest = self.free.len().saturating_sub(count);
        pages.extend(self.free.drain(rest..).rev());
    }

    /// Gives pages back.
    pub(super) fn give_back(&mut self, pages: &mut Vec<usize>) {
        self.free.extend(pages.drain(..).rev());
    }

    /// Where a page lies.
    pub(super) fn at(&self, page: usize) -> (&Rc<D::Memory>, usize) {
        (self.chunks[page / CHUNK].memory(), page % CHUNK * PAGE)
    }

    /// What the back end calls it.
    pub(super) fn reference(&self, page: usize) -> Reference {
        self.chunks[page / CHUNK].reference(page % CHUNK)
    }

    /// Copies bytes to the starts of pages.
    pub(super) fn write(&self, pages: &[usize], bytes: &[u8]) {
        for (page, part) in pages.iter().zip(bytes.chunks(PAGE)) {
            let (memory, start) = self.at(*page);
            memory.write(start, part);
        }
    }

    /// Copies bytes from the starts of pages.
    pub(super) fn read(&self, pages: &[usize], into: &mut [u8]) {
        for (page, part) in pages.iter().zip(into.chunks_mut(PAGE)) {
            let (memory, start) = self.at(*page);
            memory.read(start, part);
        }
    }
}
