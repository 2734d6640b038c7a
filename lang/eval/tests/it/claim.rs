//! `exclusive`.

use expect_test::expect;

use crate::support::check;

#[test]
fn two_nodes_cannot_claim_one_thing() {
    check(
        "eval",
        r#"
import std/net
key port: Port = 8080
run key late: Port
device a(n: net.Network): Job { rust a }
device b(n: net.Network): Job { rust b }
unikernel u = [
  a(net.tcp(8080)),
  b(net.tcp(8080)),
  b(net.tcp(4040 + 4040) as "x"),
  b(net.tcp(port)),
  a(net.tcp(late)),
  a(net.tcp(late) as "y"),
  a(net.tcp(81)),
]
"#,
        expect![[r#"
            a = app.a: Job
              n: tcp = std/net.tcp(port: 8080): std/net.Network
                stack: sockets = unix.sockets: std/net.Stack
            b = app.b: Job
              n: (shared: tcp)
            b_2 = app.b: Job
              n: x_tcp = std/net.tcp(port: 8080): std/net.Network in x
                stack: (shared: sockets)
            b_3 = app.b: Job
              n: tcp_2 = std/net.tcp(port: port): std/net.Network
                stack: (shared: sockets)
            a_2 = app.a: Job
              n: tcp_3 = std/net.tcp(port: late): std/net.Network
                stack: (shared: sockets)
            a_3 = app.a: Job
              n: y_tcp = std/net.tcp(port: late): std/net.Network in y
                stack: (shared: sockets)
            a_4 = app.a: Job
              n: tcp_4 = std/net.tcp(port: 81): std/net.Network
                stack: (shared: sockets)

            key --port: Port = 8080 (default)
            run key --late: Port (required)
            E0403 `tcp` and `x_tcp` claim the same TCP port: sockets, 8080
              ^ 10:5 «net.tcp(4040 + 4040)» `x_tcp` claims it here
              - 8:5 «net.tcp(8080)» `tcp` claims it here
              - 11:5 «net.tcp(port)» and so does `tcp_2`
              - std/net:6:3 «exclusive stack, port as "TCP port"» only one device of an image may have it
              help: give one of them another value, or share one device by a `let`
            E0403 `tcp_3` and `y_tcp` claim the same TCP port: sockets, late
              ^ 13:5 «net.tcp(late)» `y_tcp` claims it here
              - 12:5 «net.tcp(late)» `tcp_3` claims it here
              - std/net:6:3 «exclusive stack, port as "TCP port"» only one device of an image may have it
              help: give one of them another value, or share one device by a `let`
        "#]],
    );
}

#[test]
fn only_evaluated_graphs_have_clashes() {
    let fixture = r#"
import std/net
configure key which: Bool = true
device a(n: net.Network): Job { rust a }
device b(n: net.Network): Job { rust b }
unikernel u = if which then a(net.tcp(80)) else b(net.tcp(80) as "b")
"#;
    check(
        "graph",
        fixture,
        expect![[r#"
        choice = choice(which): Job
          then (default): a = app.a: Job
            n: tcp = std/net.tcp(port: 80): std/net.Network
              stack: sockets = unix.sockets: std/net.Stack
          else: b = app.b: Job
            n: b_tcp = std/net.tcp(port: 80): std/net.Network in b
              stack: (shared: sockets)

        configure key --which: Bool = true (default)
    "#]],
    );
    check("check", fixture, expect![[""]]);
}
