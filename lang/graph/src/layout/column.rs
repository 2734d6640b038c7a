//! x by Brandes and Köpf ("Fast and simple horizontal coordinate assignment", 2001): vertices that can be
//! vertically aligned with a median neighbour form blocks, blocks are packed, for each of the four ways to prefer a side; each
//! vertex takes the mean of the middle two. Packing works on the graph of blocks, by longest paths.

use super::Spacing;
use super::proper::Proper;

/// The x of the middle of each vertex.
pub(super) fn columns(proper: &Proper, spacing: &Spacing) -> Vec<i64> {
    let count = proper.width.len();
    let blocked = blocked(proper);
    let mut ways = Vec::with_capacity(4);
    for up in [true, false] {
        for left in [true, false] {
            let blocks = blocks(proper, &blocked, up, left);
            ways.push(packed(proper, spacing, &blocks, left));
        }
    }
    // All four are moved to the borders of the narrowest: those that prefer the left to its left one.
    let borders: Vec<(i64, i64)> = ways
        .iter()
        .map(|way| {
            let left = (0..count).map(|vertex| way[vertex] - proper.width[vertex] / 2).min().unwrap_or(0);
            let right = (0..count).map(|vertex| way[vertex] + proper.width[vertex] / 2).max().unwrap_or(0);
            (left, right)
        })
        .collect();
    let (left, right) = borders.iter().copied().min_by_key(|(left, right)| right - left).unwrap_or_default();
    for (index, way) in ways.iter_mut().enumerate() {
        let by = if index % 2 == 0 { left - borders[index].0 } else { right - borders[index].1 };
        way.iter_mut().for_each(|x| *x += by);
    }
    (0..count)
        .map(|vertex| {
            let mut four = [ways[0][vertex], ways[1][vertex], ways[2][vertex], ways[3][vertex]];
            four.sort_unstable();
            (four[1] + four[2]).div_euclid(2)
        })
        .collect()
}

/// Segments that cross one between two bends: they do not align anything, so that long links stay straight.
fn blocked(proper: &Proper) -> Vec<bool> {
    let mut blocked = vec![false; proper.segments.len()];
    for row in 1..proper.rows.len() {
        let lower = &proper.rows[row];
        let mut scanned = 0;
        let mut left = 0;
        for (place, &vertex) in lower.iter().enumerate() {
            let inner = proper.above[vertex].iter().find(|segment| proper.inner(**segment));
            let right = match inner {
                Some(segment) => proper.place[proper.segments[*segment].top],
                None if place + 1 == lower.len() => proper.rows[row - 1].len(),
                None => continue,
            };
            for &other in &lower[scanned..=place] {
                for &segment in &proper.above[other] {
                    let top = proper.place[proper.segments[segment].top];
                    if (top < left || top > right) && !proper.inner(segment) {
                        blocked[segment] = true;
                    }
                }
            }
            scanned = place + 1;
            left = right;
        }
    }
    blocked
}

/// The block of each vertex, named after one of its vertices.
fn blocks(proper: &Proper, blocked: &[bool], up: bool, left: bool) -> Vec<usize> {
    let count = proper.width.len();
    let mut block: Vec<usize> = (0..count).collect();
    let mut aligned = vec![false; count];
    let rows: Vec<usize> =
        if up { (0..proper.rows.len()).collect() } else { (0..proper.rows.len()).rev().collect() };
    let mut neighbours: Vec<(usize, usize, bool)> = Vec::new();
    for row in rows {
        // The place of the last aligned neighbour: alignments of one row do not cross.
        let mut reached: Option<usize> = None;
        let order = &proper.rows[row];
        for step in 0..order.len() {
            let vertex = if left { order[step] } else { order[order.len() - 1 - step] };
            let segments = if up { &proper.above[vertex] } else { &proper.below[vertex] };
            neighbours.clear();
            neighbours.extend(segments.iter().map(|index| {
                let segment = proper.segments[*index];
                let other = if up { segment.top } else { segment.bottom };
                (proper.place[other], other, blocked[*index])
            }));
            neighbours.sort_unstable();
            let Some(last) = neighbours.len().checked_sub(1) else { continue };
            let (lower, upper) = (last / 2, last.div_ceil(2));
            for middle in if left { [lower, upper] } else { [upper, lower] } {
                let (place, other, blocked) = neighbours[middle];
                let free = reached.is_none_or(|reached| if left { reached < place } else { place < reached });
                if block[vertex] == vertex && !blocked && free && !aligned[other] {
                    block[vertex] = block[other];
                    aligned[other] = true;
                    reached = Some(place);
                }
            }
        }
    }
    block
}

/// Packs the blocks to one side, then each as close to its neighbours on the other side as they allow.
fn packed(proper: &Proper, spacing: &Spacing, block: &[usize], left: bool) -> Vec<i64> {
    let count = proper.width.len();
    // The graph of blocks: for each the one that follows it in some row, and how far off.
    let mut follows: Vec<Vec<(usize, i64)>> = vec![Vec::new(); count];
    let mut waiting = vec![0_usize; count];
    for order in &proper.rows {
        for pair in order.windows(2) {
            let gap = if pair.iter().any(|vertex| *vertex >= proper.boxes && proper.width[*vertex] == 0) {
                spacing.link_gap
            } else {
                spacing.box_gap
            };
            let apart = half(proper.width[pair[0]]) + half(proper.width[pair[1]]) + gap;
            let (first, second) = if left { (pair[0], pair[1]) } else { (pair[1], pair[0]) };
            follows[block[first]].push((block[second], apart));
            waiting[block[second]] += 1;
        }
    }
    let mut order: Vec<usize> = (0..count).filter(|at| block[*at] == *at && waiting[*at] == 0).collect();
    let mut x = vec![0_i64; count];
    let mut next = 0;
    while let Some(&at) = order.get(next) {
        next += 1;
        for &(other, apart) in &follows[at] {
            x[other] = x[other].max(x[at] + apart);
            waiting[other] -= 1;
            if waiting[other] == 0 {
                order.push(other);
            }
        }
    }
    for &at in order.iter().rev() {
        if let Some(limit) = follows[at].iter().map(|(other, apart)| x[*other] - apart).min() {
            x[at] = x[at].max(limit);
        }
    }
    (0..count).map(|vertex| if left { x[block[vertex]] } else { -x[block[vertex]] }).collect()
}

/// Half a width, rounded up, so that two halves are never less than the whole.
fn half(width: i64) -> i64 {
    (width + 1).div_euclid(2)
}
