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

/// A library whose stack declares keys, as the one that comes with the compiler does, and a platform that is made of it.
const LAN: &str = r#"
//- /std/lan
module type Nic = trait Nic
module type Stack = trait Stack
enum Whose { host, direct }
configure key whose: Whose = host
let nic(name: Str = "service"): Nic = target.nic(name)
let stack(nic: Nic): Stack = {
  key ipv4: Option(Cidr) = none;
  configure key dhcp: Bool = true;
  let v4 = if dhcp then asked(nic, ipv4) else fixed(nic, ipv4);
  over(v4)
}
let default_stack: Stack = match whose { host => target.lan, direct => stack(nic()) }
device asked(nic: Nic, ipv4: Option(Cidr)): Nic { rust Asked::new }
device fixed(nic: Nic, ipv4: Option(Cidr)): Nic { rust Fixed::new }
device over(nic: Nic): Stack { rust Over::new }
//- /platforms/board
import std/lan
platform board { rust board; attach "nic" 8; nic = port; lan = lan.stack(lan.nic()) }
device port(name: Str): lan.Nic { rust Port::new; attach name as "nic"; targets board }
"#;

#[test]
fn two_stacks_have_keys_of_their_own() {
    let app = r#"
import std/lan
device host(stack: lan.Stack): Job { rust host }
let management = lan.stack(lan.nic("mgmt")) as "management"
unikernel u = [host(management), host(lan.stack(lan.nic("web"))), host(management)]
"#;
    check(
        "eval --target board",
        &format!("{app}{LAN}"),
        expect![[r#"
        host = app.host: Job
          stack: management_over = std/lan.over: std/lan.Stack in management
            nic: management_asked = std/lan.asked(ipv4: management.ipv4): std/lan.Nic in management
              nic: management_port = board.port(name: "mgmt"): std/lan.Nic in management
        host_2 = app.host: Job
          stack: over = std/lan.over: std/lan.Stack
            nic: asked = std/lan.asked(ipv4: ipv4): std/lan.Nic
              nic: port = board.port(name: "web"): std/lan.Nic

        configure key --management-dhcp: Bool = true (default)
        key --management-ipv4: Option(Cidr) = none (default)
        configure key --dhcp: Bool = true (default)
        key --ipv4: Option(Cidr) = none (default)

        attach --nic mgmt: management_port
        attach --nic web: port
    "#]],
    );
    check(
        "eval --target board --management-ipv4 10.0.0.2/24 --dhcp false --ipv4 10.1.0.2/24",
        &format!("{app}{LAN}"),
        expect![[r#"
            host = app.host: Job
              stack: management_over = std/lan.over: std/lan.Stack in management
                nic: management_asked = std/lan.asked(ipv4: management.ipv4): std/lan.Nic in management
                  nic: management_port = board.port(name: "mgmt"): std/lan.Nic in management
            host_2 = app.host: Job
              stack: over = std/lan.over: std/lan.Stack
                nic: fixed = std/lan.fixed(ipv4: ipv4): std/lan.Nic
                  nic: port = board.port(name: "web"): std/lan.Nic

            configure key --management-dhcp: Bool = true (default)
            key --management-ipv4: Option(Cidr) = some("10.0.0.2/24") (given)
            configure key --dhcp: Bool = false (given)
            key --ipv4: Option(Cidr) = some("10.1.0.2/24") (given)

            attach --nic mgmt: management_port
            attach --nic web: port
        "#]],
    );
}

#[test]
fn the_stack_of_the_target_is_the_same_stack_in_other_words() {
    let app = r#"
import std/lan
device host(stack: lan.Stack): Job { rust host }
unikernel u = [host(lan.default_stack), host(lan.stack(lan.nic("service")))]
"#;
    check(
        "eval --target board",
        &format!("{app}{LAN}"),
        expect![[r#"
        host = app.host: Job
          stack: over = std/lan.over: std/lan.Stack
            nic: asked = std/lan.asked(ipv4: ipv4): std/lan.Nic
              nic: port = board.port(name: "service"): std/lan.Nic

        configure key --whose: Whose = host (default)
        configure key --dhcp: Bool = true (default)
        key --ipv4: Option(Cidr) = none (default)

        attach --nic service: port
    "#]],
    );
    check(
        "graph --target board",
        &format!("{app}{LAN}"),
        expect![[r#"
        host = app.host: Job
          stack: over = std/lan.over: std/lan.Stack
            nic: choice = choice(dhcp): std/lan.Nic
              then (default): asked = std/lan.asked(ipv4: ipv4): std/lan.Nic
                nic: port = board.port(name: "service"): std/lan.Nic
              else: fixed = std/lan.fixed(ipv4: ipv4): std/lan.Nic
                nic: (shared: port)

        configure key --whose: Whose = host (default)
        configure key --dhcp: Bool = true (default)
        key --ipv4: Option(Cidr) = none (default)

        attach --nic service: port
    "#]],
    );
    check("check", &format!("{app}{LAN}"), expect![""]);
}
