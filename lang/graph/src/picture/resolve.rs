//! Choices that have been made disappear: who used one uses what it chose.

use super::{Change, Line, Marks, Picture};

impl Picture {
    /// Replaces each box for which it is true by what its lines lead to: the lines to it lead there instead, under the name that
    /// they have at their user. Its lines should be only those of the branches that are taken.
    pub fn resolve(&mut self, made: &[bool]) {
        let made = |at: usize| made.get(at).copied().unwrap_or_default();
        let mut leaving = vec![Vec::new(); self.figures.len()];
        for (index, line) in self.lines.iter().enumerate() {
            leaving[line.from].push(index);
        }
        let mut lines: Vec<Line> = Vec::with_capacity(self.lines.len());
        for line in self.lines.iter().filter(|line| !made(line.from)) {
            // What is still to be followed, next one last. No way is longer than there are boxes.
            let mut open = vec![(line.to, line.marks, 0)];
            while let Some((to, marks, steps)) = open.pop() {
                if !made(to) {
                    add(&mut lines, Line { to, marks, ..line.clone() });
                } else if steps <= self.figures.len() {
                    let further = leaving[to].iter().rev().filter_map(|at| {
                        let next = &self.lines[*at];
                        Some((next.to, together(marks, next.marks)?, steps + 1))
                    });
                    open.extend(further);
                }
            }
        }
        let mut roots = Vec::new();
        let mut open: Vec<usize> = self.roots.iter().rev().copied().collect();
        let mut seen = vec![false; self.figures.len()];
        while let Some(root) = open.pop() {
            if std::mem::replace(&mut seen[root], true) {
                continue;
            }
            match made(root) {
                false => roots.push(root),
                true => open.extend(leaving[root].iter().rev().map(|at| self.lines[*at].to)),
            }
        }
        (self.lines, self.roots) = (lines, roots);
        let keep: Vec<bool> = (0..self.figures.len()).map(|at| !made(at)).collect();
        self.retain(&keep);
    }
}

/// Adds a line, once. What is there by one way now and was by another before has not changed.
fn add(lines: &mut Vec<Line>, line: Line) {
    let same = |known: &&mut Line| (known.from, known.to, &known.kind) == (line.from, line.to, &line.kind);
    match lines.iter_mut().rev().take_while(|known| known.from == line.from).find(same) {
        None => lines.push(line),
        Some(known) if known.marks.change != line.marks.change => known.marks.change = None,
        Some(_) => {}
    }
}

/// The marks of a line that consists of two; none if the two are never there at once.
fn together(a: Marks, b: Marks) -> Option<Marks> {
    let change = match (a.change, b.change) {
        (Some(Change::Added), Some(Change::Removed)) | (Some(Change::Removed), Some(Change::Added)) => {
            return None;
        }
        (None | Some(Change::Changed), other) => other.or(a.change),
        (one, _) => one,
    };
    Some(Marks { taken: a.taken, faded: a.faded || b.faded, wrong: a.wrong || b.wrong, change })
}
