//! The last step: y of the rows, ends of the links at their boxes, labels, and everything moved to the margin.

use super::proper::{Proper, label_row};
use super::{Down, Input, Layout, Point, Rect, Route, Size};

/// Puts the parts together.
pub(super) fn finish(
    input: &Input,
    proper: &Proper,
    links: &[Down],
    rows: Vec<usize>,
    columns: &[i64],
    crossings: u64,
) -> Layout {
    let margin = input.spacing.margin;
    let edges = (0..columns.len()).map(|vertex| {
        let half = proper.width[vertex] / 2;
        (columns[vertex] - half, columns[vertex] + half)
    });
    let (left, right) = edges.reduce(|all, one| (all.0.min(one.0), all.1.max(one.1))).unwrap_or_default();
    let x = |vertex: usize| columns[vertex] - left + margin;
    let bands = bands(input, proper, links, &rows, columns);
    let boxes: Vec<Rect> = input
        .boxes
        .iter()
        .enumerate()
        .map(|(index, size)| {
            let (top, bottom) = bands[rows[index]];
            let y = top + (bottom - top - size.height) / 2;
            Rect { x: x(index) - size.width / 2, y, width: size.width, height: size.height }
        })
        .collect();
    let ends = Ends::new(proper, &boxes, columns, left - margin);
    let mut routes = vec![Route::default(); input.links.len()];
    let mut segment = 0;
    for (link, chain) in links.iter().zip(&proper.chains) {
        let upper = boxes[link.upper];
        if chain.is_empty() {
            routes[link.link] =
                Route { points: across(upper, boxes[link.lower], link.reversed), label: None };
            continue;
        }
        let pieces = chain.len() - 1;
        let mut points = Vec::with_capacity(2 * chain.len());
        points.push(Point { x: ends.top[segment], y: upper.y + upper.height });
        points.push(Point { x: ends.top[segment], y: bands[rows[link.upper]].1 });
        for bend in &chain[1..pieces] {
            let (top, bottom) = bands[proper.row[*bend]];
            points.push(Point { x: x(*bend), y: top });
            points.push(Point { x: x(*bend), y: bottom });
        }
        let end = ends.bottom[segment + pieces - 1];
        points.push(Point { x: end, y: bands[rows[link.lower]].0 });
        points.push(Point { x: end, y: boxes[link.lower].y });
        segment += pieces;
        let label = link.label.and_then(|size| {
            let row = label_row(link, &rows);
            let bend = *chain.get(row.checked_sub(rows[link.upper])?)?;
            let (top, bottom) = bands[row];
            let y = top + (bottom - top - size.height) / 2;
            Some(Rect { x: x(bend) - size.width / 2, y, width: size.width, height: size.height })
        });
        if link.reversed {
            points.reverse();
        }
        routes[link.link] = Route { points, label };
    }
    let size = Size {
        width: right - left + 2 * margin,
        height: bands.last().map_or(0, |(_, bottom)| *bottom - margin) + 2 * margin,
    };
    Layout { size, boxes, routes, rows, crossings }
}

/// From the middle of one box to that of another, whatever lies between.
fn across(upper: Rect, lower: Rect, reversed: bool) -> Vec<Point> {
    let start = Point { x: upper.center().x, y: upper.y + upper.height };
    let end = Point { x: lower.center().x, y: lower.y };
    if reversed { vec![end, end, start, start] } else { vec![start, start, end, end] }
}

/// Top and bottom of each row. The further links go sideways between two rows, the further these are apart.
fn bands(input: &Input, proper: &Proper, links: &[Down], rows: &[usize], columns: &[i64]) -> Vec<(i64, i64)> {
    let mut height = vec![0; proper.rows.len()];
    for (size, row) in input.boxes.iter().zip(rows) {
        height[*row] = size.height.max(height[*row]);
    }
    for link in links {
        if let Some(label) = link.label {
            let row = label_row(link, rows);
            height[row] = label.height.max(height[row]);
        }
    }
    let mut sideways = vec![0; proper.rows.len()];
    for segment in &proper.segments {
        let row = proper.row[segment.top];
        sideways[row] = (columns[segment.top] - columns[segment.bottom]).abs().max(sideways[row]);
    }
    let mut top = input.spacing.margin;
    let mut bands = Vec::with_capacity(height.len());
    for (height, sideways) in height.into_iter().zip(sideways) {
        bands.push((top, top + height));
        let gap = input.spacing.row_gap;
        top += height + gap + (sideways / 12).min(3 * gap);
    }
    bands
}

/// The least distance between the ends of two links at one box, and between an end and a corner.
const END_GAP: i64 = 130;
const CORNER: i64 = 120;

/// Where segments touch their boxes: straight above or below the other end if that can be, otherwise towards it.
struct Ends {
    top: Vec<i64>,
    bottom: Vec<i64>,
}

impl Ends {
    fn new(proper: &Proper, boxes: &[Rect], columns: &[i64], origin: i64) -> Self {
        // The middle and where a link may touch: anywhere but near the corners; bends have one point.
        let span = |vertex: usize| match boxes.get(vertex) {
            Some(rect) => {
                let corner = CORNER.min(rect.width / 2);
                (rect.center().x, rect.x + corner, rect.x + rect.width - corner)
            }
            None => (columns[vertex] - origin, columns[vertex] - origin, columns[vertex] - origin),
        };
        let mut top = Vec::with_capacity(proper.segments.len());
        let mut bottom = Vec::with_capacity(proper.segments.len());
        for segment in &proper.segments {
            let (upper, lower) = (span(segment.top), span(segment.bottom));
            let (least, most) = (upper.1.max(lower.1), upper.2.min(lower.2));
            if least <= most {
                let common = ((upper.0 + lower.0) / 2).clamp(least, most);
                top.push(common);
                bottom.push(common);
            } else {
                top.push(towards(upper, lower.0));
                bottom.push(towards(lower, upper.0));
            }
        }
        for (index, rect) in boxes.iter().enumerate() {
            let mut below = proper.below[index].clone();
            below.sort_by_key(|segment| columns[proper.segments[*segment].bottom]);
            part(&below, rect, &mut top);
            let mut above = proper.above[index].clone();
            above.sort_by_key(|segment| columns[proper.segments[*segment].top]);
            part(&above, rect, &mut bottom);
        }
        Self { top, bottom }
    }
}

/// Halfway from the middle to the end on the side of `other`.
fn towards((middle, left, right): (i64, i64, i64), other: i64) -> i64 {
    let step = (right - left) / 4;
    if other < middle { middle - step } else { middle + step }
}

/// Keeps the ends at one edge of a box apart, in their order, each as near as possible to where it would be.
fn part(segments: &[usize], rect: &Rect, ends: &mut [i64]) {
    let Some(gaps) =
        i64::try_from(segments.len()).ok().and_then(|count| count.checked_sub(1)).filter(|n| *n > 0)
    else {
        return;
    };
    let corner = CORNER.min(rect.width / 2);
    let (left, right) = (rect.x + corner, rect.x + rect.width - corner);
    let gap = END_GAP.min((right - left) / gaps);
    let mut rightwards: Vec<i64> = segments.iter().map(|segment| ends[*segment]).collect();
    let mut leftwards = rightwards.clone();
    for at in 1..segments.len() {
        rightwards[at] = rightwards[at].max(rightwards[at - 1] + gap);
        let at = segments.len() - 1 - at;
        leftwards[at] = leftwards[at].min(leftwards[at + 1] - gap);
    }
    let mut limit = right;
    for (at, segment) in segments.iter().enumerate().rev() {
        ends[*segment] = ((rightwards[at] + leftwards[at]) / 2).min(limit);
        limit = ends[*segment] - gap;
    }
    let mut limit = left;
    for segment in segments {
        ends[*segment] = ends[*segment].max(limit);
        limit = ends[*segment] + gap;
    }
}
