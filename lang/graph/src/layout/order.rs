//! The order in each row: sweeps that sort by the median of the neighbours, each followed by exchanges of adjacent vertices,
//! from several beginnings; the best order seen is kept (Gansner et al. 1993, section 3). Now and then each vertex
//! is sifted through its row as well.

use std::collections::VecDeque;

use super::Input;
use super::exchange::Exchange;
use super::proper::{Proper, UNIT};

/// How often to begin, at most.
const ROUNDS: usize = 60;
/// Sweeps from one beginning, how many in a row may bring nothing, and after how many each vertex is sifted.
const SWEEPS: usize = 24;
const PATIENCE: usize = 4;
const SIFTING: usize = 3;
/// How many pairs of vertices may be compared: for every graph, in big ones, and for each vertex and segment of those.
/// What the beginnings leave is spent on shaken copies of the best order.
const EFFORT: u64 = 200_000;
const EFFORT_MOST: u64 = 6_000_000;
const EFFORT_EACH: u64 = 300;

/// Fills and sorts the rows; gives the number of crossings.
pub(super) fn arrange(proper: &mut Proper, input: &Input) -> u64 {
    let size = (proper.width.len() + proper.segments.len()) as u64;
    let mut exchange = Exchange::new(EFFORT + (size * size).min(EFFORT_MOST + EFFORT_EACH * size));
    let mut random = Random(1);
    let mut least = u64::MAX;
    let mut rows = Vec::new();
    for round in 0..ROUNDS {
        match Start::of(round) {
            Some(start) => begin(proper, input, start, &mut random),
            None => {
                restore(proper, &rows);
                random.shake(proper);
            }
        }
        let crossings = improve(proper, &mut exchange);
        if crossings < least {
            least = crossings;
            rows.clone_from(&proper.rows);
        }
        if least == 0 || exchange.spent() {
            break;
        }
    }
    restore(proper, &rows);
    least
}

/// A beginning: how the rows are filled.
#[derive(Clone, Copy)]
struct Start {
    /// From what uses nothing, instead of from the roots.
    up: bool,
    /// Depth first, by which trees come out without a crossing, instead of breadth first.
    deep: bool,
    /// Neighbours in random order, instead of that of the arguments.
    random: bool,
}

impl Start {
    /// The four that are not random come first; later every other round begins anew, the others with the best order.
    fn of(round: usize) -> Option<Self> {
        match round {
            0 => Some(Self { up: false, deep: true, random: false }),
            1 => Some(Self { up: true, deep: false, random: false }),
            2 => Some(Self { up: false, deep: false, random: false }),
            3 => Some(Self { up: true, deep: true, random: false }),
            _ if round.is_multiple_of(2) => None,
            _ => Some(Self { up: round % 4 == 1, deep: true, random: true }),
        }
    }
}

fn begin(proper: &mut Proper, input: &Input, start: Start, random: &mut Random) {
    proper.rows.iter_mut().for_each(Vec::clear);
    let mut seen = vec![false; proper.width.len()];
    let first = input.roots.iter().copied().filter(|root| !start.up && *root < proper.boxes);
    let nearer = if start.up { &proper.below } else { &proper.above };
    let ends = (0..proper.boxes).filter(|vertex| nearer[*vertex].is_empty());
    let mut next: Vec<usize> = first.chain(ends).collect();
    let mut queue = VecDeque::new();
    loop {
        if start.random {
            random.shuffle(&mut next);
        }
        if start.deep {
            next.reverse();
        }
        queue.extend(next.drain(..));
        let Some(at) = (if start.deep { queue.pop_back() } else { queue.pop_front() }) else { break };
        if !std::mem::replace(&mut seen[at], true) {
            proper.rows[proper.row[at]].push(at);
            next.extend(proper.neighbours(at, start.up));
        }
    }
    (0..proper.rows.len()).for_each(|row| proper.number(row));
}

fn improve(proper: &mut Proper, exchange: &mut Exchange) -> u64 {
    exchange.all(proper, false);
    let mut least = crossings(proper);
    let mut rows = proper.rows.clone();
    let mut patience = PATIENCE;
    for sweep in 0..SWEEPS {
        if least == 0 || patience == 0 || exchange.spent() {
            break;
        }
        // Every other pair of sweeps lets equals change places, to leave plateaus.
        let flip = sweep % 4 >= 2;
        exchange.spend(10 * (proper.width.len() + proper.segments.len()));
        let order: Vec<usize> = match sweep % 2 {
            0 => (1..proper.rows.len()).collect(),
            _ => (0..proper.rows.len().saturating_sub(1)).rev().collect(),
        };
        for row in order {
            sort_row(proper, row, sweep % 2 == 0, flip);
        }
        exchange.all(proper, flip);
        if sweep % SIFTING == SIFTING - 1 {
            (0..proper.rows.len()).for_each(|row| exchange.sift(proper, row));
        }
        let count = crossings(proper);
        patience = if count * 1000 < least * 995 { PATIENCE } else { patience - 1 };
        if count < least {
            least = count;
            rows.clone_from(&proper.rows);
        }
    }
    restore(proper, &rows);
    least
}

fn restore(proper: &mut Proper, rows: &Vec<Vec<usize>>) {
    proper.rows.clone_from(rows);
    (0..proper.rows.len()).for_each(|row| proper.number(row));
}

/// Sorts a row by the medians of the row above or below; vertices without neighbours there keep their places.
fn sort_row(proper: &mut Proper, row: usize, up: bool, flip: bool) {
    let mut keyed: Vec<(u64, usize)> = Vec::with_capacity(proper.rows[row].len());
    let mut slots = Vec::with_capacity(keyed.capacity());
    let mut keys = Vec::new();
    for (slot, &vertex) in proper.rows[row].iter().enumerate() {
        keys.clear();
        if up {
            for &index in &proper.above[vertex] {
                keys.push(proper.place[proper.segments[index].top] as u64 * UNIT + proper.port[index]);
            }
        } else {
            keys.extend(proper.neighbours(vertex, false).map(|other| proper.place[other] as u64 * UNIT));
        }
        if let Some(key) = median(&mut keys) {
            keyed.push((key, vertex));
            slots.push(slot);
        }
    }
    if flip {
        keyed.reverse();
    }
    keyed.sort_by_key(|(key, _)| *key);
    for (slot, (_, vertex)) in slots.into_iter().zip(keyed) {
        proper.rows[row][slot] = vertex;
    }
    proper.number(row);
}

/// The median; of an even number the middle two, weighted to the side on which the others are closer together.
fn median(keys: &mut Vec<u64>) -> Option<u64> {
    keys.sort_unstable();
    let middle = keys.len() / 2;
    match keys.as_slice() {
        [] => None,
        [one] => Some(*one),
        [one, two] => Some((*one + *two) / 2),
        _ if keys.len() % 2 == 1 => Some(keys[middle]),
        [first, .., last] => {
            let (lower, upper) = (keys[middle - 1], keys[middle]);
            let (left, right) = (lower - *first, *last - upper);
            match left + right {
                0 => Some((lower + upper) / 2),
                both => Some((lower * right + upper * left) / both),
            }
        }
    }
}

/// Random numbers, the same ones everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % end.max(1) as u64).unwrap_or(0)
    }

    fn shuffle(&mut self, list: &mut [usize]) {
        for end in (1..list.len()).rev() {
            list.swap(end, self.below(end + 1));
        }
    }

    /// Exchanges a few pairs in each row.
    fn shake(&mut self, proper: &mut Proper) {
        for row in 0..proper.rows.len() {
            let count = proper.rows[row].len();
            for _ in 0..=count / 6 {
                let (one, other) = (self.below(count), self.below(count));
                proper.rows[row].swap(one, other);
            }
            proper.number(row);
        }
    }
}

/// All crossings: for each gap the pairs of segments whose ends lie the other way round, counted in a Fenwick tree.
fn crossings(proper: &Proper) -> u64 {
    let mut total = 0;
    let mut ends = Vec::new();
    for (row, upper) in proper.rows.iter().enumerate() {
        let width = proper.rows.get(row + 1).map_or(0, Vec::len);
        let mut tree = vec![0_u64; width + 1];
        let mut seen = 0;
        for &vertex in upper {
            ends.clear();
            ends.extend(proper.neighbours(vertex, false).map(|other| proper.place[other]));
            for end in &ends {
                let mut at = end + 1;
                let mut up_to = 0;
                while at > 0 {
                    up_to += tree[at];
                    at &= at - 1;
                }
                total += seen - up_to;
            }
            for end in &ends {
                let mut at = end + 1;
                while at <= width {
                    tree[at] += 1;
                    at += at & at.wrapping_neg();
                }
                seen += 1;
            }
        }
    }
    total
}
