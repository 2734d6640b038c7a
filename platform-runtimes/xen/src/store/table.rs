//! Things by their numbers: requests by their names, watches by their tokens.
//!
//! There are few at a time, so that they stand in one vector in the order of their numbers. A balanced tree, which finds one of
//! thousands faster, would be a tenth of the smallest image: its code is made anew for each kind of thing.

use alloc::vec::Vec;

/// Things in the order of their numbers.
pub(super) struct Table<T> {
    entries: Vec<(u32, T)>,
}

impl<T> Table<T> {
    pub(super) fn new() -> Self {
        Self { entries: Vec::new() }
    }

    /// Where a number is, or would be.
    fn place(&self, number: u32) -> Result<usize, usize> {
        self.entries.binary_search_by_key(&number, |(known, _)| *known)
    }

    pub(super) fn contains(&self, number: u32) -> bool {
        self.place(number).is_ok()
    }

    /// Puts a thing in, in the place of one with the same number.
    pub(super) fn insert(&mut self, number: u32, thing: T) {
        match self.place(number) {
            Ok(at) => self.entries[at].1 = thing,
            Err(at) => self.entries.insert(at, (number, thing)),
        }
    }

    pub(super) fn get_mut(&mut self, number: u32) -> Option<&mut T> {
        let at = self.place(number).ok()?;
        Some(&mut self.entries[at].1)
    }

    pub(super) fn remove(&mut self, number: u32) -> Option<T> {
        let at = self.place(number).ok()?;
        Some(self.entries.remove(at).1)
    }

    /// All of them; none is left.
    pub(super) fn take(&mut self) -> impl Iterator<Item = (u32, T)> + use<T> {
        core::mem::take(&mut self.entries).into_iter()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        self.entries.iter().map(|(number, thing)| (*number, thing))
    }

    pub(super) fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.entries.iter_mut().map(|(_, thing)| thing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_are_found_by_their_numbers_and_stand_in_their_order() {
        let mut table = Table::new();
        for number in [7, 3, 9, 3] {
            table.insert(number, number * 10 + u32::from(table.contains(number)));
        }
        let there =
            |table: &Table<u32>| table.iter().map(|(number, thing)| (number, *thing)).collect::<Vec<_>>();
        assert_eq!(there(&table), [(3, 31), (7, 70), (9, 90)]);
        assert_eq!((table.remove(7), table.remove(7), table.contains(7)), (Some(70), None, false));
        *table.get_mut(9).expect("it is there") += 1;
        table.values_mut().for_each(|thing| *thing += 1);
        assert_eq!(there(&table), [(3, 32), (9, 92)]);
        assert_eq!(table.get_mut(8), None);
        assert_eq!(table.take().count(), 2);
        assert_eq!(there(&table), []);
    }
}
