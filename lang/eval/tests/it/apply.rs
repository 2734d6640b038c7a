//! Application and sharing.

use expect_test::expect;

use crate::support::check;

#[test]
fn equal_devices_are_one() {
    check(
        "eval",
        r#"
import std/net
device site(a: net.Network, b: net.Network): Job { rust site }
let f(port: Port) = net.http(net.tcp(port))
unikernel u = site(f(80), net.http(net.tcp(80)))
"#,
        expect![[r#"
            site = app.site: Job
              a: http = std/net.http: std/net.Network
                inner: tcp = std/net.tcp(port: 80): std/net.Network
                  stack: sockets = unix.sockets: std/net.Stack
              b: (shared: http)
        "#]],
    );
}

#[test]
fn a_functor_is_a_value() {
    check(
        "eval",
        r#"
import std/net
device counted(inner: net.Network): net.Network { rust counted }
device below(inner: net.Network, prefix: Str): net.Network { rust below }
device site(a: net.Network): Job { rust site }
let compose(
  outer: (net.Network) -> net.Network,
  inner: (net.Network) -> net.Network,
): (net.Network) -> net.Network = (network: net.Network) => outer(inner(network))
let over(wrap: (net.Network) -> net.Network, network: net.Network) = wrap(network)
let layer = compose(counted, (network: net.Network) => below(network, prefix: "/v1"))
unikernel u = site(over(layer, net.tcp(80)))
"#,
        expect![[r#"
            site = app.site: Job
              a: counted = app.counted: std/net.Network
                inner: below = app.below(prefix: "/v1"): std/net.Network
                  inner: tcp = std/net.tcp(port: 80): std/net.Network
                    stack: sockets = unix.sockets: std/net.Stack
        "#]],
    );
}

#[test]
fn defaults_and_named_arguments() {
    check(
        "eval",
        r#"
device d(a: Int, b: Int = 2, c: Int = 1 + 2): Job { rust d }
let f(x: Int, y: Int = 10) = d(c: y, a: x)
unikernel u = [f(1), f(1, y: 11), d(1, 2, 10)]
"#,
        expect![[r#"
            d = app.d(a: 1, b: 2, c: 10): Job
            d_2 = app.d(a: 1, b: 2, c: 11): Job
        "#]],
    );
}

#[test]
fn a_generative_device_is_fresh_at_each_application() {
    check(
        "eval --unikernel apart",
        r#"
import std/kv
device two(a: kv.ReadOnly, b: kv.ReadOnly): Job { rust two }
let shared = kv.mem
let made() = kv.mem
unikernel apart = [two(kv.mem, kv.mem), two(shared, shared), two(made(), made())]
"#,
        expect![[r#"
            two = app.two: Job
              a: mem = std/kv.mem: std/kv.ReadWrite
              b: mem_2 = std/kv.mem: std/kv.ReadWrite
            two_2 = app.two: Job
              a: mem_3 = std/kv.mem: std/kv.ReadWrite
              b: (shared: mem_3)
            two_3 = app.two: Job
              a: mem_4 = std/kv.mem: std/kv.ReadWrite
              b: (shared: mem_4)
        "#]],
    );
}

#[test]
fn after_is_made_once_at_the_root() {
    check(
        "eval",
        r#"
import std/log
device job(n: Int): Job {
  rust job
  after log.console
}
unikernel u = [job(1) as "one", job(2) as "two"]
"#,
        expect![[r#"
            one_job = app.job(n: 1): Job in one
              after: console = std/log.console(log: log): std/log.Reporter
            two_job = app.job(n: 2): Job in two
              after: (shared: console)

            run key --log: Str = "info" (default)
        "#]],
    );
}

#[test]
fn blocks_lists_options_and_strings() {
    check(
        "eval",
        r#"
import std/net
device d(names: List(Str), output: Option(Path), n: Int, s: Str): Job { rust d }
let none_or(x: Option(Int)): Int = match x { some(y) => y + 1, none => 0 }
let pick(x: Option(net.Network)): net.Network = match x { some(n) => net.http(n), none => net.tcp(1) }
device e(n: net.Network): Job { rust e }
unikernel u = {
  let a = "a";
  let twice(x: Str) = x ++ x;
  [d([a] ++ ["b"], some("out"), none_or(some(-3)) - none_or(none) * 2, twice(a)), e(pick(none)), e(pick(some(net.tcp(2))))]
}
"#,
        expect![[r#"
            d = app.d(names: ["a", "b"], output: some("out"), n: -2, s: "aa"): Job
            e = app.e: Job
              n: tcp = std/net.tcp(port: 1): std/net.Network
                stack: sockets = unix.sockets: std/net.Stack
            e_2 = app.e: Job
              n: http = std/net.http: std/net.Network
                inner: tcp_2 = std/net.tcp(port: 2): std/net.Network
                  stack: (shared: sockets)
        "#]],
    );
}

#[test]
fn what_leaves_its_range_is_an_error() {
    check(
        "eval",
        r#"
key port: Port = 65535
device d(port: Port, n: Int): Job { rust d }
let big = 9223372036854775807
unikernel u = [d(port + 1, 1), d(1, big + 1), d(if port < 65535 then port + 1 else 1, if false then big * 2 else 3)]
"#,
        expect![[r#"
            d = app.d(port: port + 1, n: 1): Job
            d_2 = app.d(port: if port < 65535 then port + 1 else 1, n: 3): Job

            key --port: Port = 65535 (default)
            E0409 this is outside the range of `Int`
              ^ 5:37 «big + 1» computed when configuring
              note: an `Int` has 64 bits
            E0409 this is outside the range of `Port`
              ^ 5:18 «port + 1» computed when configuring
              note: a `Port` is 0 to 65535
        "#]],
    );
}

#[test]
fn too_many_applications_are_given_up() {
    check(
        "eval",
        r#"
import std/net
device layer(n: net.Network): net.Network { rust layer }
device job(n: net.Network): Job { rust job }
let twice(f: (net.Network) -> net.Network): (net.Network) -> net.Network = (n: net.Network) => f(f(n))
let four(f: (net.Network) -> net.Network) = twice(twice(twice(twice(f))))
unikernel u = job(four(four(four(four(four(layer)))))(net.tcp(1)))
"#,
        expect![[r#"
            E0417 this takes more than 200000 applications
              ^ 5:98 «f(n)» given up here
              note: functions that apply functions twice double the work each time
        "#]],
    );
}

#[test]
fn a_mistake_is_told_once_and_others_too() {
    check(
        "eval",
        r#"
import std/kv
device d(store: kv.ReadOnly, n: Int): Job { rust d }
let bad = kv.crunch(files("nowhere"))
let f(store: kv.ReadOnly) = d(store, 9223372036854775807 + 1)
unikernel u = [f(bad), f(bad), f(kv.crunch(files("data"))), d(unknown_name, 1), d(bad, 2)]
"#,
        expect![[r#"
            d = app.d(n: 2): Job
              store: crunch = std/kv.crunch(files: files("nowhere")): std/kv.ReadOnly
            E0101 there is no `unknown_name` here
              ^ 6:63 «unknown_name» not found
              - 3:10 «store: kv.ReadOnly» because of this parameter
              note: device `d(store: kv.ReadOnly, n: Int): Job`
            E0405 there is no folder `nowhere`
              ^ 4:27 «"nowhere"» this path
              - 6:18 «bad» reached through `bad` here
              note: the path is relative to the folder of its file
              help: make the folder, or give the path of one that is there
            E0409 this is outside the range of `Int`
              ^ 5:38 «9223372036854775807 + 1» computed when configuring
              - 6:16 «f(bad)» reached through `f` here
              note: an `Int` has 64 bits
        "#]],
    );
}
