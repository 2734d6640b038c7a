//! Roles that are functions, roles that are made of others, and roles that need themselves.

use expect_test::expect;
use unik_eval::{KeyValues, Mode};

use crate::support::{at, check, world};

/// Two boards whose interfaces need different things, and a file between them and their users that never names one.
const BOARDS: &str = r#"
import std/lan
device host(stack: lan.Stack): Job { rust host }
device bare(nic: lan.Nic): Job { rust bare }
unikernel one = bare(lan.nic("service"))
unikernel several = [bare(lan.nic("service")), host(lan.default_stack), host(lan.stack(lan.nic("other")) as "other")]
//- /std/lan
module type Nic = trait Nic
module type Stack = trait Stack
let nic(interface: Str): Nic = target.nic(interface)
let default_stack: Stack = target.lan
let stack(nic: Nic): Stack = direct(nic)
device direct(nic: Nic, clock: Nic = target.clock): Stack { rust Direct::new }
//- /platforms/green
import std/lan
platform green {
  rust green
  attach "nic" 2
  nic = port
  clock = port("clock")
  lan = lan.stack(lan.nic("service"))
}
device port(interface: Str, clock: lan.Nic = quartz): lan.Nic { rust Port::new; attach interface as "nic" }
device quartz: lan.Nic { rust Quartz::new }
//- /platforms/red
import std/lan
platform red {
  rust red
  attach "nic" 2
  nic = (interface: Str) => wire(interface, "red")
  clock = quartz
  lan = lan.stack(lan.nic("service"))
}
device wire(interface: Str, colour: Str): lan.Nic { rust Wire::new; attach interface as "nic" }
device quartz: lan.Nic { rust Quartz::new }
"#;

#[test]
fn a_role_that_is_a_function_is_applied_on_each_target() {
    check(
        "graph --unikernel one",
        BOARDS,
        expect![[r#"
        bare = app.bare: Job
          nic: choice = choice(target): std/lan.Nic
            green: port = green.port(interface: "service"): std/lan.Nic
              clock: quartz = green.quartz: std/lan.Nic
            red: wire = red.wire(interface: "service", colour: "red"): std/lan.Nic

        configure key --target: target (required)

        attach --nic service: port
        attach --nic service: wire
    "#]],
    );
    check(
        "eval --unikernel one --target green",
        BOARDS,
        expect![[r#"
        bare = app.bare: Job
          nic: port = green.port(interface: "service"): std/lan.Nic
            clock: quartz = green.quartz: std/lan.Nic

        attach --nic service: port
    "#]],
    );
    check(
        "eval --unikernel one --target red",
        BOARDS,
        expect![[r#"
        bare = app.bare: Job
          nic: wire = red.wire(interface: "service", colour: "red"): std/lan.Nic

        attach --nic service: wire
    "#]],
    );
}

#[test]
fn a_role_may_be_made_of_what_needs_other_roles() {
    check(
        "graph --unikernel several",
        BOARDS,
        expect![[r#"
        bare = app.bare: Job
          nic: choice = choice(target): std/lan.Nic
            green: port = green.port(interface: "service"): std/lan.Nic
              clock: quartz = green.quartz: std/lan.Nic
            red: wire = red.wire(interface: "service", colour: "red"): std/lan.Nic
        host = app.host: Job
          stack: direct = std/lan.direct: std/lan.Stack
            nic: (shared: choice)
            clock: choice_2 = choice(target): std/lan.Nic
              green: port_2 = green.port(interface: "clock"): std/lan.Nic
                clock: (shared: quartz)
              red: quartz_2 = red.quartz: std/lan.Nic
        host_2 = app.host: Job
          stack: other_direct = std/lan.direct: std/lan.Stack in other
            nic: other_choice = choice(target): std/lan.Nic in other
              green: other_port = green.port(interface: "other"): std/lan.Nic in other
                clock: other_quartz = green.quartz: std/lan.Nic in other
              red: other_wire = red.wire(interface: "other", colour: "red"): std/lan.Nic in other
            clock: (shared: choice_2)

        configure key --target: target (required)

        attach --nic clock: port_2
        attach --nic other: other_port
        attach --nic other: other_wire
        attach --nic service: port
        attach --nic service: wire
    "#]],
    );
    check(
        "eval --unikernel several --target green",
        BOARDS,
        expect![[r#"
            bare = app.bare: Job
              nic: port = green.port(interface: "service"): std/lan.Nic
                clock: quartz = green.quartz: std/lan.Nic
            host = app.host: Job
              stack: direct = std/lan.direct: std/lan.Stack
                nic: (shared: port)
                clock: port_2 = green.port(interface: "clock"): std/lan.Nic
                  clock: (shared: quartz)
            host_2 = app.host: Job
              stack: other_direct = std/lan.direct: std/lan.Stack in other
                nic: other_port = green.port(interface: "other"): std/lan.Nic in other
                  clock: other_quartz = green.quartz: std/lan.Nic in other
                clock: (shared: port_2)

            attach --nic clock: port_2
            attach --nic other: other_port
            attach --nic service: port
            E0422 3 of kind `nic` are attached, and `green` has room for 2
              ^ 6:88 «lan.nic("other")» this is one too many
              - green:4:10 «"nic" 2» the limit of the target
              - 6:27 «lan.nic("service")» `service`
              - 6:53 «lan.default_stack» `clock`
              help: do with fewer, or choose another target
        "#]],
    );
    check(
        "eval --unikernel several --target red",
        BOARDS,
        expect![[r#"
        bare = app.bare: Job
          nic: wire = red.wire(interface: "service", colour: "red"): std/lan.Nic
        host = app.host: Job
          stack: direct = std/lan.direct: std/lan.Stack
            nic: (shared: wire)
            clock: quartz = red.quartz: std/lan.Nic
        host_2 = app.host: Job
          stack: other_direct = std/lan.direct: std/lan.Stack in other
            nic: other_wire = red.wire(interface: "other", colour: "red"): std/lan.Nic in other
            clock: (shared: quartz)

        attach --nic other: other_wire
        attach --nic service: wire
    "#]],
    );
    check("check", BOARDS, expect![""]);
}

#[test]
fn a_clash_is_shown_where_the_file_asks_for_it() {
    let clash = BOARDS.replace(
        "host(lan.stack(lan.nic(\"other\")) as \"other\")",
        "bare(lan.nic(\"service\") as \"other\")",
    );
    check(
        "eval --unikernel several --target red",
        &clash,
        expect![[r#"
        bare = app.bare: Job
          nic: wire = red.wire(interface: "service", colour: "red"): std/lan.Nic
        host = app.host: Job
          stack: direct = std/lan.direct: std/lan.Stack
            nic: (shared: wire)
            clock: quartz = red.quartz: std/lan.Nic
        bare_2 = app.bare: Job
          nic: other_wire = red.wire(interface: "service", colour: "red"): std/lan.Nic in other

        attach --nic service: wire
        attach --nic service: other_wire
        E0403 `wire` and `other_wire` claim the same nic: service
          ^ 6:78 «lan.nic("service")» `other_wire` claims it here
          - 6:27 «lan.nic("service")» `wire` claims it here
          - red:9:69 «attach interface as "nic"» only one device of an image may have it
          help: give one of them another value, or share one device by a `let`
    "#]],
    );
}

#[test]
fn a_device_stands_where_the_file_asks_for_it() {
    let (_, library) = BOARDS.split_once("//- /std/lan").unwrap();
    let app = r#"
import std/lan
device host(stack: lan.Stack = lan.default_stack): Job { rust host }
device bare(nic: lan.Nic): Job { rust bare }
let first =
  host()
let second(name: Str) =
  bare(lan.nic(name))
unikernel u = [
  first,
  second("other"),
]
//- /std/lan"#;
    let (db, file) = world(&format!("{app}{library}"));
    let values = KeyValues::default().with("target", "red");
    let graph = unik_eval::evaluate(&db, file, None, &values, Mode::Concrete).graph.unwrap();
    let places: String =
        graph.nodes().map(|(_, node)| format!("{} {}\n", node.id, at(&db, file, node.place))).collect();
    expect![[r#"
        wire 3:32
        quartz 3:32
        direct 3:32
        host 6:3
        wire_2 8:8
        bare 8:3
    "#]]
    .assert_eq(&places);
}

#[test]
fn targets_may_differ_in_what_a_role_leaves_to_defaults() {
    check(
        "graph",
        r#"
module type Nic = trait Nic
platform green { rust green; nic = port }
platform red { rust red; nic = wire }
device quartz: Nic { rust Quartz::new }
device port(interface: Str, clock: Nic = quartz): Nic { rust Port::new }
device wire(interface: Str, colour: Str = "red", tone: Int = 1): Nic { rust Wire::new }
device bare(nic: Nic): Job { rust bare }
let make: (Str) -> Nic = target.nic
let twice(made: (Str) -> Nic) = [bare(made("a")), bare(made("b"))]
unikernel u = twice(make)
"#,
        expect![[r#"
            bare = app.bare: Job
              nic: choice = choice(target): app.Nic
                green: port = app.port(interface: "a"): app.Nic
                  clock: quartz = app.quartz: app.Nic
                red: wire = app.wire(interface: "a", colour: "red", tone: 1): app.Nic
            bare_2 = app.bare: Job
              nic: choice_2 = choice(target): app.Nic
                green: port_2 = app.port(interface: "b"): app.Nic
                  clock: (shared: quartz)
                red: wire_2 = app.wire(interface: "b", colour: "red", tone: 1): app.Nic

            configure key --target: target (required)
        "#]],
    );
}

#[test]
fn a_role_that_needs_itself_is_a_circle() {
    check(
        "eval --target green",
        r#"
import std/lan
device host(stack: lan.Stack): Job { rust host }
unikernel u = host(lan.default_stack)
//- /platforms/green
import std/lan
platform green {
  rust green
  nic = lan.nic
  lan = lan.stack(lan.port("service"))
  clock = target.clock
}
//- /std/lan
module type Nic = trait Nic
module type Stack = trait Stack
let nic(interface: Str): Nic = target.nic(interface)
let default_stack: Stack = target.lan
device stack(nic: Nic, over: Stack = default_stack): Stack { rust Direct::new }
device port(interface: Str): Nic { rust Port::new }
"#,
        expect![[r#"
            E0103 `nic` needs itself
              ^ std/lan:3:39 «nic» needs `green.nic`
              - green:4:13 «nic» `green.nic` needs `nic`
              note: the way around: `nic` → `green.nic` → `nic`
              note: the language has no recursion, so that evaluation always ends
            E0103 `default_stack` needs itself
              ^ std/lan:4:35 «lan» needs `green.lan`
              - green:5:13 «stack» `green.lan` needs `stack`
              - std/lan:5:38 «default_stack» `stack` needs `default_stack`
              note: the way around: `default_stack` → `green.lan` → `stack` → `default_stack`
              note: the language has no recursion, so that evaluation always ends
        "#]],
    );
}

#[test]
fn arguments_of_a_role_are_checked() {
    check(
        "eval --target green",
        r#"
module type Nic = trait Nic
platform green { rust green; nic = port; clock = quartz }
platform red { rust red; nic = wire }
device quartz: Nic { rust Quartz::new }
device port(interface: Str): Nic { rust Port::new }
device wire(number: Int): Nic { rust Wire::new }
device bare(nic: Nic): Job { rust bare }
unikernel u = [
  bare(target.nic("a")),
  bare(target.clock("a")),
]
"#,
        expect![[r#"
            E0314 the platforms disagree about the type of `target.nic`
              ^ 10:8 «target.nic» `(Int) -> Nic` on `red`, `(Str) -> Nic` on others
              help: write the type that is meant: `let nic: (Str) -> Nic = target.nic`
            E0208 `target.clock` takes no arguments
              ^ 11:8 «target.clock» this is `Nic`
        "#]],
    );
}
