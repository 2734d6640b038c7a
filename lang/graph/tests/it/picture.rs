//! Pictures before they are drawn: marks, choices that are made, scopes as one box.

use std::fmt::Write as _;

use expect_test::{Expect, expect};
use unik_graph::picture::{Change, Line, Marks, Shape};
use unik_graph::{Picture, svg};

use crate::build::{APP, Build, file_server, nasty, wide};

/// Boxes with what they use, one a line.
fn shown(picture: &Picture) -> String {
    let mut out = String::new();
    for (at, figure) in picture.figures.iter().enumerate() {
        let root = if picture.roots.contains(&at) { "* " } else { "" };
        let used = picture.lines.iter().filter(|line| line.from == at);
        let used = used.map(|line| {
            let change = line.marks.change.map(|change| format!(" {}", change.word())).unwrap_or_default();
            format!("{} {}{change}", line.kind.role(), picture.figures[line.to].id)
        });
        let _ = writeln!(out, "{root}{}: {}", figure.id, used.collect::<Vec<_>>().join(", "));
    }
    out
}

fn check(picture: &Picture, expected: Expect) {
    expected.assert_eq(&shown(picture));
    let text = svg::draw(picture);
    assert_eq!(text.matches("class=\"head\"").count(), picture.lines.len());
    assert_eq!(text.matches("data-id=").count(), picture.figures.len());
}

fn choices(picture: &Picture) -> Vec<bool> {
    picture.figures.iter().map(|figure| matches!(figure.shape, Shape::Choice { .. })).collect()
}

#[test]
fn a_whole_graph() {
    check(
        &Picture::of(&file_server(), &APP),
        expect![[r#"
        crunch: 
        direct: 
        choice: crunch (default) crunch, direct direct
        sockets: 
        tcp: stack sockets
        timer: 
        wall: 
        server: connections tcp, sleep timer, wall wall
        choice_2: then (default) server, else tcp
        * file_server: store choice, network choice_2
    "#]],
    );
}

#[test]
fn what_is_not_kept_takes_its_lines_along() {
    let mut picture = Picture::of(&file_server(), &APP);
    let keep: Vec<bool> = picture.figures.iter().map(|figure| figure.id != "server").collect();
    picture.retain(&keep);
    check(
        &picture,
        expect![[r#"
        crunch: 
        direct: 
        choice: crunch (default) crunch, direct direct
        sockets: 
        tcp: stack sockets
        timer: 
        wall: 
        choice_2: else tcp
        * file_server: store choice, network choice_2
    "#]],
    );
    picture.retain(&[]);
    check(&picture, expect![[""]]);
}

#[test]
fn choices_that_are_made_disappear() {
    let mut picture = Picture::of(&file_server(), &APP);
    let made = choices(&picture);
    picture.resolve(&made);
    check(
        &picture,
        expect![[r#"
        crunch: 
        direct: 
        sockets: 
        tcp: stack sockets
        timer: 
        wall: 
        server: connections tcp, sleep timer, wall wall
        * file_server: store crunch, store direct, network server, network tcp
    "#]],
    );
}

#[test]
fn a_line_of_two_is_there_when_both_are() {
    let mut b = Build::new();
    let (left, right) = (b.device("d.left", "d.T", &[]), b.device("d.right", "d.T", &[]));
    let choice = b.choice("key", "d.T", &[], &[("one", left), ("two", right)]);
    let top = b.device("d.top", "Job", &[("arg", crate::build::Arg::Node(choice))]);
    let mut picture = Picture::of(&b.rooted(&[top]), &APP);
    let change = |line: &mut Line, change| line.marks = Marks { change: Some(change), ..Marks::default() };
    change(&mut picture.lines[0], Change::Added);
    change(&mut picture.lines[1], Change::Removed);
    let made = choices(&picture);
    let mut both = picture.clone();
    both.resolve(&made);
    check(
        &both,
        expect![[r#"
        left: 
        right: 
        * top: arg left added, arg right removed
    "#]],
    );
    let mut same = picture.clone();
    (same.lines[0].to, same.lines[1].to) = (0, 0);
    same.resolve(&made);
    check(
        &same,
        expect![[r#"
        left: 
        right: 
        * top: arg left
    "#]],
    );
    change(&mut picture.lines[2], Change::Added);
    picture.resolve(&made);
    check(
        &picture,
        expect![[r#"
        left: 
        right: 
        * top: arg left added
    "#]],
    );
}

#[test]
fn a_choice_that_is_a_job_gives_its_branches() {
    let mut b = Build::new();
    let (left, right) = (b.device("d.left", "Job", &[]), b.device("d.right", "Job", &[]));
    let inner = b.choice("inner", "Job", &[], &[("one", left), ("two", right)]);
    let outer = b.choice("outer", "Job", &[], &[("one", inner), ("two", right)]);
    let mut picture = Picture::of(&b.rooted(&[outer]), &APP);
    let made = choices(&picture);
    picture.resolve(&made);
    check(
        &picture,
        expect![[r#"
        * left: 
        * right: 
    "#]],
    );
}

#[test]
fn scopes_become_boxes() {
    let mut b = Build::new();
    let base = b.device("d.base", "d.T", &[]);
    let arg = crate::build::Arg::Node;
    let low = b.device("d.low", "d.T", &[("flow", arg(base))]);
    let high = b.device("d.high", "d.T", &[("flow", arg(low)), ("again", arg(base))]);
    let top = b.device("d.top", "Job", &[("flow", arg(high)), ("low", arg(low))]);
    b.scope(low, &["lan", "one"]);
    b.scope(high, &["lan"]);
    let graph = b.rooted(&[top]);
    let gathered = |scopes: &[&str]| {
        let mut picture = Picture::of(&graph, &APP);
        picture.figures[1].marks.wrong = true;
        picture.gather(scopes);
        picture
    };
    check(
        &gathered(&["lan/one"]),
        expect![[r#"
        base: 
        scope:lan/one: flow base
        high: flow scope:lan/one, again base
        * top: flow high, low scope:lan/one
    "#]],
    );
    let outer = gathered(&["lan", "lan/one", "wan"]);
    check(
        &outer,
        expect![[r#"
        base: 
        scope:lan: flow base, again base
        * top: flow scope:lan, low scope:lan
    "#]],
    );
    let text = svg::draw(&outer);
    assert!(text.contains("aria-label=\"scope lan, 2 nodes, has an error\" data-id=\"scope:lan\""), "{text}");
    assert!(text.contains("class=\"node gathered tint0 wrong\""));
    assert_eq!(gathered(&[]), gathered(&["", "/", "one"]));
}

#[test]
fn a_box_may_use_what_uses_it() {
    let mut b = Build::new();
    let arg = crate::build::Arg::Node;
    let low = b.device("d.low", "d.T", &[]);
    let between = b.device("d.between", "d.T", &[("flow", arg(low))]);
    let high = b.device("d.high", "Job", &[("flow", arg(between))]);
    b.scope(low, &["lan"]);
    b.scope(high, &["lan"]);
    let mut picture = Picture::of(&b.rooted(&[high]), &APP);
    picture.gather(&["lan"]);
    check(
        &picture,
        expect![[r#"
        between: flow scope:lan
        * scope:lan: flow between
    "#]],
    );
}

#[test]
fn any_picture_can_be_changed_in_any_way() {
    for graph in [Build::new().rooted(&[]), wide(20), nasty(), file_server()] {
        let whole = Picture::of(&graph, &APP);
        let scopes: Vec<String> = whole.figures.iter().map(|figure| figure.scope.join("/")).collect();
        let count = whole.figures.len();
        for seed in 0..40_usize {
            let mut picture = whole.clone();
            let some = |by: usize| (0..count).map(|at| (at * 7 + seed) % by == 0).collect::<Vec<bool>>();
            for (at, figure) in picture.figures.iter_mut().enumerate() {
                let change = [None, Some(Change::Added), Some(Change::Removed), Some(Change::Changed)];
                figure.marks = Marks {
                    taken: false,
                    faded: (at + seed) % 2 == 0,
                    wrong: (at + seed) % 5 == 0,
                    change: change[(at + seed) % 4],
                };
            }
            picture.resolve(&some(2));
            picture.retain(&some(1 + seed % 3));
            picture.gather(&scopes);
            let text = svg::draw(&picture);
            assert_eq!(text.matches("data-id=").count(), picture.figures.len());
        }
    }
}

#[test]
fn boxes_that_are_the_same_and_use_the_same_are_one() {
    let mut b = Build::new();
    let arg = crate::build::Arg::Node;
    let (low, other) = (b.device("d.low", "d.T", &[]), b.device("d.other", "d.T", &[]));
    let left = b.device("d.wrap", "d.T", &[("flow", arg(low))]);
    let right = b.device("d.wrap", "d.T", &[("flow", arg(low))]);
    let apart = b.device("d.wrap", "d.T", &[("flow", arg(other))]);
    let above = b.device("d.site", "Job", &[("flow", arg(left))]);
    let twin = b.device("d.site", "Job", &[("flow", arg(right)), ("more", arg(apart))]);
    let copy = b.device("d.site", "Job", &[("flow", arg(right))]);
    let mut picture = Picture::of(&b.rooted(&[above, twin, copy]), &APP);
    let names = ["low", "other", "wrap", "wrap", "wrap", "site", "site", "site"];
    picture.merge(&names);
    check(
        &picture,
        expect![[r#"
        low: 
        other: 
        wrap: flow low
        wrap_3: flow other
        * site: flow wrap
        * site_2: flow wrap, more wrap_3
    "#]],
    );
}
