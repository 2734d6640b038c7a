//! Improvement within a row: adjacent vertices change places, and single vertices move, where that saves crossings
//! with the rows above and below. It counts its comparisons, so that `order` can end when enough is done.

use super::proper::Proper;

/// How far a vertex is sifted to either side.
const REACH: usize = 12;

/// Exchanges of the vertices of one row.
#[derive(Default)]
pub(super) struct Exchange {
    /// How many comparisons are left.
    effort: u64,
    /// The sorted places of each vertex' neighbours above, then below, one list after another.
    places: Vec<usize>,
    /// Where the lists of each vertex of the row begin and part.
    lists: Vec<(usize, usize, usize)>,
}

impl Exchange {
    pub(super) fn new(effort: u64) -> Self {
        Self { effort, ..Self::default() }
    }

    pub(super) fn spent(&self) -> bool {
        self.effort == 0
    }

    /// Counts work that is done elsewhere.
    pub(super) fn spend(&mut self, effort: usize) {
        self.effort = self.effort.saturating_sub(effort as u64);
    }

    /// Exchanges adjacent vertices in all rows until that brings nothing; `flip` exchanges equals as well, once.
    pub(super) fn all(&mut self, proper: &mut Proper, flip: bool) {
        for round in 0..6 {
            let mut gain = 0;
            for row in 0..proper.rows.len() {
                gain += self.row(proper, row, flip && round == 0);
            }
            if gain == 0 {
                return;
            }
        }
    }

    fn row(&mut self, proper: &mut Proper, row: usize, flip: bool) -> u64 {
        self.lists(proper, row);
        let order = &mut proper.rows[row];
        let mut total = 0;
        // A pair is worth a look if one of the two has moved since.
        let mut look = vec![true; order.len()];
        let mut again = vec![false; order.len()];
        for round in 0..16 {
            let mut gained = 0;
            for left in 0..order.len().saturating_sub(1) {
                if !look[left] && !again[left] && !again[left + 1] {
                    continue;
                }
                let (now, then) = self.cost(left, left + 1);
                if then < now || (then == now && then > 0 && flip && round == 0) {
                    gained += now - then;
                    order.swap(left, left + 1);
                    self.lists.swap(left, left + 1);
                    again[left.saturating_sub(1)] = true;
                    again[left] = true;
                    again[left + 1] = true;
                }
            }
            total += gained;
            if gained == 0 {
                break;
            }
            std::mem::swap(&mut look, &mut again);
            again.iter_mut().for_each(|flag| *flag = false);
        }
        proper.number(row);
        total
    }

    /// Moves each vertex of a row to the best place within reach.
    pub(super) fn sift(&mut self, proper: &mut Proper, row: usize) {
        self.lists(proper, row);
        let count = self.lists.len();
        // Which of the vertices, as they were, stands in each place, and the other way round.
        let mut order: Vec<usize> = (0..count).collect();
        let mut place = order.clone();
        for vertex in 0..count {
            let at = place[vertex];
            let (mut best, mut target) = (0, at);
            let (mut saved, mut lost) = (0, 0);
            for left in (at.saturating_sub(REACH)..at).rev() {
                let (now, then) = self.cost(order[left], vertex);
                (saved, lost) = (saved + now, lost + then);
                if saved > lost + best {
                    (best, target) = (saved - lost, left);
                }
            }
            (saved, lost) = (0, 0);
            for (right, &other) in order.iter().enumerate().take(at + REACH).skip(at + 1) {
                let (now, then) = self.cost(vertex, other);
                (saved, lost) = (saved + now, lost + then);
                if saved > lost + best {
                    (best, target) = (saved - lost, right);
                }
            }
            if target < at {
                order[target..=at].rotate_right(1);
            } else {
                order[at..=target].rotate_left(1);
            }
            for changed in at.min(target)..=at.max(target) {
                place[order[changed]] = changed;
            }
        }
        let vertices = proper.rows[row].clone();
        proper.rows[row] = order.into_iter().map(|index| vertices[index]).collect();
        proper.number(row);
    }

    /// Collects the places of the neighbours of a row.
    fn lists(&mut self, proper: &Proper, row: usize) {
        self.places.clear();
        self.lists.clear();
        for &vertex in &proper.rows[row] {
            let begin = self.places.len();
            self.places.extend(proper.neighbours(vertex, true).map(|other| proper.place[other]));
            let part = self.places.len();
            self.places.extend(proper.neighbours(vertex, false).map(|other| proper.place[other]));
            self.places[begin..part].sort_unstable();
            self.places[part..].sort_unstable();
            self.lists.push((begin, part, self.places.len()));
        }
    }

    /// The crossings between the segments of two vertices, as they are and exchanged.
    fn cost(&mut self, left: usize, right: usize) -> (u64, u64) {
        let ((a, b, c), (d, e, f)) = (self.lists[left], self.lists[right]);
        self.spend(1 + (c - a + f - d) / 4);
        let above = inversions(&self.places[a..b], &self.places[d..e]);
        let below = inversions(&self.places[b..c], &self.places[e..f]);
        (above.0 + below.0, above.1 + below.1)
    }
}

/// How many pairs have the left one greater, and how many the right one.
fn inversions(left: &[usize], right: &[usize]) -> (u64, u64) {
    let (mut smaller, mut not_greater) = (0, 0);
    let (mut greater_left, mut greater_right) = (0, 0);
    for place in left {
        while right.get(smaller).is_some_and(|other| other < place) {
            smaller += 1;
        }
        while right.get(not_greater).is_some_and(|other| other <= place) {
            not_greater += 1;
        }
        greater_left += smaller as u64;
        greater_right += (right.len() - not_greater) as u64;
    }
    (greater_left, greater_right)
}
