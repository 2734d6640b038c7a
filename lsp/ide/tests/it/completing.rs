//! Completion: what is offered where, what fits first.

use std::fmt::Write as _;

use expect_test::{Expect, expect};
use unik_ide::CompletionKind;

use crate::support::World;

const HEAD: &str = "\
import std/net
import std/kv
enum Store { crunch, direct }
key port: Port = 80
key store: Store = crunch
let number = 5
let f(a: Int, s: Store): Port = port
device site(files: kv.ReadOnly, network: net.Network): Job { rust start }
";

/// What fits, or if nothing does everything but words and names of the language, behind `HEAD`.
#[track_caller]
fn check(text: &str, expected: Expect) {
    let world = World::new(&format!("{HEAD}{text}"));
    let analysis = world.analysis();
    let found = analysis.completions(world.file, world.offset);
    let replaced = &analysis.text(world.file)[found.span.range()];
    let fitting = found.items.iter().any(|item| item.fits);
    let mut out = format!("«{replaced}»\n");
    for item in found.items {
        let language = matches!(item.kind, CompletionKind::Keyword | CompletionKind::Type);
        let noise = fitting || language && replaced.is_empty() && item.label != "_";
        if item.fits || !noise {
            writeln!(out, "{} {:?} {}", item.label, item.kind, item.detail).unwrap();
        }
    }
    expected.assert_eq(&out);
}

/// Only the labels, all of them.
#[track_caller]
fn labels(text: &str, expected: &str) {
    let world = World::new(&format!("{HEAD}{text}"));
    let analysis = world.analysis();
    let found = analysis.completions(world.file, world.offset);
    let labels: Vec<&str> = found.items.iter().map(|item| item.label.as_str()).collect();
    assert_eq!(labels.join(" "), expected, "{text}");
}

#[test]
fn an_argument_offers_what_fits_first() {
    check(
        "unikernel u = site($0",
        expect![[r#"
            «»
            kv.crunch Device device crunch(files: Files): kv.ReadOnly
            kv.direct Device device direct(root: Path): kv.ReadWrite
            kv.mem Device generative device mem: kv.ReadWrite
        "#]],
    );
    check(
        "unikernel u = site(kv.$0",
        expect![[r#"
            «»
            crunch Device device crunch(files: Files): kv.ReadOnly
            direct Device device direct(root: Path): kv.ReadWrite
            mem Device generative device mem: kv.ReadWrite
        "#]],
    );
    check(
        "unikernel u = site(kv.crunch(files(\"x\")), net.$0)\nlet y = 1\n",
        expect![[r#"
            «»
            tcp Device device tcp(port: Port, stack: net.Stack = default_stack, sleep: clock.Sleep = clock.sleep): net.Listener
        "#]],
    );
    check(
        "unikernel u = site(network: $0",
        expect![[r#"
            «»
            net.tcp Device device tcp(port: Port, stack: net.Stack = default_stack, sleep: clock.Sleep = clock.sleep): net.Listener
        "#]],
    );
    check(
        "let y = f(1, $0)",
        expect![[r#"
        «»
        store Key key store: Store = crunch
        crunch Case Store
        direct Case Store
    "#]],
    );
    check(
        "let y = f(1, d$0",
        expect![[r#"
        «d»
        store Key key store: Store = crunch
        crunch Case Store
        direct Case Store
    "#]],
    );
}

#[test]
fn cases_are_found_by_the_wanted_type() {
    check(
        "let y = store == $0",
        expect![[r#"
        «»
        store Key key store: Store = crunch
        crunch Case Store
        direct Case Store
    "#]],
    );
    check(
        "let y = match store { $0",
        expect![[r#"
        «»
        crunch Case Store
        direct Case Store
    "#]],
    );
    check(
        "let y = match store { crunch => 1, $0 }\n",
        expect![[r#"
        «»
        crunch Case Store
        direct Case Store
    "#]],
    );
    check(
        "key k: Store = $0\n",
        expect![[r#"
            «»
            store Key key store: Store = crunch
            crunch Case Store
            direct Case Store
        "#]],
    );
    check(
        "let y = Store.$0\n",
        expect![[r#"
        «»
        crunch Case 
        direct Case 
    "#]],
    );
    check(
        "let y = target == $0\n",
        expect![[r#"
        «»
        unix Case 
        virtio Case 
    "#]],
    );
    check(
        "let g(o: Option(Int)) = match o { $0",
        expect![[r#"
        «»
        none Case 
        some Case 
        _ Keyword 
    "#]],
    );
}

#[test]
fn locals_are_offered_where_they_are_bound() {
    check(
        "let g(n: Port) = { let inner = 1; f($0, 1) }",
        expect![[r#"
        «»
        number Value let number: Int
        inner Local Int
    "#]],
    );
    check(
        "let g(n: Port): Port = $0\n",
        expect![[r#"
            «»
            f Function let f(a: Int, s: Store): Port
            port Key key port: Port = 80
            n Local Port
        "#]],
    );
}

#[test]
fn words_are_offered_where_they_may_stand() {
    let items = "configure key device enum generative device import key let module type platform require run key unikernel";
    labels("$0", items);
    labels("le$0", items);
    labels(
        "device d: Job {\n  $0\n}\n",
        "after attach configure key exclusive features key run key rust targets",
    );
    labels(
        "device d: Job {\n  rust start\n  ta$0",
        "after attach configure key exclusive features key run key rust targets",
    );
    labels("device d: Job {\n  targets $0\n}\n", "unix virtio");
    labels("device d: Job {\n  targets unix, $0\n}\n", "unix virtio");
    labels("let y = target.$0\n", "console disk nic program random sleep stack wall");
    labels("// no $0", "");
    labels("let y = \"$0", "");
    labels("let y = 5$0", "");
}

#[test]
fn types_are_offered_where_they_are_wanted() {
    let types =
        "Store Bool Cidr Duration Files Int Ip Ipv4 Ipv6 Job List Mac Option Path Port Size Str kv net";
    labels("let y: $0", types);
    labels("let g(a: $0", types);
    labels("let g(a: Option($0", types);
    labels("device d(x: $0", types);
    labels("let y = (a: $0", types);
    check(
        "let y: net.$0",
        expect![[r#"
            «»
            Net Enum enum Net { host, direct }
            Host ModuleType module type Host
            Listener ModuleType module type Listener: Network
            Network ModuleType module type Network
            Nic ModuleType module type Nic
            Ping ModuleType module type Ping: Host
            Stack ModuleType module type Stack: Udp, Ping
            Udp ModuleType module type Udp: Host
        "#]],
    );
}

#[test]
fn imports_offer_files_and_their_names() {
    labels(
        "import $0",
        "std/block std/clock std/dns std/http std/ip std/kv std/log std/net std/program std/random crate",
    );
    labels("import std/$0", "block clock dns http ip kv log net program random");
    labels("import std/clock { $0", "fixed monotonic sleep wall Monotonic Sleep Wall");
}
