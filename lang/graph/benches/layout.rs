//! How long the layout takes, and how its crossings and time compare with those of graphviz' `dot` where that is installed.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measures")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use unik_graph::layout::layout;

#[path = "../tests/it/shapes.rs"]
mod shapes;

use shapes::{SHAPES, Shape, graph, graphviz, ours};

fn main() {
    println!(
        "{:>8} {:>6} {:>10} {:>10} {:>9} {:>9} {:>6}",
        "shape", "boxes", "ours", "dot", "crossings", "dot", "ratio"
    );
    for count in [10, 30, 100, 300, 1000] {
        for shape in SHAPES {
            row(shape, count);
        }
    }
    row(Shape::Halves, 10_000);
    ratios();
}

fn row(shape: Shape, count: usize) {
    let input = graph(shape, count, 1);
    let mut least = Duration::MAX;
    for _ in 0..5 {
        let start = Instant::now();
        black_box(layout(black_box(&input)));
        least = least.min(start.elapsed());
    }
    let own = ours(&input, &layout(&input));
    let start = Instant::now();
    let dot = if count > 1000 { Err("too slow".to_owned()) } else { graphviz(&input) };
    let (time, theirs, ratio) = match dot {
        Ok(crossings) => {
            (format!("{:?}", start.elapsed()), crossings.to_string(), format!("{:.2}", ratio(own, crossings)))
        }
        Err(_) => Default::default(),
    };
    println!(
        "{:>8} {count:>6} {least:>10.2?} {time:>10.9} {own:>9} {theirs:>9} {ratio:>6}",
        format!("{shape:?}")
    );
}

/// Crossings on 200 graphs of 10 to 300 boxes.
fn ratios() {
    let mut ratios = Vec::new();
    let (mut all, mut all_dot) = (0, 0);
    for seed in 0..200 {
        let shape = SHAPES[seed % SHAPES.len()];
        let input = graph(shape, 10 + (seed * 29) % 291, seed as u64);
        let own = ours(&input, &layout(&input));
        match graphviz(&input) {
            Ok(theirs) => {
                ratios.push((ratio(own, theirs), shape, input.boxes.len(), own, theirs));
                all += own;
                all_dot += theirs;
            }
            Err(error) => return println!("no comparison: {error}"),
        }
    }
    ratios.sort_by(|a, b| a.0.total_cmp(&b.0));
    println!("200 graphs: {all} crossings, dot {all_dot}, ratio {:.3}", ratio(all, all_dot));
    println!(
        "median ratio {:.3}, above 1.3: {}",
        ratios[100].0,
        ratios.iter().filter(|row| row.0 > 1.3).count()
    );
    for worst in ratios.iter().rev().take(8) {
        println!("  {worst:?}");
    }
}

fn ratio(own: u64, theirs: u64) -> f64 {
    (own as f64 + 1.0) / (theirs as f64 + 1.0)
}
