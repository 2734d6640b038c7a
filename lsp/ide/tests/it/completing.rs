//! Completion: what is offered where, what fits first.

use std::fmt::Write as _;

use expect_test::{Expect, expect};
use unik_ide::{CompletionKind, Piece};

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

/// The text after the completion with this label is taken, its places between `«` and `»`.
#[track_caller]
fn taken(text: &str, label: &str, expected: &str) {
    let world = World::new(&format!("{HEAD}{text}"));
    let analysis = world.analysis();
    let found = analysis.completions(world.file, world.offset);
    let item = found.items.iter().find(|item| item.label == label);
    let item = item.unwrap_or_else(|| panic!("{label} is not offered: {text}"));
    let piece = |piece: &Piece| match piece {
        Piece::Text(text) => text.to_string(),
        Piece::Place(text) => format!("«{text}»"),
    };
    let mut written: String = item.snippet.iter().map(piece).collect();
    if written.is_empty() {
        written = item.label.to_string();
    }
    let mut after = analysis.text(world.file).to_owned();
    after.replace_range(found.span.range(), &written);
    assert_eq!(after.strip_prefix(HEAD), Some(expected), "{label}");
}

#[test]
fn what_is_taken_has_places_to_fill_in() {
    taken("unikernel u = si$0", "site", "unikernel u = site(«files», «network»)");
    taken(
        "unikernel u = site(kv.$0, net.tcp(port))",
        "crunch",
        "unikernel u = site(kv.crunch(«files»), net.tcp(port))",
    );
    taken("unikernel u = site($0", "kv.direct", "unikernel u = site(kv.direct(«root»)");
    taken("unikernel u = site($0", "kv.mem", "unikernel u = site(kv.mem");
    taken("unikernel u = site(kv.mem, $0", "net.tcp", "unikernel u = site(kv.mem, net.tcp(«port»)");
    taken(
        "let g(h: (Int, Store) -> Port): Port = 1\nlet y = g($0)",
        "f",
        "let g(h: (Int, Store) -> Port): Port = 1\nlet y = g(f)",
    );
    taken("let y = f$0(1, crunch)", "f", "let y = f(1, crunch)");
    taken("import std/kv { c$0 }", "crunch", "import std/kv { crunch }");
    taken(
        "let y: Job = ma$0",
        "match store",
        "let y: Job = match store {\n  crunch => «value»,\n  direct => «value»,\n}",
    );
    taken(
        "let g(s: Store): Int = ma$0",
        "match s",
        "let g(s: Store): Int = match s {\n  crunch => «value»,\n  direct => «value»,\n}",
    );
    taken(
        "let y = match target$0",
        "match target",
        "let y = match match target {\n  unix => «value»,\n  virtio => «value»,\n}",
    );
    taken(
        "let y = match store {$0}",
        "all cases",
        "let y = match store {crunch => «value»,\n  direct => «value»,}",
    );
    taken("let y = match store { crunch => 1, $0}", "direct", "let y = match store { crunch => 1, direct}");
    taken("let y = kv.crunch($0", "files", "let y = kv.crunch(files(\"«data/»\")");
}

#[test]
fn a_skeleton_is_well_formed() {
    let parts = "device d: Job {\n  $0\n}\n";
    for fixture in ["$0", parts, "platform p {\n  $0\n}\n", "let y = $0\n"] {
        let world = World::new(fixture);
        let analysis = world.analysis();
        let found = analysis.completions(world.file, world.offset);
        let mut seen = 0;
        for item in found.items.iter().filter(|item| !item.snippet.is_empty()) {
            let text = item.snippet.iter().map(|piece| match piece {
                Piece::Text(text) | Piece::Place(text) => text.as_str(),
            });
            let text: String = text.collect();
            let mut after = analysis.text(world.file).to_owned();
            after.replace_range(found.span.range(), &text);
            let broken = World::new(&after);
            for problem in broken.analysis().problems_of(broken.file) {
                assert!(!problem.code.to_string().starts_with("E00"), "{}: {problem:?}\n{after}", item.label);
            }
            seen += 1;
        }
        assert!(seen >= 2, "{fixture} has shapes");
    }
}

#[test]
fn what_cannot_stand_in_an_argument_is_not_offered() {
    let offered = |text: &str, expected: Expect| {
        let world = World::new(&format!("{HEAD}{text}"));
        let found = world.analysis().completions(world.file, world.offset);
        let labels: Vec<&str> = found.items.iter().map(|item| item.label.as_str()).collect();
        expected.assert_eq(&labels.join(", "));
    };
    offered(
        "unikernel u = site($0",
        expect![
            "kv.crunch, kv.direct, kv.mem, target, files: , network: , kv, net, if, match, match store, match target"
        ],
    );
    offered(
        "let y: Bool = $0",
        expect![
            "false, true, number, f, target, port, store, Store, kv, net, if, match, match store, match target"
        ],
    );
    offered(
        "let y: Store = $0",
        expect!["store, crunch, direct, target, kv, net, if, match, match store, match target"],
    );
    offered(
        "let y: Option(Int) = $0",
        expect![
            "none, some, site, number, f, target, port, store, Store, kv, net, if, match, match store, match target"
        ],
    );
    offered(
        "let y: Duration = $0",
        expect!["site, number, f, target, port, store, Store, kv, net, if, match, match store, match target"],
    );
    offered("let y: Files = $0", expect!["files, target, kv, net, if, match, match store, match target"]);
    offered(
        "let y = $0",
        expect![
            "site, number, f, files, none, some, target, port, store, Store, kv, net, false, if, match, true, match store, match target"
        ],
    );
    offered("unikernel u = $0", expect!["site, target, kv, net, if, match, match store, match target"]);
    offered(
        "device broken(: (((\nlet y: Int = $0",
        expect!["number, broken, target, kv, net, if, match, match store, match target"],
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
