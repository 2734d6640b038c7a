//! How long evaluation takes when everything is checked: many devices, each using two others, every seventh behind a key;
//! and chains in which each level uses the one below twice, through values and through functions.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measures")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use unik_db::{Database, Library, MemorySystem};
use unik_eval::{KeyValues, Mode};

const HEAD: &str = "module type M = trait M\ndevice leaf: M { rust leaf }\ndevice two(n: Int, a: M, b: M): M { rust two }\n\
                    device end(m: M): Job { rust end }\nkey flag: Bool = true\nlet x0 = leaf\n";

fn main() {
    println!(
        "{:>8} {:>7} {:>8} {:>12} {:>12} {:>12}",
        "shape", "size", "nodes", "first check", "concrete", "symbolic"
    );
    for size in [100, 1_000, 10_000] {
        row("halves", size, &halves(size));
    }
    for size in [17, 100, 1_000, 10_000] {
        row("chain", size, &chain(size));
        row("calls", size, &calls(size));
    }
}

fn row(shape: &str, size: usize, text: &str) {
    let files = [("app.unik", text)];
    let db = Database::new(Arc::new(MemorySystem::new(files)), Library::default());
    let start = Instant::now();
    let file = db.open("app.unik");
    black_box(unik_check::diagnostics(&db, file));
    let checked = start.elapsed();
    let mut nodes = 0;
    let mut least = |mode| {
        let mut least = Duration::MAX;
        for _ in 0..7 {
            let start = Instant::now();
            let outcome = black_box(unik_eval::evaluate(&db, file, None, &KeyValues::default(), mode));
            least = least.min(start.elapsed());
            nodes = outcome.graph.map_or(0, |graph| graph.graph.node_count());
        }
        least
    };
    let (symbolic, concrete) = (least(Mode::Symbolic), least(Mode::Concrete));
    println!("{shape:>8} {size:>7} {nodes:>8} {checked:>12.2?} {concrete:>12.2?} {symbolic:>12.2?}");
}

fn halves(size: usize) -> String {
    let mut text = String::from(HEAD);
    for at in 1..size {
        let made = format!("two({at}, x{}, x{})", at / 2, at / 3);
        let _ = match at % 7 {
            0 => writeln!(text, "let x{at} = if flag then {made} else x{}", at / 2),
            _ => writeln!(text, "let x{at} = {made}"),
        };
    }
    let jobs: Vec<String> = (0..size).map(|at| format!("end(x{at})")).collect();
    let _ = writeln!(text, "unikernel u = [{}]", jobs.join(", "));
    text
}

fn chain(size: usize) -> String {
    let mut text = String::from(HEAD);
    for at in 1..size {
        let _ = writeln!(text, "let x{at} = two(0, x{}, x{})", at - 1, at - 1);
    }
    let _ = writeln!(text, "unikernel u = end(x{})", size - 1);
    text
}

fn calls(size: usize) -> String {
    let mut text = format!("{HEAD}let g0(m: M): M = two(0, m, m)\n");
    for at in 1..size {
        let _ = writeln!(text, "let g{at}(m: M): M = two(0, g{}(m), g{}(m))", at - 1, at - 1);
    }
    let _ = writeln!(text, "unikernel u = end(g{}(x0))", size - 1);
    text
}
