//! Size: long chains end, deep sharing is linear, and the same text gives the same graph.

use std::fmt::Write as _;

use unik_eval::{KeyValues, Mode};

use crate::support::{said, world};

const HEAD: &str = "device leaf(n: Int): Job { rust leaf }\nmodule type M = trait M\ndevice one: M { rust one }\n\
                    device two(a: M, b: M): M { rust two }\ndevice end(m: M): Job { rust end }\n";

/// A chain in which each level uses the one below twice.
fn chain(depth: usize) -> String {
    let mut text = format!("{HEAD}let x0 = one\n");
    for at in 1..depth {
        writeln!(text, "let x{at} = two(x{}, x{})", at - 1, at - 1).unwrap();
    }
    writeln!(text, "unikernel u = end(x{})", depth - 1).unwrap();
    text
}

/// The same through functions: each calls the one below twice.
fn calls(depth: usize) -> String {
    let mut text = format!("{HEAD}let g0(m: M): M = two(m, m)\n");
    for at in 1..depth {
        writeln!(text, "let g{at}(m: M): M = two(g{}(m), g{}(m))", at - 1, at - 1).unwrap();
    }
    writeln!(text, "unikernel u = end(g{}(one))", depth - 1).unwrap();
    text
}

fn nodes(text: &str, mode: Mode) -> usize {
    let (db, file) = world(text);
    let outcome = unik_eval::evaluate(&db, file, None, &KeyValues::default(), mode);
    assert_eq!(outcome.diagnostics, []);
    outcome.graph.unwrap().graph.node_count()
}

#[test]
fn sharing_is_linear() {
    assert_eq!(nodes(&chain(1000), Mode::Concrete), 1001);
    assert_eq!(nodes(&calls(1000), Mode::Symbolic), 1002);
}

#[test]
fn long_chains_do_not_exhaust_the_stack() {
    assert_eq!(nodes(&chain(10_000), Mode::Concrete), 10_001);
    assert_eq!(nodes(&calls(10_000), Mode::Concrete), 10_002);
}

#[test]
fn open_choices_are_linear_too() {
    let mut text = format!("{HEAD}let x0 = one\n");
    for at in 1..300 {
        let last = at - 1;
        writeln!(text, "configure key k{at}: Bool = true").unwrap();
        writeln!(text, "let x{at} = if k{at} then two(x{last}, x{last}) else x{last}").unwrap();
    }
    text.push_str("unikernel u = end(x299)\n");
    assert_eq!(nodes(&text, Mode::Symbolic), 600);
    assert_eq!(nodes(&text, Mode::Concrete), 301);
}

#[test]
fn the_same_text_gives_the_same_graph() {
    let mut text = String::from(HEAD);
    for at in 0..40 {
        writeln!(text, "key k{at}: Bool = {}", at % 2 == 0).unwrap();
        writeln!(text, "let j{at} = if k{at} then leaf({at}) else leaf({})", at % 7).unwrap();
    }
    let jobs: Vec<String> = (0..40).rev().map(|at| format!("j{at}")).collect();
    writeln!(text, "unikernel u = [{}]", jobs.join(", ")).unwrap();
    let once = |command| {
        let (db, file) = world(&text);
        said(&db, file, command)
    };
    for command in ["graph", "eval", "eval --k3 true"] {
        assert_eq!(once(command), once(command));
    }
}
