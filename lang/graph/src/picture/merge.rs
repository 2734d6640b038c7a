//! Boxes that turn out to be the same: with choices made, two uses of a device may be one.

use std::hash::Hash;

use rustc_hash::FxHashMap;

use super::{Line, LineKind, Picture};

/// How a box uses which other one.
type Use<'l> = (&'l LineKind, usize);

impl Picture {
    /// Draws boxes as one that are the same by themselves and use the same in the same way. What a box uses must come before it.
    pub fn merge<K: Eq + Hash>(&mut self, same: &[K]) {
        let mut leaving: Vec<Vec<&Line>> = vec![Vec::new(); self.figures.len()];
        for line in &self.lines {
            leaving[line.from].push(line);
        }
        let mut slots: Vec<usize> = Vec::with_capacity(self.figures.len());
        let mut known: FxHashMap<(&K, Vec<Use<'_>>), usize> = FxHashMap::default();
        for (at, key) in same.iter().enumerate().take(self.figures.len()) {
            let used =
                leaving[at].iter().map(|line| (&line.kind, slots.get(line.to).copied().unwrap_or(line.to)));
            slots.push(*known.entry((key, used.collect())).or_insert(at));
        }
        slots.extend(slots.len()..self.figures.len());
        let keep: Vec<bool> = slots.iter().enumerate().map(|(at, slot)| at == *slot).collect();
        let moved = |line: &Line| Line { to: slots[line.to], ..line.clone() };
        self.lines = self.lines.iter().map(moved).collect();
        let mut seen = vec![false; self.figures.len()];
        self.roots = self.roots.iter().map(|root| slots[*root]).collect();
        self.roots.retain(|root| !std::mem::replace(&mut seen[*root], true));
        self.retain(&keep);
    }
}
