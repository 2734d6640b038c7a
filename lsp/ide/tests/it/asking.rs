//! What is asked about the name at a cursor: definition, references, hover, signature, renaming; and the hints around it.

use std::fmt::Write as _;

use expect_test::{Expect, expect};
use unik_source::Span;

use crate::support::{World, here, shown};

const APP: &str = "\
import std/net
import ./stores { pick as choose, Store }
/// Where it listens.
key port: Port = 80 { short p }
configure key store: Store = crunch
/// Serves.
device serve(network: net.Network, at: Port): Job {
  rust start
  /// How loud.
  key level: Int = 1
  exclusive at
}
let twice(at: Port) = { let next = at + 1; net.tcp(port: next) }
unikernel u = serve(twice(port), at: choose(store, port))
";
const STORES: &str = "\
//- /stores.unik
//! Stores.
/// Kinds.
enum Store {
  /// In memory.
  crunch,
  direct,
}
/// Picks.
let pick(store: Store, of: Port): Port = match store { crunch => of, Store.direct => 8080 }
";

/// The fixture with the cursor before the nth place where `at` stands in it, and the cursor moved on by `by`.
fn at(at: &str, nth: usize) -> World {
    let text = format!("{APP}{STORES}");
    let (found, _) = text.match_indices(at).nth(nth).expect("it stands there");
    World::new(&format!("{}$0{}", &text[..found], &text[found..]))
}

#[track_caller]
fn definition(text: &str, nth: usize, expected: Expect) {
    let world = at(text, nth);
    let analysis = world.analysis();
    let found = analysis.definition(world.file, world.offset);
    let found: Vec<String> = found.into_iter().map(|range| shown(&analysis, world.file, range)).collect();
    expected.assert_eq(&found.join(", "));
}

#[test]
fn a_name_leads_to_its_declaration() {
    definition("port)", 0, expect!["4:5 «port»"]);
    definition("twice(port", 0, expect!["13:5 «twice»"]);
    definition("next)", 0, expect!["13:29 «next»"]);
    definition("at + 1", 0, expect!["13:11 «at»"]);
    definition("at\n}", 0, expect!["7:36 «at»"]);
    definition("at: choose", 0, expect!["7:36 «at»"]);
    definition("choose(store", 0, expect!["/stores.unik:9:5 «pick»"]);
    definition("crunch\n", 0, expect!["/stores.unik:5:3 «crunch»"]);
    definition("crunch =>", 0, expect!["5:3 «crunch»"]);
    definition("direct =>", 0, expect!["6:3 «direct»"]);
    definition("std/net", 0, expect!["/library/net/net.unik:1:1 «»"]);
    definition("net.Network", 0, expect!["/library/net/net.unik:1:1 «»"]);
    definition("Network,", 0, expect!["/library/net/net.unik:19:13 «Network»"]);
    definition("tcp(", 0, expect!["/library/net/net.unik:79:8 «tcp»"]);
    definition("port: next", 0, expect!["/library/net/net.unik:79:12 «port»"]);
    definition("Job", 0, expect![[""]]);
    let world = World::new("let s = target.$0stack\n");
    let analysis = world.analysis();
    let found = analysis.definition(world.file, world.offset);
    let found: Vec<String> = found.into_iter().map(|range| shown(&analysis, world.file, range)).collect();
    expect![[r#"
        /library/unix/unix.unik:13:3 «stack»
        /library/virtio/virtio.unik:15:3 «stack»"#]]
    .assert_eq(&found.join("\n"));
}

#[test]
fn broken_items_are_found_and_names_in_what_is_left_are_resolved() {
    let world = World::new("let broken( = (((\nlet x = f(broken, $0broken\n");
    let analysis = world.analysis();
    let found = analysis.definition(world.file, world.offset);
    let found: Vec<String> = found.into_iter().map(|range| shown(&analysis, world.file, range)).collect();
    assert_eq!(found, ["1:5 «broken»"]);
}

#[track_caller]
fn references(text: &str, nth: usize, expected: Expect) {
    let world = at(text, nth);
    let analysis = world.analysis();
    let mut out = String::new();
    for found in analysis.references(world.file, world.offset) {
        let declares = if found.declares { " declares" } else { "" };
        writeln!(out, "{}{declares}", shown(&analysis, world.file, found.range)).unwrap();
    }
    let highlights = analysis.highlights(world.file, world.offset);
    writeln!(out, "{} in this file", highlights.len()).unwrap();
    expected.assert_eq(&out);
}

#[test]
fn references_are_found_in_all_files() {
    references(
        "port: Port = 80",
        0,
        expect![[r#"
        4:5 «port» declares
        14:27 «port»
        14:52 «port»
        3 in this file
    "#]],
    );
    references(
        "pick(store",
        0,
        expect![[r#"
        /app.unik:2:19 «pick»
        /app.unik:2:27 «choose»
        /app.unik:14:38 «choose»
        9:5 «pick» declares
        1 in this file
    "#]],
    );
    references(
        "crunch,",
        0,
        expect![[r#"
        /app.unik:5:30 «crunch»
        5:3 «crunch» declares
        9:56 «crunch»
        2 in this file
    "#]],
    );
    references(
        "at: Port)",
        0,
        expect![[r#"
        7:36 «at» declares
        11:13 «at»
        14:34 «at»
        3 in this file
    "#]],
    );
    references(
        "next",
        0,
        expect![[r#"
        13:29 «next» declares
        13:58 «next»
        2 in this file
    "#]],
    );
    references(
        "net.Network",
        0,
        expect![[r#"
        1:8 «std/net» declares
        7:23 «net»
        13:44 «net»
        /library/ip/ip.unik:7:8 «std/net» declares
        /library/ip/ip.unik:24:19 «net»
        /library/ip/ip.unik:27:18 «net»
        /library/ip/ip.unik:34:8 «net»
        /library/ip/ip.unik:97:47 «net»
        /library/unix/unix.unik:6:8 «std/net» declares
        /library/unix/unix.unik:26:17 «net»
        /library/unix/unix.unik:65:29 «net»
        /library/virtio/virtio.unik:6:8 «std/net» declares
        /library/virtio/virtio.unik:15:11 «net»
        /library/virtio/virtio.unik:15:21 «net»
        /library/virtio/virtio.unik:28:29 «net»
        3 in this file
    "#]],
    );
}

#[track_caller]
fn hover(fixture: &str, expected: Expect) {
    let world = World::new(fixture);
    let analysis = world.analysis();
    let Some(found) = analysis.hover(world.file, world.offset) else {
        return expected.assert_eq("nothing");
    };
    let mut out = format!("{}\n{}\n", here(&analysis, world.file, found.range.span), found.code);
    for line in found.doc.lines().map(str::to_owned).chain(found.facts.iter().map(|fact| format!("- {fact}")))
    {
        writeln!(out, "{line}").unwrap();
    }
    expected.assert_eq(&out);
}

#[test]
fn a_hover_says_type_documentation_and_facts() {
    let all = |mark: &str| {
        let text = format!("{APP}{STORES}");
        let at = text.find(mark).expect("it stands there");
        format!("{}$0{}", &text[..at], &text[at..])
    };
    hover(
        &all("serve(twice"),
        expect![[r#"
            14:15 «serve»
            device serve(network: net.Network, at: Port): Job
            Serves.
            - made by `start` of the crate beside `/app.unik`
            - works on every target
            - has the key `level: Int`
            - `--level` is `1`, the default
        "#]],
    );
    hover(
        &all("port)"),
        expect![[r#"
            14:27 «port»
            key port: Port = 80
            Where it listens.
            - known when configuring; what is given then is the default at boot
            - given as `--port` or `-p`
            - `--port` is `80`, the default
        "#]],
    );
    hover(
        &all("tcp("),
        expect![[r#"
            13:48 «tcp»
            device tcp(port: Port, stack: net.Stack = default_stack, sleep: clock.Sleep = clock.sleep): net.Listener
            TCP connections on a port of a stack. Served as a network, slow clients are timed by `sleep`.
            - made by `Tcp::new` of the crate beside `std/net`
            - works on every target
        "#]],
    );
    hover(
        &all("store, port"),
        expect![[r#"
            14:45 «store»
            configure key store: Store = crunch
            - known when configuring, gone at boot
            - given as `--store`
            - `--store` is `crunch`, the default
        "#]],
    );
    hover(
        &all("next)"),
        expect![[r#"
        13:58 «next»
        let next: Port
    "#]],
    );
    hover(
        &all("next ="),
        expect![[r#"
        13:29 «next»
        let next: Port
    "#]],
    );
    hover(
        &all("at: choose"),
        expect![[r#"
        14:34 «at»
        parameter at: Port
    "#]],
    );
    hover(
        &all("level"),
        expect![[r#"
            10:7 «level»
            key level: Int
            How loud.
            - known when configuring; what is given then is the default at boot
            - `--level` is `1`, the default
        "#]],
    );
    hover(
        &all("crunch\n"),
        expect![[r#"
        5:30 «crunch»
        Store.crunch
        In memory.
    "#]],
    );
    hover(
        &all("net.Network"),
        expect![[r#"
        7:23 «net»
        import std/net
        Networks, from frames to requests.
    "#]],
    );
    hover(
        &all("Network,"),
        expect![[r#"
        7:27 «Network»
        module type Network
        Where requests come from: what a server serves.
        - the Rust trait `unik::net::Network`
    "#]],
    );
    hover(
        &all("Job"),
        expect![[r#"
        7:47 «Job»
        type Job
        - part of the language
    "#]],
    );
    hover(
        "let s = target.$0stack\n",
        expect![[r#"
        1:16 «stack»
        target.stack
        - on `unix`: `std/net.Stack`
        - on `virtio`: `std/net.Stack`
    "#]],
    );
    hover(
        "let s = $0target\n",
        expect![[r#"
            1:9 «target»
            configure key target
            - known when configuring, gone at boot
            - one of `unix`, `virtio`
            - it is `unix`, unless configured otherwise
        "#]],
    );
    hover("let s = $0 1\n", expect!["nothing"]);
}

#[track_caller]
fn rename(fixture: &str, to: &str, expected: Expect) {
    let world = World::new(fixture);
    let analysis = world.analysis();
    let renaming = match analysis.rename(world.file, world.offset, to) {
        Ok(renaming) => renaming,
        Err(unik_ide::Refused(reason)) => return expected.assert_eq(&reason),
    };
    let mut out = String::new();
    for (file, edits) in renaming.edits {
        let mut text = analysis.text(file).to_owned();
        for (span, new) in edits.iter().rev() {
            text.replace_range(span.range(), new);
        }
        writeln!(out, "{}", text.trim_end()).unwrap();
    }
    expected.assert_eq(&out);
}

#[test]
fn a_rename_reaches_all_files() {
    rename(
        "import ./b\nimport ./b { x as y }\nlet a = b.$0x\nlet c = y\n//- /b.unik\nlet x = 1\nlet d = x\n",
        "z",
        expect![[r#"
        import ./b
        import ./b { z as y }
        let a = b.z
        let c = y
        let z = 1
        let d = z
    "#]],
    );
    rename(
        "let f(x: Int) = { let y = $0x; y + x }\nlet z = f(x: 1)\n",
        "n",
        expect![[r#"
        let f(n: Int) = { let y = n; y + n }
        let z = f(n: 1)
    "#]],
    );
    rename(
        "import ./b { x as y }\nlet c = $0y\n//- /b.unik\nlet x = 1\n",
        "z",
        expect![[r#"
        import ./b { x as z }
        let c = z
    "#]],
    );
    rename(
        "import std/net\nlet c = $0net.tcp(80)\n",
        "n",
        expect![[r#"
        import std/net as n
        let c = n.tcp(80)
    "#]],
    );
    rename(
        "import std/net as m\nlet c = $0m.tcp(80)\n",
        "n",
        expect![[r#"
        import std/net as n
        let c = n.tcp(80)
    "#]],
    );
    rename(
        "enum E { $0a, b }\nkey k: E = a\nlet x = match k { a => 1, E.b => 2 }\nlet a = 1\n",
        "c",
        expect![[r#"
        enum E { c, b }
        key k: E = c
        let x = match k { c => 1, E.b => 2 }
        let a = 1
    "#]],
    );
    rename(
        "device $0d: Job { rust d }\nunikernel u = d\n",
        "e",
        expect![[r#"
        device e: Job { rust d }
        unikernel u = e
    "#]],
    );
}

#[test]
fn a_rename_that_could_do_harm_is_refused() {
    rename("let $0x = 1\nlet y = x\n", "y", expect!["`y` means something already in `/app.unik`"]);
    rename(
        "let $0x = 1\nlet f(y: Int) = x + y\n",
        "y",
        expect!["`y` means something already in `/app.unik`"],
    );
    rename(
        "let $0x = 1\nlet y = (x\n",
        "z",
        expect!["`y` in `/app.unik` has a mistake of syntax and may use `x`: mend it first"],
    );
    rename("let $0x = 1\n", "if", expect!["`if` is not a name: letters, digits and `_`, no reserved word"]);
    rename("let $0x = 1\n", "Port", expect!["`Port` belongs to the language"]);
    rename("let $0x = 1\n", "a b", expect!["`a b` is not a name: letters, digits and `_`, no reserved word"]);
    rename("import std/net\nlet x = net.$0tcp(80)\n", "z", expect!["`tcp` belongs to the library"]);
    rename(
        "let x = target.$0stack\n",
        "z",
        expect!["`stack` is a role, which every platform has under this name"],
    );
    rename("let x: $0Int = 1\n", "z", expect!["`Int` belongs to the language"]);
    rename("let x = $0 1\n", "z", expect!["there is no name here that means something"]);
    rename(
        "import $0std/net\n",
        "z",
        expect!["a file is renamed by moving it; give its import a name with `as`"],
    );
}

#[track_caller]
fn hints(fixture: &str, expected: Expect) {
    let world = World::new(fixture);
    let analysis = world.analysis();
    let mut text = analysis.text(world.file).to_owned();
    let all = Span::new(0, text.len());
    for hint in analysis.hints(world.file, all).into_iter().rev() {
        text.insert_str(hint.offset as usize, &format!("⟨{}⟩", hint.text));
    }
    expected.assert_eq(&text);
}

#[test]
fn types_that_are_not_written_are_shown() {
    hints(
        "\
import std/net
let a = 1
let b: Int = 2
let f(x: Int = 3) = { let y = x + 1; let g(z: Int) = z; y }
let n = net.tcp(80)
let o(x: Option(Int)) = match x { some(y) => y, none => 0 }
let wrong = gone
let broken = (
",
        expect![[r#"
            import std/net
            let a⟨: Int⟩ = 1
            let b: Int = 2
            let f(x: Int = 3)⟨: Int⟩ = { let y⟨: Int⟩ = x + 1; let g(z: Int) = z; y }
            let n⟨: net.Listener⟩ = net.tcp(⟨port:⟩80)
            let o(x: Option(Int))⟨: Int⟩ = match x { some(y⟨: Int⟩) => y, none => 0 }
            let wrong = gone
            let broken = (
        "#]],
    );
}

#[track_caller]
fn signature(text: &str, expected: &str) {
    let world =
        World::new(&format!("import std/net\nlet f(a: Int, b: Bool = true): Int = a\nlet x = {text}"));
    let analysis = world.analysis();
    let found = analysis.signature_help(world.file, world.offset).map(|help| {
        let active = help.active.map(|at| help.label[help.parameters[at].range()].to_owned());
        format!("{} [{}]", help.label, active.unwrap_or_default())
    });
    assert_eq!(found.unwrap_or_default(), expected, "{text}");
}

#[test]
fn the_parameter_at_the_cursor_is_known_while_it_is_written() {
    signature("f($0", "f(a: Int, b: Bool = true): Int [a: Int]");
    signature("f(1, $0", "f(a: Int, b: Bool = true): Int [b: Bool = true]");
    signature("f(1, $0)\nlet y = 1\n", "f(a: Int, b: Bool = true): Int [b: Bool = true]");
    signature("f(b: false, $0", "f(a: Int, b: Bool = true): Int [a: Int]");
    signature("f(b: $0", "f(a: Int, b: Bool = true): Int [b: Bool = true]");
    signature("f(1, true, $0", "f(a: Int, b: Bool = true): Int []");
    signature("f((1 + $0", "f(a: Int, b: Bool = true): Int [a: Int]");
    signature("f(f(1), $0", "f(a: Int, b: Bool = true): Int [b: Bool = true]");
    signature("f(1)$0", "");
    signature("$0f(1)", "");
    signature("gone($0", "");
    signature(
        "net.tcp($0",
        "net.tcp(port: Port, stack: net.Stack = default_stack, sleep: clock.Sleep = clock.sleep): net.Listener [port: Port]",
    );
}
