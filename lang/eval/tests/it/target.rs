//! `target`, roles, and devices that work on some targets only.

use expect_test::expect;

use crate::support::check;

const TOY: &str = r#"
import std/net
import std/kv
platform toy {
  rust toy
  stack = toy_stack
  clock = toy_clock
}
module type Clock = trait Clock
device toy_stack: net.Stack { rust Toy::new }
device toy_clock: Clock { rust ToyClock::new }
device site(n: net.Network, store: kv.ReadOnly): Job { rust site }
device tick(clock: Clock): Job { rust tick }
let store: kv.ReadOnly = match target { unix => kv.direct("data"), toy => kv.crunch(files("data")) }
unikernel u = site(net.tcp(80), store)
unikernel clocked = tick(target.clock)
unikernel direct = site(net.tcp(80), kv.direct("data"))
"#;

#[test]
fn roles_follow_the_target() {
    check(
        "graph --unikernel u",
        TOY,
        expect![[r#"
        site = app.site: Job
          n: tcp = std/net.tcp(port: 80): std/net.Network
            stack: choice = choice(target): std/net.Stack
              unix: sockets = unix.sockets: std/net.Stack
              toy: toy_stack = app.toy_stack: std/net.Stack
          store: choice_2 = choice(target): std/kv.ReadOnly
            unix: direct = std/kv.direct(root: "data"): std/kv.ReadWrite
            toy: crunch = std/kv.crunch(files: files("data")): std/kv.ReadOnly

        configure key --target: target (required)
    "#]],
    );
    check(
        "eval --unikernel u --target toy",
        TOY,
        expect![[r#"
        site = app.site: Job
          n: tcp = std/net.tcp(port: 80): std/net.Network
            stack: toy_stack = app.toy_stack: std/net.Stack
          store: crunch = std/kv.crunch(files: files("data")): std/kv.ReadOnly
    "#]],
    );
    check(
        "eval --unikernel u --target unix",
        TOY,
        expect![[r#"
        site = app.site: Job
          n: tcp = std/net.tcp(port: 80): std/net.Network
            stack: sockets = unix.sockets: std/net.Stack
          store: direct = std/kv.direct(root: "data"): std/kv.ReadWrite
    "#]],
    );
}

#[test]
fn a_target_must_be_known() {
    check(
        "eval --unikernel u",
        TOY,
        expect![[r#"
        E0415 it is not said for which target
          ^ std/net:4:39 «target.stack» this depends on it
          note: the targets in reach: `unix`, `toy`
          help: give one: `--target …`
    "#]],
    );
    check(
        "eval --unikernel u --target tyo",
        TOY,
        expect![[r#"
        E0415 there is no target `tyo`
          ^ 15:11 «u» to be built for it
          note: the targets in reach: `unix`, `toy`
          help: did you mean `--target toy`?
    "#]],
    );
}

#[test]
fn a_role_may_be_missing() {
    check(
        "eval --unikernel clocked --target unix",
        TOY,
        expect![[r#"
        E0407 target `unix` has no role `clock`
          ^ 16:26 «target.clock» needed here
          - unix:3:10 «unix» this is the target
          note: `unix` has the roles `stack`
          note: the targets that have it: `toy`
          help: choose another target, or pass a device instead
    "#]],
    );
    check(
        "graph --unikernel clocked",
        TOY,
        expect![[r#"
        tick = app.tick: Job
          clock: toy_clock = app.toy_clock: app.Clock
    "#]],
    );
    check("check", TOY, expect![[""]]);
}

#[test]
fn a_device_may_not_work_there() {
    check(
        "eval --unikernel direct --target toy",
        TOY,
        expect![[r#"
        site = app.site: Job
          n: tcp = std/net.tcp(port: 80): std/net.Network
            stack: toy_stack = app.toy_stack: std/net.Stack
          store: direct = std/kv.direct(root: "data"): std/kv.ReadWrite
        E0408 `std/kv.direct` does not work on `toy`
          ^ 17:38 «kv.direct("data")» used here
          - std/kv:5:8 «direct» it works on `unix` only
          help: these make a `std/kv.ReadWrite` there: `std/kv.mem`
    "#]],
    );
    check(
        "graph --unikernel direct --target toy",
        TOY,
        expect![[r#"
        site = app.site: Job
          n: tcp = std/net.tcp(port: 80): std/net.Network
            stack: toy_stack = app.toy_stack: std/net.Stack
          store: direct = std/kv.direct(root: "data"): std/kv.ReadWrite
    "#]],
    );
}
