//! `if` and `match`: made, guarded, open, or too late.

use expect_test::expect;

use crate::support::check;

const NETWORK: &str = r#"
import std/net
key port: Port = 80 { short p }
device site(network: net.Network): Job { rust site }
let network = if port == 80 || port == 8080 then net.http(net.tcp(port)) else net.tcp(port)
unikernel u = site(network)
"#;

#[test]
fn an_open_choice_is_a_node() {
    check(
        "graph",
        NETWORK,
        expect![[r#"
        site = app.site: Job
          network: choice = choice(port == 80 || port == 8080): std/net.Network
            then (default): http = std/net.http: std/net.Network
              inner: tcp = std/net.tcp(port: port): std/net.Network
                stack: sockets = unix.sockets: std/net.Stack
            else: (shared: tcp)

        key --port, -p: Port = 80 (default)
    "#]],
    );
}

#[test]
fn a_plain_key_chooses_and_leaves_a_guard() {
    check(
        "eval",
        NETWORK,
        expect![[r#"
        site = app.site: Job
          network: http = std/net.http: std/net.Network
            inner: tcp = std/net.tcp(port: port): std/net.Network
              stack: sockets = unix.sockets: std/net.Stack

        key --port, -p: Port = 80 (default)

        guard port == 80 || port == 8080: net.http, not net.tcp
    "#]],
    );
    check(
        "eval --port 9000",
        NETWORK,
        expect![[r#"
        site = app.site: Job
          network: tcp = std/net.tcp(port: port): std/net.Network
            stack: sockets = unix.sockets: std/net.Stack

        key --port, -p: Port = 9000 (given)

        guard port == 80 || port == 8080: net.tcp, not net.http
    "#]],
    );
    check(
        "graph --port 9000",
        NETWORK,
        expect![[r#"
        site = app.site: Job
          network: tcp = std/net.tcp(port: port): std/net.Network
            stack: sockets = unix.sockets: std/net.Stack

        key --port, -p: Port = 9000 (given)

        guard port == 80 || port == 8080: net.tcp, not net.http
    "#]],
    );
}

const STORE: &str = r#"
import std/kv
enum Store { crunch, direct, mem }
configure key store: Store = direct
device d(store: kv.ReadOnly, n: Int): Job { rust d }
let pick(dir: Path): kv.ReadOnly = match store {
  crunch => kv.crunch(files(dir)),
  direct | mem => if store == mem then kv.mem else kv.direct(dir),
}
unikernel u = d(pick("data"), match store { crunch => 1, _ => 2 })
"#;

#[test]
fn a_configure_key_is_decided_without_guard() {
    check(
        "eval",
        STORE,
        expect![[r#"
        d = app.d(n: 2): Job
          store: direct = std/kv.direct(root: "data"): std/kv.ReadWrite

        configure key --store: Store = direct (default)
    "#]],
    );
    check(
        "eval --store crunch",
        STORE,
        expect![[r#"
        d = app.d(n: 1): Job
          store: crunch = std/kv.crunch(files: files("data")): std/kv.ReadOnly

        configure key --store: Store = crunch (given)
    "#]],
    );
    check(
        "graph",
        STORE,
        expect![[r#"
        d = app.d(n: if store == crunch then 1 else 2): Job
          store: choice_2 = choice(store): std/kv.ReadOnly
            crunch: crunch = std/kv.crunch(files: files("data")): std/kv.ReadOnly
            direct | mem (default): choice = choice(store == mem): std/kv.ReadOnly
              then: mem = std/kv.mem: std/kv.ReadWrite
              else (default): direct = std/kv.direct(root: "data"): std/kv.ReadWrite

        configure key --store: Store = direct (default)
    "#]],
    );
}

#[test]
fn a_choice_at_boot_is_too_late() {
    check(
        "eval",
        r#"
import std/kv
run key level: Int = 3
device d(store: kv.ReadOnly): Job { rust d }
let verbose = level > 2
let pick(flag: Bool): kv.ReadOnly = if flag then kv.mem else kv.crunch(files("data/"))
let other(flag: Bool) = pick(!flag)
unikernel u = [d(pick(verbose)), d(other(verbose))]
"#,
        expect![[r#"
            E0401 a choice among devices depends on `level`, which is known only at boot
              ^ 6:40 «flag» this decides what the image consists of
              - 3:9 «level» `level` is a `run key`
              - 8:18 «pick(verbose)» reached through `pick` here
              note: which devices an image has is fixed when it is configured
              help: write `key level` instead of `run key level`: its value is then given when configuring, and checked at boot
        "#]],
    );
}

#[test]
fn values_may_depend_on_anything() {
    check(
        "eval",
        r#"
enum Level { low, high }
run key level: Level = low
run key debug: Bool = false
run key limit: Option(Int) = none
key port: Port = 80
device d(port: Port, timeout: Duration, n: Int): Job { rust d }
let n = match limit { some(x) => x * 2, none => 0 }
unikernel u = d(match level { low => port, high => port + 1 }, if debug then 5s else 60s, match n { 0 | 1 => 1, _ => n })
"#,
        expect![[r#"
            d = app.d(port: if level == low then port else port + 1, timeout: if debug then 5s else 1min, n: if (if limit != none then limit.value * 2 else 0) == 0 || (if limit != none then limit.value * 2 else 0) == 1 then 1 else if limit != none then limit.value * 2 else 0): Job

            run key --level: Level = low (default)
            key --port: Port = 80 (default)
            run key --debug: Bool = false (default)
            run key --limit: Option(Int) = none (default)
        "#]],
    );
}

#[test]
fn a_choice_of_functions_is_a_choice_of_results() {
    let fixture = r#"
import std/net
enum Layers { bare, http, both }
configure key layers: Layers = both
device counted(inner: net.Network): net.Network { rust counted }
device site(network: net.Network): Job { rust site }
let layer: (net.Network) -> net.Network = match layers {
  bare => (network: net.Network) => network,
  http => net.http,
  both => (network: net.Network) => counted(net.http(network)),
}
unikernel u = site(layer(net.tcp(80)))
"#;
    check(
        "graph",
        fixture,
        expect![[r#"
        site = app.site: Job
          network: choice = choice(layers): std/net.Network
            bare: tcp = std/net.tcp(port: 80): std/net.Network
              stack: sockets = unix.sockets: std/net.Stack
            http: http = std/net.http: std/net.Network
              inner: (shared: tcp)
            both (default): counted = app.counted: std/net.Network
              inner: (shared: http)

        configure key --layers: Layers = both (default)
    "#]],
    );
    check(
        "eval",
        fixture,
        expect![[r#"
        site = app.site: Job
          network: counted = app.counted: std/net.Network
            inner: http = std/net.http: std/net.Network
              inner: tcp = std/net.tcp(port: 80): std/net.Network
                stack: sockets = unix.sockets: std/net.Stack

        configure key --layers: Layers = both (default)
    "#]],
    );
}

#[test]
fn a_choice_of_lists_is_a_list_of_choices() {
    let fixture = r#"
configure key admin: Bool = false
configure key extra: Bool = true
device d(n: Int): Job { rust d }
let all = [d(1)] ++ (if admin then [d(2), d(3)] else [d(4)])
unikernel u = if extra then all ++ [d(5)] else all
"#;
    check(
        "graph",
        fixture,
        expect![[r#"
        d = app.d(n: 1): Job
        choice = choice(admin): Job
          then: d_2 = app.d(n: 2): Job
          else (default): d_3 = app.d(n: 4): Job
        choice_2 = choice(admin): Job
          then: d_4 = app.d(n: 3): Job
        choice_3 = choice(extra): Job
          then (default): d_5 = app.d(n: 5): Job

        configure key --extra: Bool = true (default)
        configure key --admin: Bool = false (default)
    "#]],
    );
    check(
        "eval --admin true",
        fixture,
        expect![[r#"
        d = app.d(n: 1): Job
        d_2 = app.d(n: 2): Job
        d_3 = app.d(n: 3): Job
        d_4 = app.d(n: 5): Job

        configure key --extra: Bool = true (default)
        configure key --admin: Bool = true (given)
    "#]],
    );
}

#[test]
fn options_of_devices_may_be_chosen() {
    check(
        "graph",
        r#"
import std/net
configure key web: Bool = true
device d(n: net.Network): Job { rust d }
let maybe: Option(net.Network) = if web then some(net.tcp(80)) else none
unikernel u = d(match maybe { some(n) => net.http(n), none => net.tcp(1) })
"#,
        expect![[r#"
            d = app.d: Job
              n: choice = choice(web): std/net.Network
                then (default): http = std/net.http: std/net.Network
                  inner: tcp = std/net.tcp(port: 80): std/net.Network
                    stack: sockets = unix.sockets: std/net.Stack
                else: tcp_2 = std/net.tcp(port: 1): std/net.Network
                  stack: (shared: sockets)

            configure key --web: Bool = true (default)
        "#]],
    );
}

#[test]
fn equal_branches_are_no_choice() {
    check(
        "graph",
        r#"
import std/net
configure key a: Bool
device d(n: net.Network): Job { rust d }
unikernel u = d(if a then net.tcp(80) else net.tcp(79 + 1))
"#,
        expect![[r#"
            d = app.d: Job
              n: tcp = std/net.tcp(port: 80): std/net.Network
                stack: sockets = unix.sockets: std/net.Stack

            configure key --a: Bool (required)
        "#]],
    );
}
