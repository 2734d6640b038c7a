//! The tree in text.

use expect_test::{Expect, expect};
use unik_graph::{Const, DeviceGraph, Expr, Guard, Op, Requirement, Stage, ValueType, text};

use crate::build::{APP, Build, chain, diamond, file_server, nasty, place, wide};

fn check(graph: &DeviceGraph, expect: Expect) {
    expect.assert_eq(&text::render(graph, &APP));
}

#[test]
fn choices_show_their_branches_and_shared_nodes_stand_once() {
    check(
        &file_server(),
        expect![[r#"
        unikernel filesrv in app.unik

        file_server = app.file_server: Job
          store: choice = choice(store): std/kv.ReadOnly
            crunch (default): crunch = std/kv.crunch(files: files("data/")): std/kv.ReadOnly
            direct: direct = std/kv.direct(root: "data/"): std/kv.ReadWrite
          network: choice_2 = choice(port == 80 || port == 8080): std/net.Network
            then (default): server = std/http.server: std/net.Network
              connections: tcp = std/net.tcp(port: port): std/net.Listener
                stack: sockets = unix.sockets(address: address): std/net.Stack
              sleep: timer = unix.timer: std/clock.Sleep
              wall: wall = unix.wall: std/clock.Wall
            else: (shared: tcp)

        configure key --store: Store = crunch (default)
        key --port, -p: Port = 8080 (default)
        key --address: Str = "127.0.0.1" (default)
    "#]],
    );
}

#[test]
fn scopes_and_afters() {
    check(
        &diamond(),
        expect![[r#"
        unikernel demo in app.unik

        top = d.top: Job
          left: left = d.left: d.T in lan.one
            base: base = d.base: d.T
          right: right = d.right: d.T
            base: (shared: base)
          after: (shared: base)
    "#]],
    );
}

#[test]
fn an_empty_graph_has_a_head_line() {
    check(
        &Build::new().rooted(&[]),
        expect![[r#"
        unikernel demo in app.unik
    "#]],
    );
}

#[test]
fn a_single_node() {
    let mut graph = wide(1);
    graph.unikernel = "字😀".into();
    check(
        &graph,
        expect![[r#"
        unikernel 字😀 in app.unik

        job = d.job: Job
    "#]],
    );
}

#[test]
fn quotes_and_line_breaks_in_values() {
    check(
        &nasty(),
        expect![[r#"
            unikernel demo in app.unik

            choice = choice(match "<&>\ 字😀"): d.T
              "<&>" 😀 (default): x = d.x(text: "a \"quoted\" <tag> & \\back\nline\t😀 字\u{1}"): d."<T>&\ in <&".字
              字\: (shared: x)
        "#]],
    );
}

#[test]
fn conditions_that_are_checked_at_boot() {
    let mut b = Build::new();
    b.target("unix");
    let port = b.key("port", Stage::Both, ValueType::Port, None);
    b.0.keys[0].given = Some(Const::Port(80));
    b.key("token", Stage::Run, ValueType::Str, None);
    b.key("level", Stage::Run, ValueType::Str, Some(Const::Str("in\"fo".into())));
    let zero = b.constant(Const::Port(0), ValueType::Port);
    let equal = b.0.exprs.add(Expr::Binary(Op::Equal, port, zero), ValueType::Bool);
    let condition = b.0.exprs.add(Expr::Not(equal), ValueType::Bool);
    b.0.requires.push(Requirement {
        condition,
        message: "a port is needed".into(),
        keys: Vec::new(),
        place: place(),
    });
    b.0.guards.push(Guard {
        label: "port == 80".into(),
        selector: condition,
        taken: 1,
        branches: vec!["http.server".into(), "net.tcp".into()],
        keys: Vec::new(),
        place: place(),
    });
    let job = b.device("d.job", "Job", &[]);
    check(
        &b.rooted(&[job, job]),
        expect![[r#"
        unikernel demo in app.unik for unix

        job = d.job: Job
        (shared: job)

        key --port: Port = 80 (given)
        run key --token: Str (required)
        run key --level: Str = "in\"fo" (default)

        guard port == 80: net.tcp, not http.server
        require port != 0, "a port is needed"
    "#]],
    );
}

#[test]
fn deep_and_wide_graphs_have_one_line_per_use() {
    assert_eq!(text::tree(&wide(100)).lines().count(), 100);
    // Of two uses of each link the second is a reference; every 33rd link is below both times and starts a tree.
    let deep = text::tree(&chain(1000));
    assert_eq!(deep.lines().filter(|line| line.contains(" = ")).count(), 1000);
    assert_eq!(deep.lines().filter(|line| line.contains("(shared: ")).count(), 969);
    assert_eq!(deep.lines().filter(|line| line.contains("(below: ")).count(), 60);
    assert!(deep.lines().all(|line| line.len() < 120));
}

#[test]
fn what_is_attached_names_the_node_that_asks_for_it() {
    let mut b = Build::new();
    let nic = b.device("d.tap", "Job", &[]);
    b.attach("disk", "data", nic);
    b.attach("nic", "service", nic);
    check(
        &b.rooted(&[nic]),
        expect![[r#"
        unikernel demo in app.unik

        tap = d.tap: Job

        attach --disk data: tap
        attach --nic service: tap
    "#]],
    );
}
