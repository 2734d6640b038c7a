//! A layered layout: users above what they use, few crossings, straight long edges, nothing overlapping.
//!
//! It knows boxes and links, not devices. The steps of Sugiyama's method, one file each: `rank` gives every box a
//! row, `proper` cuts long links into pieces of one row, `order` and `exchange` sort the rows, `column` finds x,
//! `route` draws.
//! All arithmetic is on integers, so that a picture is the same byte for byte on every machine. The unit is
//! up to the caller.

mod column;
mod exchange;
mod order;
mod proper;
mod rank;
mod route;

use proper::Proper;

/// Width and height.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Size {
    /// Width.
    pub width: i64,
    /// Height.
    pub height: i64,
}

/// From a user to what it uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// The upper box.
    pub from: usize,
    /// The lower box.
    pub to: usize,
    /// Room for a label.
    pub label: Option<Size>,
}

/// How far apart things are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spacing {
    /// Between two boxes of a row.
    pub box_gap: i64,
    /// Between two links, or a link and a box.
    pub link_gap: i64,
    /// Between two rows, at least.
    pub row_gap: i64,
    /// Around everything.
    pub margin: i64,
}

/// What is to be laid out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// The boxes.
    pub boxes: Vec<Size>,
    /// The links. Those that leave one box are drawn in this order where that costs no crossing.
    pub links: Vec<Link>,
    /// The boxes from which to begin, leftmost first; others follow.
    pub roots: Vec<usize>,
    /// How far apart things are.
    pub spacing: Spacing,
}

/// A point; y grows downwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Point {
    /// From the left.
    pub x: i64,
    /// From the top.
    pub y: i64,
}

/// A box in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Rect {
    /// Left edge.
    pub x: i64,
    /// Upper edge.
    pub y: i64,
    /// Width.
    pub width: i64,
    /// Height.
    pub height: i64,
}

impl Rect {
    /// Its middle.
    pub fn center(&self) -> Point {
        Point { x: self.x + self.width / 2, y: self.y + self.height / 2 }
    }

    /// Whether the insides of the two share a point.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.x < other.x + other.width
            && other.x < self.x + self.width
            && self.y < other.y + other.height
            && other.y < self.y + self.height
    }
}

/// A link in its place.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Route {
    /// From the user to the used, at least two points, or none for a link from a box to itself. Each pair from
    /// an even index to the next is a vertical line through a row, each other one crosses the gap between two rows.
    pub points: Vec<Point>,
    /// Where the label stands.
    pub label: Option<Rect>,
}

/// A finished layout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Of everything, margin included.
    pub size: Size,
    /// Where each box stands.
    pub boxes: Vec<Rect>,
    /// Where each link runs.
    pub routes: Vec<Route>,
    /// The row of each box, from 0 at the top.
    pub rows: Vec<usize>,
    /// How often two links cross.
    pub crossings: u64,
}

/// Lays out any graph. Links to boxes that are not there, and from a box to itself, get no route; a link that closes
/// a circle runs upwards.
pub fn layout(input: &Input) -> Layout {
    let downward = downward(input);
    let rows = rank::rows(input, &downward);
    let mut proper = Proper::new(input, &downward, &rows);
    let crossings = order::arrange(&mut proper, input);
    let columns = column::columns(&proper, &input.spacing);
    route::finish(input, &proper, &downward, rows, &columns, crossings)
}

/// A link as the steps see it: from an upper to a lower box.
#[derive(Clone, Copy, Debug)]
struct Down {
    /// Its index in the input.
    link: usize,
    upper: usize,
    lower: usize,
    label: Option<Size>,
    /// Whether it runs from the lower to the upper box.
    reversed: bool,
}

/// The links of the input, those reversed that would close a circle.
fn downward(input: &Input) -> Vec<Down> {
    let count = input.boxes.len();
    let mut down: Vec<Down> = input
        .links
        .iter()
        .enumerate()
        .filter(|(_, link)| link.from < count && link.to < count && link.from != link.to)
        .map(|(index, link)| Down {
            link: index,
            upper: link.from,
            lower: link.to,
            label: link.label,
            reversed: false,
        })
        .collect();
    let mut leaving = vec![Vec::new(); count];
    for (index, link) in down.iter().enumerate() {
        leaving[link.upper].push(index);
    }
    // Depth first; a link to a box that is still open closes a circle.
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        New,
        Open,
        Done,
    }
    let mut states = vec![State::New; count];
    for start in 0..count {
        if states[start] != State::New {
            continue;
        }
        states[start] = State::Open;
        let mut stack = vec![(start, 0)];
        while let Some((at, next)) = stack.pop() {
            let Some(&link) = leaving[at].get(next) else {
                states[at] = State::Done;
                continue;
            };
            stack.push((at, next + 1));
            let lower = down[link].lower;
            match states[lower] {
                State::Open => {
                    down[link].reversed = true;
                }
                State::New => {
                    states[lower] = State::Open;
                    stack.push((lower, 0));
                }
                State::Done => {}
            }
        }
    }
    for link in down.iter_mut().filter(|link| link.reversed) {
        std::mem::swap(&mut link.upper, &mut link.lower);
    }
    down
}
