//! The proper graph: every link is a chain of segments from one row to the next, over bends where it passes a row.
//!
//! Bends are as many as links times rows at worst. Beyond [`MOST_BENDS`] the longest links have none: they
//! are drawn straight across, and nothing makes way for them.

use super::{Down, Input};

const MOST_BENDS: usize = 120_000;

/// The room of one place in sort keys, in which the segments that leave one vertex lie in their order.
pub(super) const UNIT: u64 = 1 << 10;

/// A piece of a link between neighbouring rows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Segment {
    pub(super) top: usize,
    pub(super) bottom: usize,
}

/// Vertices are the boxes, then the bends.
pub(super) struct Proper {
    /// How many of the vertices are boxes.
    pub(super) boxes: usize,
    pub(super) width: Vec<i64>,
    pub(super) row: Vec<usize>,
    /// The vertices of each row, from the left, and each vertex' position there.
    pub(super) rows: Vec<Vec<usize>>,
    pub(super) place: Vec<usize>,
    pub(super) segments: Vec<Segment>,
    /// Where each segment leaves its upper vertex, in parts of a [`UNIT`].
    pub(super) port: Vec<u64>,
    /// The segments that come from the row above and that go to the row below.
    pub(super) above: Vec<Vec<usize>>,
    pub(super) below: Vec<Vec<usize>>,
    /// The vertices of each link, from the top; none for a link that is drawn straight across.
    pub(super) chains: Vec<Vec<usize>>,
}

impl Proper {
    /// The rows are empty still.
    pub(super) fn new(input: &Input, links: &[Down], rows: &[usize]) -> Self {
        let mut proper = Self {
            boxes: input.boxes.len(),
            width: input.boxes.iter().map(|size| size.width).collect(),
            row: rows.to_vec(),
            rows: vec![Vec::new(); rows.iter().max().map_or(0, |last| last + 1)],
            place: Vec::new(),
            segments: Vec::new(),
            port: Vec::new(),
            above: Vec::new(),
            below: Vec::new(),
            chains: Vec::with_capacity(links.len()),
        };
        let longest = longest(links, rows);
        for link in links {
            if rows[link.lower] - rows[link.upper] > longest {
                proper.chains.push(Vec::new());
                continue;
            }
            let mut chain = vec![link.upper];
            for row in rows[link.upper] + 1..rows[link.lower] {
                let labelled = row == label_row(link, rows);
                chain.push(proper.width.len());
                proper.width.push(link.label.filter(|_| labelled).map_or(0, |label| label.width));
                proper.row.push(row);
            }
            chain.push(link.lower);
            let pairs = chain.windows(2).map(|pair| Segment { top: pair[0], bottom: pair[1] });
            proper.segments.extend(pairs);
            proper.chains.push(chain);
        }
        let count = proper.width.len();
        proper.place = vec![0; count];
        proper.above = vec![Vec::new(); count];
        proper.below = vec![Vec::new(); count];
        for (index, segment) in proper.segments.iter().enumerate() {
            proper.below[segment.top].push(index);
            proper.above[segment.bottom].push(index);
        }
        proper.port = vec![0; proper.segments.len()];
        for leaving in &proper.below {
            for (index, segment) in (1..).zip(leaving) {
                proper.port[*segment] = index * UNIT / (leaving.len() as u64 + 1);
            }
        }
        proper
    }

    /// The vertices at the other ends of the segments to a neighbouring row.
    pub(super) fn neighbours(&self, vertex: usize, up: bool) -> impl Iterator<Item = usize> {
        let segments = if up { &self.above[vertex] } else { &self.below[vertex] };
        segments
            .iter()
            .map(move |index| if up { self.segments[*index].top } else { self.segments[*index].bottom })
    }

    /// Whether a segment lies between two bends.
    pub(super) fn inner(&self, segment: usize) -> bool {
        let Segment { top, bottom } = self.segments[segment];
        top >= self.boxes && bottom >= self.boxes
    }

    /// Sets the places of one row by its order.
    pub(super) fn number(&mut self, row: usize) {
        for (place, vertex) in self.rows[row].iter().enumerate() {
            self.place[*vertex] = place;
        }
    }
}

/// How many rows a link may span so that the bends of all that span no more are not too many.
fn longest(links: &[Down], rows: &[usize]) -> usize {
    let mut spans: Vec<usize> = links.iter().map(|link| rows[link.lower] - rows[link.upper]).collect();
    spans.sort_unstable();
    let mut bends = 0;
    for span in &spans {
        bends += span - 1;
        if bends > MOST_BENDS {
            return span - 1;
        }
    }
    usize::MAX
}

/// The row in which the label of a link stands: next to the user, whichever end that is.
pub(super) fn label_row(link: &Down, rows: &[usize]) -> usize {
    if link.reversed { rows[link.lower] - 1 } else { rows[link.upper] + 1 }
}
