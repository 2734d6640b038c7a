//! Programs of any size, all of one shape, for benchmarks.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

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

/// The same for Python.
const PYTHON_HEAD: &str = "from typing import Protocol

class Part(Protocol):
    number: int

class First:
    number: int = 0

class Join:
    number: int

    def __init__(self, left: Part, right: Part, number: int) -> None:
        self.left = left
        self.right = right
        self.number = number

class Narrow:
    number: int

    def __init__(self, only: Part, number: int) -> None:
        self.only = only
        self.number = number

def switch(on: bool) -> bool:
    return on

wide: bool = switch(True)
d0: Part = First()
d1: Part = First()
";

/// `count` devices: device i takes devices i/2 and i/3, every seventh stands behind a key. The last third joins
/// those that nothing else would use, so that all of them are in the graph.
pub fn web(count: usize) -> String {
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

/// The same web in Python, line for line, for `ty`.
pub fn python(count: usize) -> String {
    let mut text = String::from(PYTHON_HEAD);
    let made = count * 2 / 3;
    for i in 2..made {
        let join = format!("Join(d{}, d{}, {i})", i / 2, i / 3);
        text += &match i % 7 {
            0 => format!("d{i} = {join} if wide else Narrow(d{}, {i})\n", i / 2),
            _ => format!("d{i} = {join}\n"),
        };
    }
    let mut loose: VecDeque<String> = (made / 2..made).map(|i| format!("d{i}")).collect();
    let mut joined = 0;
    while let (Some(left), Some(right)) = (loose.pop_front(), loose.pop_front()) {
        text += &format!("e{joined} = Join({left}, {right}, 0)\n");
        loose.push_back(format!("e{joined}"));
        joined += 1;
        if loose.len() == 1 {
            break;
        }
    }
    text
}

/// A chain in which each level uses the one below twice.
pub fn chain(depth: usize) -> String {
    let mut text = String::from(HEAD);
    for level in 2..depth + 2 {
        let below = level - 1;
        let _ = writeln!(text, "let d{level} = join(d{below}, d{below}, {level})");
    }
    let _ = writeln!(text, "unikernel chain = job(d{})", depth + 1);
    text
}

/// The same chain through functions instead of values.
pub fn function_chain(depth: usize) -> String {
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
