//! Programs of any size, all of one shape, for benchmarks.

use std::collections::VecDeque;
use std::fmt::Write as _;

/// What every program starts with: a module type, devices of one, two and no arguments, and a key that chooses.
const HEAD: &str = "//! Made for a benchmark.

module type Part = trait Part

/// A switch.
configure key wide: Bool = true

device first: Part { rust First::new }
device join(left: Part, right: Part, number: Int): Part { rust Join::new }
device narrow(only: Part, number: Int): Part { rust Narrow::new }
device job(part: Part): Job { rust job }

let d0: Part = first
let d1: Part = first
";

/// `count` devices: device i takes devices i/2 and i/3, every seventh stands behind a key. The last third joins
/// those that nothing else would use, so that all of them are in the graph.
pub(crate) fn web(count: usize) -> String {
    let mut text = String::from(HEAD);
    let made = count * 2 / 3;
    for i in 2..made {
        let (half, third) = (i / 2, i / 3);
        let join = format!("join(d{half}, d{third}, {i})");
        let _ = match i % 7 {
            0 => writeln!(text, "let d{i} = if wide then {join} else narrow(d{half}, {i})"),
            _ => writeln!(text, "let d{i} = {join}"),
        };
    }
    // Two by two, so that the graph is as deep as before and not a chain.
    let mut loose: VecDeque<String> = (made / 2..made).map(|i| format!("d{i}")).collect();
    let mut joined = 0;
    while let (Some(left), Some(right)) = (loose.pop_front(), loose.pop_front()) {
        let _ = writeln!(text, "let e{joined} = join({left}, {right}, 0)");
        loose.push_back(format!("e{joined}"));
        joined += 1;
        if loose.len() == 1 {
            break;
        }
    }
    let last = loose.pop_front().unwrap_or_else(|| "first".into());
    let _ = writeln!(text, "unikernel web = job({last})");
    text
}

/// A chain in which each level uses the one below twice.
pub(crate) fn chain(depth: usize) -> String {
    let mut text = String::from(HEAD);
    for level in 2..depth + 2 {
        let below = level - 1;
        let _ = writeln!(text, "let d{level} = join(d{below}, d{below}, {level})");
    }
    let _ = writeln!(text, "unikernel chain = job(d{})", depth + 1);
    text
}

/// The same chain through functions instead of values.
pub(crate) fn function_chain(depth: usize) -> String {
    let mut text = String::from(HEAD);
    text.push_str("let f0(part: Part): Part = narrow(part, 0)\n");
    for level in 1..=depth {
        let below = level - 1;
        let _ =
            writeln!(text, "let f{level}(part: Part): Part = join(f{below}(part), f{below}(part), {level})");
    }
    let _ = writeln!(text, "unikernel chain = job(f{depth}(first))");
    text
}
