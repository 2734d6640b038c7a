//! Things by number, each once: what makes equal things equal numbers.

use std::hash::Hash;

use rustc_hash::FxHashMap;

/// Things by number, each once.
#[derive(Debug)]
pub(crate) struct Table<T> {
    list: Vec<T>,
    ids: FxHashMap<T, u32>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { list: Vec::new(), ids: FxHashMap::default() }
    }
}

impl<T: Clone + Eq + Hash> Table<T> {
    pub(crate) fn add(&mut self, thing: T) -> u32 {
        let next = number(self.list.len());
        let list = &mut self.list;
        *self.ids.entry(thing).or_insert_with_key(|thing| {
            list.push(thing.clone());
            next
        })
    }

    pub(crate) fn get(&self, id: u32) -> &T {
        &self.list[id as usize]
    }
}

/// An index as a number. Memory ends long before numbers do.
pub(crate) fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
