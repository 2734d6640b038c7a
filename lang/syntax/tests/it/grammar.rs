//! Each rule of the grammar, with texts that it accepts.

use expect_test::{Expect, expect};

use crate::{parse, sexpr};

/// The tree of a text without mistakes, an item a line.
fn check(text: &str, expected: Expect) {
    let (items, diagnostics) = parse(text);
    assert!(diagnostics.is_empty(), "{text}: {diagnostics:#?}");
    expected.assert_eq(&items.iter().map(sexpr::item).collect::<Vec<_>>().join("\n"));
}

/// The same for one expression.
fn check_expr(text: &str, expected: Expect) {
    check(&format!("let x = {text}"), expected);
}

#[test]
fn imports() {
    check(
        "import std/net\nimport std/kv { ReadOnly, crunch as c, }\nimport ./mine as m\nimport ../shared/net-2.x { a }\nimport crate unik_redis\nimport std/key/run as r { }",
        expect![[r#"
            (import (std net))
            (import (std kv) {ReadOnly crunch as c})
            (import (relative ./mine) as m)
            (import (relative ../shared/net-2.x) {a})
            (import (crate unik_redis))
            (import (std key run) as r {})"#]],
    );
}

#[test]
fn a_file_that_is_called_like_a_keyword_is_imported_and_an_item_follows() {
    check(
        "import std/configure\nkey n: Int = 1\nimport std/run key m: Int = 2\nimport std/generative\ndevice d: Job { rust d }\n\
         configure\nkey k: Int = 3",
        expect![[r#"
            (import (std configure))
            (key n : Int = 1)
            (import (std run))
            (key m : Int = 2)
            (import (std generative))
            (device d : Job {(rust d)})
            (configure-key k : Int = 3)"#]],
    );
}

#[test]
fn a_comment_begins_behind_a_dot_and_behind_a_path() {
    check("let x = net.// here\n tcp(1)", expect!["(let x = ((. net tcp) 1))"]);
    check("let x = net./// here\n tcp(1)", expect!["(let x = ((. net tcp) 1))"]);
    check(
        "import ./mine// and theirs\nimport ../a/b//c",
        expect![[r#"
        (import (relative ./mine))
        (import (relative ../a/b))"#]],
    );
}

#[test]
fn module_types() {
    check(
        "module type A = trait A\nmodule type B: A, kv.C = trait unik::type::key::B",
        expect![[r#"
        (module-type A () A)
        (module-type B (A kv.C) unik::type::key::B)"#]],
    );
}

#[test]
fn enums() {
    check(
        "enum Store { crunch, direct }\nenum E {\n  /// first\n  a,\n  // not a doc\n  b,\n}\nenum None {}",
        expect![[r#"
            (enum Store crunch direct)
            (enum E a doc="first" b)
            (enum None )"#]],
    );
}

#[test]
fn keys() {
    check(
        "configure key store: Store = crunch\n/// The port.\n///  indented\nkey port: Port = 80 { short p }\nrun key names: List(Str)\nkey x: Option(Port) = none {}\nkey y: T = { let a = 1; a } { short y, }",
        expect![[r#"
            (configure-key store : Store = crunch)
            (key port : Port = 80 short=p doc="The port.\n indented")
            (run-key names : (List Str))
            (key x : (Option Port) = none)
            (key y : T = {(let a = 1) a} short=y)"#]],
    );
}

#[test]
fn devices() {
    check(
        "device d: T {}\ngenerative device mem: kv.ReadWrite { rust Mem::new }\ndevice http(flow: net.Network, n: Int = 1 + 2,): net.Network {\n  rust Http :: new\n  after a, m.b(1)\n  exclusive stack, port as \"TCP port\"\n  attach name as \"nic\"\n  features [\"tls\", \"x\",]\n  targets unix, xen\n  /// Documented.\n  key k: Int = 1 { short k }\n  run key l: Str\n}",
        expect![[r#"
            (device d : T {})
            (generative device mem : kv.ReadWrite {(rust Mem::new)})
            (device http (flow:net.Network, n:Int = (+ 1 2)) : net.Network {(rust Http::new) (after a ((. m b) 1)) (exclusive stack port "TCP port") (attach name "nic") (features "tls" "x") (targets unix xen) (key k : Int = 1 short=k doc="Documented.") (run-key l : Str)})"#]],
    );
}

#[test]
fn entries_need_no_separators_and_may_have_them() {
    check(
        "device d: T { rust a, after b, targets unix, xen, key k: T = 1, exclusive p; attach p as \"x\", features []; }",
        expect![
            "(device d : T {(rust a) (after b) (targets unix xen) (key k : T = 1) (exclusive p) (attach p \"x\") (features )})"
        ],
    );
    check(
        "platform p { rust a, nic = x; block = y artifact \"e\", attach \"nic\" 8 attach \"disk\" 2; link \"p.x\" }",
        expect![[
            r#"(platform p {(rust a) (role nic x) (role block y) (artifact "e") (attach "nic" 8) (attach "disk" 2) (link "p.x")})"#
        ]],
    );
}

#[test]
fn words_of_entries_are_names_elsewhere() {
    check(
        "device rust(after: rust, exclusive: T = targets): features {\n  rust rust::after\n  after rust, after, targets\n  exclusive exclusive, rust\n  targets targets\n  rust run\n  run key rust: after = features\n  rust key::device\n}",
        expect![
            "(device rust (after:rust, exclusive:T = targets) : features {(rust rust::after) (after rust after targets) (exclusive exclusive rust) (targets targets) (rust run) (run-key rust : after = features) (rust key::device)})"
        ],
    );
    check(
        "device d: T { after rust, rust key::match, after a, rust type, after b, rust key rust: T }",
        expect![
            "(device d : T {(after rust) (rust key::match) (after a) (rust type) (after b rust) (key rust : T)})"
        ],
    );
    check(
        "platform artifact { rust rust artifact \"rust\" rust = artifact artifact = rust after = targets }",
        expect![[
            r#"(platform artifact {(rust rust) (artifact "rust") (role rust artifact) (role artifact rust) (role after targets)})"#
        ]],
    );
    check(
        "device attach(link: attach, attach: T = link): link {\n  attach attach as \"x\"\n  exclusive link, attach\n  after attach\n  rust attach\n}",
        expect![[
            r#"(device attach (link:attach, attach:T = link) : link {(attach attach "x") (exclusive link attach) (after attach) (rust attach)})"#
        ]],
    );
    check(
        "platform link { link \"link\" attach \"attach\" 1 link = attach attach = link rust link }",
        expect![[
            r#"(platform link {(link "link") (attach "attach" 1) (role link attach) (role attach link) (rust link)})"#
        ]],
    );
    check(
        "let crate = std(trait: short, some: none, files: target)",
        expect!["(let crate = (std trait:short some:none files:target))"],
    );
}

#[test]
fn lets() {
    check(
        "let f(x: T, y: U = v): R = e\nlet a = 1\nlet g() = 2\nlet h: (A, m.B) -> List(C) = i",
        expect![[r#"
            (let f (x:T, y:U = v) : R = e)
            (let a = 1)
            (let g () = 2)
            (let h : ((A m.B) -> (List C)) = i)"#]],
    );
}

#[test]
fn requirements_and_unikernels() {
    check(
        "require a != b || c == d, \"why\"\nrequire !a\nunikernel u = [a, b,]",
        expect![[r#"
        (require (|| (!= a b) (== c d)) "why")
        (require (! a))
        (unikernel u [a b])"#]],
    );
}

#[test]
fn platforms() {
    check(
        "/// Xen.\nplatform xen {\n  rust unik_xen\n  artifact \"xen\"\n  nic = xen.netfront // the nic\n  block = f(1)\n}",
        expect![[
            r#"(platform xen {(rust unik_xen) (artifact "xen") (role nic (. xen netfront)) (role block (f 1))} doc="Xen.")"#
        ]],
    );
}

#[test]
fn types() {
    check(
        "let a: () -> T = b\nlet c: (A) -> (B) -> C = d\nlet e: List(Option(m.T)) = f\nlet g: Map(A, B,) = h",
        expect![[r#"
            (let a : (() -> T) = b)
            (let c : ((A) -> ((B) -> C)) = d)
            (let e : (List (Option m.T)) = f)
            (let g : (Map A B) = h)"#]],
    );
}

#[test]
fn literals() {
    check_expr(
        r#"[80, 1_000, 64KiB, 5s, 2_500ms, true, false, "", "a\"b\\c\n\t\r\0\u{1F600}\u{41}", "字 // no comment"]"#,
        expect![[
            r#"(let x = [80 1000 64'KiB 5's 2500'ms true false "" "a\"b\\c\n\t\r\0😀A" "字 // no comment"])"#
        ]],
    );
}

#[test]
fn precedence() {
    check_expr(
        "a || b && c == d ++ e + f * -g.h",
        expect!["(let x = (|| a (&& b (== c (++ d (+ e (* f (neg (. g h)))))))))"],
    );
    check_expr(
        "-a * b - c + d ++ e < f && g || h",
        expect!["(let x = (|| (&& (< (++ (+ (- (* (neg a) b) c) d) e) f) g) h))"],
    );
    check_expr("a - b - c ++ d ++ e", expect!["(let x = (++ (++ (- (- a b) c) d) e))"]);
    check_expr("!a.b(c) as \"n\"", expect![[r#"(let x = (! (as ((. a b) c) "n")))"#]]);
    check_expr("(a < b) == (c >= d)", expect!["(let x = (== (paren (< a b)) (paren (>= c d))))"]);
}

#[test]
fn applications() {
    check_expr("m.f(a, name: b)(c,).d()", expect!["(let x = ((. (((. m f) a name:b) c) d)))"]);
    check_expr(
        "f(a: (x), (b), {c}) as \"x\" as \"y\"",
        expect![[r#"(let x = (as (as (f a:(paren x) (paren b) {c}) "x") "y"))"#]],
    );
}

#[test]
fn lambdas() {
    check_expr("(x: T, y: List(U) = 1,) => f(x)", expect!["(let x = (fn (x:T, y:(List U) = 1) (f x)))"]);
    check_expr("() => (x: T) => a || b", expect!["(let x = (fn () (fn (x:T) (|| a b))))"]);
}

#[test]
fn conditions() {
    check_expr(
        "if a || b then c else if d then e else f as \"n\"",
        expect![[r#"(let x = (if (|| a b) c (if d e (as f "n"))))"#]],
    );
}

#[test]
fn matches() {
    check_expr(
        "match m.e { a | m.b => 1, 80 | -1 | -5s => 2, \"x\" | true => 3, some(x) => x, some(_) => 4, none => 5, some => 6, _ => 7 }",
        expect![[
            r#"(let x = (match (. m e) [a|m.b => 1] [80|-1|-5's => 2] ["x"|true => 3] [some(x) => x] [some(_) => 4] [none => 5] [some => 6] [_ => 7]))"#
        ]],
    );
    check_expr("match e {}", expect!["(let x = (match e ))"]);
}

#[test]
fn blocks() {
    check_expr(
        "{ let a = 1; let f(x: T): U = x; /// doc\n key k: T = d { short k }; configure key l: T; f(a) }",
        expect![[
            r#"(let x = {(let a = 1) (let f (x:T) : U = x) (key k : T = d short=k doc="doc") (configure-key l : T) (f a)})"#
        ]],
    );
    check(
        "let x = {\nlet a = 1;\nkey b: T = {\nlet c = 2;\nc };\nmatch e { _ => a }\n}\nlet y = 3",
        expect![[r#"
            (let x = {(let a = 1) (key b : T = {(let c = 2) c}) (match e [_ => a])})
            (let y = 3)"#]],
    );
}

#[test]
fn space_means_nothing() {
    check(
        "\u{FEFF}//! f\r\n\r\nlet\tx // c\r\n  =\r\n\t1\r\nlet y=2 let z=3",
        expect![[r#"
        (let x = 1)
        (let y = 2)
        (let z = 3)"#]],
    );
}
