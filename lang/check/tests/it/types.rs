//! What has no mistake, and the types that come out.

use std::fmt::Write as _;

use expect_test::{Expect, expect};

use crate::support::{said, world};

/// The type of each `let` of a fixture that has no mistakes.
#[track_caller]
fn types(fixture: &str, expected: Expect) {
    let (db, root) = world(fixture);
    assert_eq!(said(&db, root), "");
    let mut out = String::new();
    for line in fixture.lines().take_while(|line| !line.starts_with("//-")) {
        let Some(rest) = line.strip_prefix("let ") else { continue };
        let name: String = rest.chars().take_while(|char| char.is_alphanumeric() || *char == '_').collect();
        let id = unik_check::declared(&db, root, &name).unwrap();
        let ty = unik_check::type_of(&db, id).unwrap();
        writeln!(out, "{name}: {}", unik_check::type_text_in(&db, root, &ty)).unwrap();
        let checked = unik_check::checked_let(&db, id).unwrap();
        assert!(!format!("{checked:?}").contains("Unknown"), "{checked:#?}");
    }
    expected.assert_eq(&out);
}

#[test]
fn literals_take_the_type_of_their_context() {
    types(
        "let a = 80\nlet b: Port = 80\nlet c = 5s\nlet d = 64KiB\nlet e = \"x\"\nlet f: Cidr = \"10.0.0.2/24\"\nlet g: Ip = \"::1\"\nlet h: Option(Port) = some(80)\nlet i: List(Ipv4) = [\"10.0.0.1\"]\nlet j = b == 80\nlet k = 80 < b\nlet l = b + 1\nlet m = if j then 80 else b\nlet n = [80, b]\nlet o = -5\nlet p: Path = \"data/\"\nlet q = files(\"data/\")\nlet r = some(b) == some(80)\nlet s: Option(Str) = none\nlet t: Size = 512\nlet u = 2 * 5s\nlet v = (1 + 2) * 3\n",
        expect![[r#"
            a: Int
            b: Port
            c: Duration
            d: Size
            e: Str
            f: Cidr
            g: Ip
            h: Option(Port)
            i: List(Ipv4)
            j: Bool
            k: Bool
            l: Port
            m: Port
            n: List(Port)
            o: Int
            p: Path
            q: Files
            r: Bool
            s: Option(Str)
            t: Size
            u: Duration
            v: Int
        "#]],
    );
}

#[test]
fn modules_join_and_functions_are_values() {
    types(
        "import std/net\nimport std/http\nimport std/kv\nkey port: Port = 80\nlet a = if port == 80 then http.server(net.tcp(port)) else net.tcp(port)\nlet b = [net.tcp(port), http.server(net.tcp(81))]\nlet c = net.tcp\nlet d = (n: net.Network) => n\nlet e: (net.Listener) -> net.Network = http.server\nlet f: (net.Listener) -> net.Network = (n: net.Network) => net.tcp(80)\nlet g(wrap: (net.Listener) -> net.Network, n: net.Listener) = wrap(n)\nlet h = g(http.server, net.tcp(80))\nlet i: kv.ReadOnly = kv.mem\nlet j = kv.mem as \"scratch\"\nlet k = [i, kv.mem]\n",
        expect![[r#"
            a: std/net.Network
            b: List(std/net.Network)
            c: (Port, std/net.Stack, std/clock.Sleep) -> std/net.Listener
            d: (std/net.Network) -> std/net.Network
            e: (std/net.Listener) -> std/net.Network
            f: (std/net.Listener) -> std/net.Network
            g: ((std/net.Listener) -> std/net.Network, std/net.Listener) -> std/net.Network
            h: std/net.Network
            i: std/kv.ReadOnly
            j: std/kv.ReadWrite
            k: List(std/kv.ReadOnly)
        "#]],
    );
}

#[test]
fn enums_and_choices() {
    types(
        "enum Store { crunch, direct }\nimport ./other\nkey store: Store = crunch\nlet a = store != direct\nlet b = match store { crunch => 1, Store.direct => 2 }\nlet c = other.Mode.fast\nlet d = c == slow\nlet e = match some(store) { some(crunch) => crunch == direct, none => false }\nlet f = target == unix\nlet g = match target == unix { true => 1, false => 2 }\nlet h = [crunch, store]\nlet i = match 80 { 80 | 8080 => \"http\", _ => \"other\" }\n//- /other.unik\nenum Mode { fast, slow }\n",
        expect![[r#"
            a: Bool
            b: Int
            c: Mode
            d: Bool
            e: Bool
            f: Bool
            g: Int
            h: List(Store)
            i: Str
        "#]],
    );
}

#[test]
fn blocks_and_lambdas() {
    types(
        "let area(width: Int, height: Int) = {\n  let product = width * height;\n  let doubled(n: Int) = n + n + width;\n  key extra: Int = product;\n  doubled(n: product) + extra\n}\nlet add(n: Int) = (m: Int) => n + m\nlet five = add(2)(3)\nlet compose(f: (Int) -> Int, g: (Int) -> Int): (Int) -> Int = (x: Int) => f(g(x))\nlet six = compose(add(1), (x: Int) => x * five)(1)\n",
        expect![[r#"
            area: (Int, Int) -> Int
            add: (Int) -> (Int) -> Int
            five: Int
            compose: ((Int) -> Int, (Int) -> Int) -> (Int) -> Int
            six: Int
        "#]],
    );
}

#[test]
fn names_of_the_language_can_be_bound_inside() {
    types(
        "let f(target: Int, none: Int) = target + none\nlet g(files: Int) = some(files)\n",
        expect![[r#"
        f: (Int, Int) -> Int
        g: (Int) -> Option(Int)
    "#]],
    );
}
