//! `as`: names, and what is distinct from what.

use expect_test::expect;

use crate::support::check;

const SERVERS: &str = r#"
import std/net
device site(network: net.Network): Job { rust site }
/// A server of its own.
let server(default: Port): Job = {
  /// Where to listen.
  key port: Port = default { short p };
  let wrap = (n: net.Network) => if port == 1 then net.http(n) else n;
  site(wrap(net.tcp(port)))
}
"#;

#[test]
fn keys_are_named_after_their_scope() {
    let fixture = format!("{SERVERS}unikernel u = [server(80) as \"public\", server(80) as \"admin\"]\n");
    check(
        "eval --admin-port 81",
        &fixture,
        expect![[r#"
        public_site = app.site: Job in public
          network: public_tcp = std/net.tcp(port: public.port): std/net.Network in public
            stack: sockets = unix.sockets: std/net.Stack
        admin_site = app.site: Job in admin
          network: admin_tcp = std/net.tcp(port: admin.port): std/net.Network in admin
            stack: (shared: sockets)

        key --public-port: Port = 80 (default)
        key --admin-port: Port = 81 (given)

        guard port == 1: n, not net.http
        guard port == 1: n, not net.http
    "#]],
    );
}

#[test]
fn two_instances_of_a_key_need_two_scopes() {
    let fixture = format!("{SERVERS}unikernel u = [server(80), server(81), server(80)]\n");
    check(
        "eval",
        &fixture,
        expect![[r#"
        site = app.site: Job
          network: tcp = std/net.tcp(port: port): std/net.Network
            stack: sockets = unix.sockets: std/net.Stack
        site_2 = app.site: Job
          network: tcp_2 = std/net.tcp(port: port): std/net.Network
            stack: (shared: sockets)

        key --port, -p: Port = 80 (default)
        key --port, -p: Port = 81 (default)

        guard port == 1: n, not net.http
        guard port == 1: n, not net.http
        E0402 two keys have the option `--port`
          ^ 11:28 «server(81)» `app.server` is applied here
          - 11:16 «server(80)» `app.server` is applied here
          - 7:7 «port» `port` belongs to each application
          note: keys that a `let` or a device declares are named after the scope in which it is applied
          help: give one of them a scope: `server(81) as "second"` has `--second-port`
    "#]],
    );
    check(
        "graph",
        &fixture,
        expect![[r#"
        site = app.site: Job
          network: choice = choice(port == 1): std/net.Network
            then: http = std/net.http: std/net.Network
              inner: tcp = std/net.tcp(port: port): std/net.Network
                stack: sockets = unix.sockets: std/net.Stack
            else (default): (shared: tcp)
        site_2 = app.site: Job
          network: choice_2 = choice(port == 1): std/net.Network
            then: http_2 = std/net.http: std/net.Network
              inner: tcp_2 = std/net.tcp(port: port): std/net.Network
                stack: (shared: sockets)
            else (default): (shared: tcp_2)

        key --port, -p: Port = 80 (default)
        key --port, -p: Port = 81 (default)
    "#]],
    );
}

#[test]
fn scopes_nest_and_keep_devices_apart() {
    check(
        "eval",
        r#"
import std/net
device site(a: net.Network, b: net.Network): Job { rust site }
let root = net.tcp(1)
let f(port: Port) = net.http(net.tcp(port) as "in-side")
unikernel u = site(f(2) as "out", root as "out") as "type"
"#,
        expect![[r#"
            type_site = app.site: Job in type
              a: type_out_http = std/net.http: std/net.Network in type.out
                inner: type_out_in_side_tcp = std/net.tcp(port: 2): std/net.Network in type.out.in-side
                  stack: sockets = unix.sockets: std/net.Stack
              b: tcp = std/net.tcp(port: 1): std/net.Network
                stack: (shared: sockets)
        "#]],
    );
}

#[test]
fn a_key_in_a_lambda_belongs_to_its_application() {
    check(
        "eval",
        r#"
import std/net
device site(a: net.Network): Job { rust site }
let apply(f: (Port) -> net.Network) = [site(f(1) as "one"), site(f(2) as "two")]
let all = {
  key outer: Port = 9;
  apply((p: Port) => { key port: Port = p; if outer == 9 then net.tcp(port) else net.tcp(3) })
}
unikernel u = all
"#,
        expect![[r#"
            site = app.site: Job
              a: one_tcp = std/net.tcp(port: one.port): std/net.Network in one
                stack: sockets = unix.sockets: std/net.Stack
            site_2 = app.site: Job
              a: two_tcp = std/net.tcp(port: two.port): std/net.Network in two
                stack: (shared: sockets)

            key --outer: Port = 9 (default)
            key --one-port: Port = 1 (default)
            key --two-port: Port = 2 (default)

            guard outer == 9: net.tcp, not net.tcp
        "#]],
    );
}
