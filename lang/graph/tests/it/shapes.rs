//! Families of random graphs like those of devices, and their crossings in graphviz' layout, for test and benchmark.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::{Command, Stdio};

use unik_graph::layout::{Input, Layout, Link, Size, Spacing};

pub(crate) const SPACING: Spacing = Spacing { box_gap: 240, link_gap: 160, row_gap: 400, margin: 160 };

/// The families.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Device i takes i/2 and i/3.
    Halves,
    /// Each device takes one to three of the ten before it.
    Near,
    /// Rows of about equal size; each device takes one to three of the row below.
    Rows,
    /// A tree in which one in four takes a second device from anywhere.
    Tree,
    /// Chains of services over a few shared ones.
    Services,
}

pub(crate) const SHAPES: [Shape; 5] = [Shape::Halves, Shape::Near, Shape::Rows, Shape::Tree, Shape::Services];

/// A generator of random numbers: the same ones everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % end.max(1)
    }
}

pub(crate) fn graph(shape: Shape, count: usize, seed: u64) -> Input {
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ count as u64);
    random.below(1);
    let boxes = (0..count).map(|_| Size { width: 800 + 40 * random.below(20) as i64, height: 400 }).collect();
    let mut links = Vec::new();
    let mut link = |from: usize, to: usize| {
        if from != to {
            links.push(Link { from, to, label: None });
        }
    };
    for device in 1..count {
        match shape {
            Shape::Halves => {
                link(device, device / 2);
                link(device, device / 3);
            }
            Shape::Near => {
                for _ in 0..=random.below(3) {
                    link(device, device - 1 - random.below(device.min(10)));
                }
            }
            Shape::Rows => {
                let size = 4 + count / 12;
                let row = device / size;
                for _ in 0..=random.below(3) {
                    if row > 0 {
                        link(device, (row - 1) * size + random.below(size));
                    }
                }
            }
            Shape::Tree => {
                link(device, (device - 1) / 3);
                if random.below(4) == 0 {
                    link(device, random.below(device));
                }
            }
            Shape::Services => {
                let shared = 2 + count / 20;
                if device >= shared {
                    link(device, random.below(shared));
                    if random.below(3) > 0 {
                        link(device, device - 1);
                    }
                }
            }
        }
    }
    // Graphviz is given one link for several between the same two.
    links.sort_by_key(|link| (link.from, link.to));
    links.dedup();
    Input { boxes, links, roots: Vec::new(), spacing: SPACING }
}

/// Crossings by geometry: in each gap between rows, the pairs of links whose order changes. `x` is where each link
/// is in each of the rows that it touches, by row.
pub(crate) fn crossings(x: &[BTreeMap<usize, i64>]) -> u64 {
    let mut gaps: BTreeMap<usize, Vec<(i64, i64)>> = BTreeMap::new();
    for link in x {
        for (row, top) in link {
            if let Some(bottom) = link.get(&(row + 1)) {
                gaps.entry(*row).or_default().push((*top, *bottom));
            }
        }
    }
    let crossing = |a: &(i64, i64), b: &(i64, i64)| (a.0 < b.0 && a.1 > b.1) || (a.0 > b.0 && a.1 < b.1);
    let pairs = |gap: &Vec<(i64, i64)>| {
        let all = gap.iter().enumerate().flat_map(|(index, a)| gap[..index].iter().map(move |b| (a, b)));
        all.filter(|(a, b)| crossing(a, b)).count() as u64
    };
    gaps.values().map(pairs).sum()
}

/// Our crossings, counted in the same way as those of graphviz.
pub(crate) fn ours(input: &Input, layout: &Layout) -> u64 {
    let links = input.links.iter().zip(&layout.routes).map(|(link, route)| {
        let mut x = BTreeMap::new();
        let first = layout.rows[link.from];
        x.insert(first, layout.boxes[link.from].center().x);
        for (index, bend) in route.points[2..route.points.len() - 2].chunks(2).enumerate() {
            x.insert(first + 1 + index, bend[0].x);
        }
        x.insert(layout.rows[link.to], layout.boxes[link.to].center().x);
        x
    });
    crossings(&links.collect::<Vec<_>>())
}

/// The crossings of `dot`, without its `ordering=out`, which costs it crossings. `Err` says why there is none.
pub(crate) fn graphviz(input: &Input) -> Result<u64, String> {
    let missing = |error| format!("graphviz' `dot` is needed (apt-get install graphviz): {error}");
    let mut text = String::from("digraph {\n  node [shape=box, fixedsize=true, label=\"\"];\n");
    for (index, size) in input.boxes.iter().enumerate() {
        let inches = |length: i64| length as f64 / 960.0;
        text += &format!("  n{index} [width={}, height={}];\n", inches(size.width), inches(size.height));
    }
    for link in &input.links {
        text += &format!("  n{} -> n{};\n", link.from, link.to);
    }
    text += "}\n";
    let mut child = Command::new("dot")
        .arg("-Tplain")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(missing)?;
    // `dot` reads everything before it writes anything, so that the pipes cannot block each other.
    child.stdin.take().expect("it is piped").write_all(text.as_bytes()).map_err(missing)?;
    let output = child.wait_with_output().map_err(missing)?;
    if !output.status.success() {
        return Err(format!("`dot` failed: {}", output.status));
    }
    plain(&String::from_utf8_lossy(&output.stdout))
        .ok_or_else(|| "`dot -Tplain` wrote something else".to_owned())
}

/// Reads the plain format: nodes with their centres, edges as cubic splines.
fn plain(text: &str) -> Option<u64> {
    let fixed = |word: &str| word.parse::<f64>().ok().map(|inches| (inches * 1e4) as i64);
    let mut nodes = BTreeMap::new();
    let mut edges = Vec::new();
    for line in text.lines() {
        let words: Vec<_> = line.split_whitespace().collect();
        match words.first().copied() {
            Some("node") => {
                nodes.insert(words.get(1)?.to_string(), (fixed(words.get(2)?)?, fixed(words.get(3)?)?));
            }
            Some("edge") => {
                let count: usize = words.get(3)?.parse().ok()?;
                let numbers: Option<Vec<_>> =
                    words.get(4..4 + 2 * count)?.iter().map(|word| fixed(word)).collect();
                let points: Vec<_> = numbers?.chunks(2).map(|pair| (pair[0], pair[1])).collect();
                edges.push((words[1].to_owned(), words[2].to_owned(), points));
            }
            _ => {}
        }
    }
    // y grows upwards; row 0 is the topmost. Rounding apart, the nodes of one row have one y.
    let mut rows: Vec<i64> = nodes.values().map(|(_, y)| -*y).collect();
    rows.sort_unstable();
    rows.dedup_by(|a, b| (*a - *b).abs() < 20);
    let row = |y: i64| rows.iter().position(|row| (*row + y).abs() < 20);
    let mut links = Vec::new();
    for (tail, head, points) in &edges {
        let (tail, head) = (nodes.get(tail)?, nodes.get(head)?);
        let (first, last) = (row(tail.1)?, row(head.1)?);
        let mut x = BTreeMap::from([(first, tail.0), (last, head.0)]);
        for (between, y) in rows.iter().enumerate().take(last).skip(first + 1) {
            x.insert(between, at(points, -*y)?);
        }
        links.push(x);
    }
    Some(crossings(&links))
}

/// The x at which a spline that runs downwards has a y.
fn at(points: &[(i64, i64)], y: i64) -> Option<i64> {
    for piece in points.windows(4).step_by(3) {
        if piece[0].1 < y || piece[3].1 > y {
            continue;
        }
        let (mut low, mut high) = (0.0, 1.0);
        let curve = |t: f64, of: fn(&(i64, i64)) -> i64| {
            let [a, b, c, d] = [0, 1, 2, 3].map(|index| of(&piece[index]) as f64);
            let u = 1.0 - t;
            a * u * u * u + 3.0 * b * u * u * t + 3.0 * c * u * t * t + d * t * t * t
        };
        for _ in 0..40 {
            let middle = (low + high) / 2.0;
            if curve(middle, |point| point.1) > y as f64 { low = middle } else { high = middle }
        }
        return Some(curve(low, |point| point.0) as i64);
    }
    None
}
