//! `target`, roles, and devices that work on some targets only.

use expect_test::{Expect, expect};

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
fn an_image_is_for_unix_unless_it_is_said() {
    check(
        "eval --unikernel u",
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
        "eval",
        r#"
device d(n: Int): Job { rust d }
unikernel u = d(match target { green => 1, red => 2 })
//- /platforms/unix
//- /platforms/green
platform green { rust green }
//- /platforms/red
platform red { rust red }
"#,
        expect![[r#"
            E0415 it is not said for which target
              ^ 3:23 «target» this depends on it
              note: the targets in reach: `green`, `red`
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

#[test]
fn what_is_wrong_on_one_target_only_names_it() {
    let check_with = |unikernel: &str, expected: Expect| {
        let toy = TOY.split_once("unikernel").unwrap().0;
        let on = "let _on: Port = if target == unix then 81 else 82";
        check("check", &format!("{toy}{on}\n{unikernel}\n"), expected);
    };
    // Fine on one of them.
    check_with(
        "unikernel u = site(net.tcp(80), kv.direct(\"data\"))",
        expect![[r#"
            W0102 `store` is never used
              ^ 14:5 «store» not used in this file
              help: use it, take it out, or call it `_store`
        "#]],
    );
    // Wrong on both, and the same.
    check_with(
        "unikernel u = [site(net.tcp(80), store), site(net.tcp(80) as \"x\", store)]",
        expect![[r#"
            E0403 `tcp` and `x_tcp` claim the same TCP port: sockets, 80
              ^ 16:47 «net.tcp(80)» `x_tcp` claims it here
              - 16:21 «net.tcp(80)» `tcp` claims it here
              - std/net:6:3 «exclusive stack, port as "TCP port"» only one device of an image may have it
              help: give one of them another value, or share one device by a `let`
        "#]],
    );
    // Wrong on both, and not the same.
    check_with(
        "unikernel u = [site(net.tcp(81), store), site(net.tcp(_on) as \"x\", store), site(net.tcp(82) as \"y\", store), site(net.tcp(82) as \"z\", store)]",
        expect![[r#"
            E0403 `x_tcp` and `y_tcp` claim the same TCP port: toy_stack, 82
              ^ 16:81 «net.tcp(82)» `y_tcp` claims it here
              - 16:47 «net.tcp(_on)» `x_tcp` claims it here
              - 16:114 «net.tcp(82)» and so does `z_tcp`
              - std/net:6:3 «exclusive stack, port as "TCP port"» only one device of an image may have it
              note: so it is on the target `toy`
              help: give one of them another value, or share one device by a `let`
        "#]],
    );
}
