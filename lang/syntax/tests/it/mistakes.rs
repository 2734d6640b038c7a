//! Texts that the grammar refuses: what is said, and what is left of the tree.

mod expressions;

use expect_test::{Expect, expect};
use unik_syntax::{file_doc, split};

use crate::{parse, sexpr};

/// The diagnostics of a text, then its trees.
fn check(text: &str, expected: Expect) {
    let (items, diagnostics) = parse(text);
    let mut lines = Vec::new();
    for diagnostic in &diagnostics {
        lines.push(format!("{} {}", diagnostic.code, diagnostic.message));
        for label in &diagnostic.labels {
            lines.push(format!("  `{}`: {}", &text[label.place.span.range()], label.message));
        }
        lines.extend(diagnostic.notes.iter().map(|note| format!("  note: {note}")));
        lines.extend(diagnostic.help.iter().map(|help| format!("  help: {help}")));
    }
    lines.extend(items.iter().map(sexpr::item));
    expected.assert_eq(&lines.join("\n"));
}

/// Applies the fix of the only mistake and parses again.
fn mends(text: &str, expected: &str) {
    let (_, diagnostics) = parse(text);
    let [diagnostic] = &diagnostics[..] else { panic!("{text}: {diagnostics:#?}") };
    let edit = &diagnostic.fixes.first().expect("it has a fix").edits[0];
    // Edits count from the item; these texts are one item that begins with the text.
    let mut mended = String::from(text);
    mended.replace_range(edit.place.span.range(), &edit.text);
    assert_eq!(mended, expected);
    assert!(parse(&mended).1.is_empty(), "{mended} is right");
}

#[test]
fn imports() {
    check(
        "import kv",
        expect![[r#"
        E0001 `kv` is not the path of an import
          `kv`: expected `std/…`, `./…` or `crate …`
          help: write `std/kv` for a file of the standard library, `./kv` for a file beside this one
        (import (kv))"#]],
    );
    check(
        "import std",
        expect![[r#"
        E0001 this names no file of the standard library
          `std`: expected `/` and a name after this
          help: write the name of a file, such as `std/kv`
        (import (std))"#]],
    );
    check(
        "import cargo redis",
        expect![[r#"
        E0001 expected `crate`, found `cargo`
          `cargo`: expected `crate`
          note: an import takes a file of the standard library (`std/kv`), a file beside this one (`./kv`) or a crate (`crate kv`)
        (import (crate redis))"#]],
    );
    check(
        "import std/kv { a b, }",
        expect![[r#"
        E0001 expected `,` between `a` and `b`
          `a`: expected `,` after this
          note: the elements of a list are separated by `,`
          help: put `,` there
        (import (std kv) {a b})"#]],
    );
    check(
        "import\nlet x = 1",
        expect![[r#"
            E0001 expected a name or a path, found the end of the item
              `import`: expected a name or a path after this
            (import ())
            (let x = 1)"#]],
    );
}

#[test]
fn module_types() {
    check(
        "module type A",
        expect![[r#"
            E0001 expected `=` or `:`, found the end of the item
              `A`: expected `=` or `:` after this
            (module-type A ())"#]],
    );
    check(
        "module type A: = trait B",
        expect![[r#"
        E0001 expected a name, found `=`
          `=`: expected a name
        (module-type A () B)"#]],
    );
    check(
        "module type A = B::C",
        expect![[r#"
        E0001 expected `trait` before `B::C`
          `B::C`: expected `trait` before this
          note: a module type is backed by a Rust trait
          help: write `trait B::C`
        (module-type A () B::C)"#]],
    );
    check(
        "module A = trait B",
        expect![[r#"
        E0001 expected `type` between `module` and `A`
          `module`: expected `type` after this
          help: put `type` there
        (module-type A () B)"#]],
    );
}

#[test]
fn enums() {
    check(
        "enum E { a; b }",
        expect![[r#"
        E0001 expected `,`, found `;`
          `;`: expected `,`
          note: the elements of a list are separated by `,`
          help: write `,`
        (enum E a b)"#]],
    );
    check(
        "enum E { a, 1, b }",
        expect![[r#"
        E0001 expected a name or `}`, found `1`
          `1`: expected a name or `}`
        (enum E a b)"#]],
    );
    check(
        "enum { a }",
        expect![[r#"
        E0001 expected a name, found `{`
          `{`: expected a name
        (enum  a)"#]],
    );
}

#[test]
fn keys() {
    check(
        "key port = 80",
        expect![[r#"
        E0001 expected `:`, found `=`
          `=`: expected `:`
          note: types of parameters, keys and devices are always written
          help: write `:` and the type
        (key port : ERROR = 80)"#]],
    );
    check(
        "key port: Port == 80",
        expect![[r#"
        E0001 expected `=`, found `==`
          `==`: expected `=`
          help: write `=`
        (key port : Port = 80)"#]],
    );
    check(
        "key port: Port = 80 { long p }",
        expect![[r#"
        E0001 expected `short`, found `long`
          `long`: expected `short`
          note: the only thing that a key's braces can say is its short option
        (key port : Port = 80)"#]],
    );
    check(
        "configure port: Port",
        expect![[r#"
        E0001 expected `key` between `configure` and `port`
          `configure`: expected `key` after this
          help: put `key` there
        (configure-key port : Port)"#]],
    );
    check(
        "key a: T { short a short b }",
        expect![[r#"
        E0001 a key has one short option
          `b`: a second one
          `a`: the first one
          help: take one of them out
        (key a : T short=a)"#]],
    );
}

#[test]
fn devices() {
    check(
        "device d: T",
        expect![[r#"
        E0001 expected `{`, found the end of the item
          `T`: expected `{` after this
        (device d : T {})"#]],
    );
    check(
        "device d(a, b: T): U { rust x }",
        expect![[r#"
        E0001 expected `:`, found `,`
          `,`: expected `:`
          note: types of parameters, keys and devices are always written
          help: write `:` and the type
        (device d (a:ERROR, b:T) : U {(rust x)})"#]],
    );
    check(
        "device d: T { ruts x::y\n  targets unix }",
        expect![[r#"
            E0001 expected an entry of the device, found `ruts`
              `ruts`: expected an entry of the device
              note: the entries of a device are `rust …`, `after …`, `exclusive …`, `attach … as "…"`, `features […]`, `targets …` and keys
            (device d : T {(targets unix)})"#]],
    );
    check(
        "device d: T {\n  rust\n  targets unix\n}",
        expect![[r#"
        E0001 expected a name, found `targets`
          `targets`: expected a name
        (device d : T {(rust ) (targets unix)})"#]],
    );
    check(
        "device d: T {\n  rust 1\n  after\n  key k = 1\n}",
        expect![[r#"
        E0001 expected a name, found `1`
          `1`: expected a name
        E0001 expected an expression, found `key`
          `key`: expected an expression
        E0001 expected `:`, found `=`
          `=`: expected `:`
          note: types of parameters, keys and devices are always written
          help: write `:` and the type
        (device d : T {(after ERROR) (key k : ERROR = 1)})"#]],
    );
    check(
        "generative d: T {}",
        expect![[r#"
        E0001 expected `device` between `generative` and `d`
          `generative`: expected `device` after this
          help: put `device` there
        (generative device d : T {})"#]],
    );
}

#[test]
fn lets() {
    check(
        "let x 1",
        expect![[r#"
        E0001 expected `=` between `x` and `1`
          `x`: expected `=` after this
          help: put `=` there
        (let x = 1)"#]],
    );
    check(
        "let = 1",
        expect![[r#"
        E0001 expected a name, found `=`
          `=`: expected a name
        (let  = 1)"#]],
    );
    check(
        "let x =\nlet y = 2",
        expect![[r#"
        E0001 expected an expression, found the end of the item
          `=`: expected an expression after this
        (let x = ERROR)
        (let y = 2)"#]],
    );
    check(
        "let x := 1",
        expect![[r#"
            E0001 expected a type, found `=`
              `=`: expected a type
            (let x : ERROR = 1)"#]],
    );
    check(
        "let x = 1;",
        expect![[r#"
        E0001 expected the end of the item, found `;`
          `;`: expected the end of the item
          help: take it out: only the statements of a block end with `;`
        (let x = 1)"#]],
    );
    check(
        "let key = 1",
        expect![[r#"
        E0010 `key` is a reserved word and cannot be a name
          `key`: a name is expected here
          help: choose another name, such as `key_`
        (let key = 1)"#]],
    );
    check(
        "let f(device: T) = 1",
        expect![[r#"
        E0010 `device` is a reserved word and cannot be a name
          `device`: a name is expected here
          help: choose another name, such as `device_`
        (let f (device:T) = 1)"#]],
    );
}

#[test]
fn requirements_unikernels_and_platforms() {
    check(
        "require a \"why\"",
        expect![[r#"
        E0001 expected `,` between `a` and `"why"`
          `a`: expected `,` after this
          note: the elements of a list are separated by `,`
          help: put `,` there
        (require a "why")"#]],
    );
    check(
        "unikernel u: Job = a",
        expect![[r#"
            E0001 the type of a unikernel is not written
              `Job`: no type is expected here
              note: a unikernel is always a `Job` or a list of them
              help: take out the `:` and the type
            (unikernel u a)"#]],
    );
    check(
        "platform p { rust a\n  nic: x\n}",
        expect![[r#"
        E0001 expected `=`, found `:`
          `:`: expected `=`
          help: write `=`
        (platform p {(rust a) (role nic x)})"#]],
    );
}

#[test]
fn brackets() {
    check(
        "let x = f(a, g(b)\nlet y = 2",
        expect![[r#"
        E0002 expected `)` to close the `(`
          `)`: expected `)` after this
          `(`: opened here
          help: put `)` there
        (let x = (f a (g b)))
        (let y = 2)"#]],
    );
    check(
        "let x = f(a))\nlet y = 2",
        expect![[r#"
        E0009 this `)` closes nothing
          `)`: no bracket is open here
          help: take it out, or open a bracket before it
        (let x = (f a))
        (let y = 2)"#]],
    );
    check(
        "let x = f(a]",
        expect![[r#"
            E0002 expected `)`, found `]`
              `]`: expected `)`
              `(`: opened here
              help: write `)`
            (let x = (f a))"#]],
    );
    check(
        "device d: T {\n  rust a\n\nlet y = 2\n\ndevice e: T { rust b }",
        expect![[r#"
        E0002 expected `}` to close the `{`
          `a`: expected `}` after this
          `{`: opened here
          help: put `}` there
        (device d : T {(rust a)})
        (let y = 2)
        (device e : T {(rust b)})"#]],
    );
    check(
        "let x = {\n  let a = 1;\n  a\n\nimport std/kv",
        expect![[r#"
        E0002 expected `}` to close the `{`
          `a`: expected `}` after this
          `{`: opened here
          help: put `}` there
        (let x = {(let a = 1) a})
        (import (std kv))"#]],
    );
}

#[test]
fn tokens() {
    check(
        "let x = \"abc\nlet y = \"d\\\"\nlet z = 1",
        expect![[r#"
        E0003 this string has no closing `"`
          `"abc`: opened here
          note: a string ends on the line on which it begins
          help: close it with `"`; write `\n` for an end of line in it
        E0003 this string has no closing `"`
          `"d\"`: opened here
          note: a string ends on the line on which it begins
          help: the last `"` is escaped by the `\` before it: write `\\` for a backslash
        (let x = "abc")
        (let y = "d\"")
        (let z = 1)"#]],
    );
    check(
        r#"let x = "a\qb\u{}c\u{D800}\u41""#,
        expect![[r#"
        E0004 strings have no escape `\q`
          `\q`: no such escape
          note: the escapes are `\"`, `\\`, `\n`, `\t`, `\r`, `\0` and `\u{1F600}`
          help: write `\\` for a backslash
        E0004 strings have no escape `\u{}`
          `\u{}`: no such escape
          note: the escapes are `\"`, `\\`, `\n`, `\t`, `\r`, `\0` and `\u{1F600}`
          help: write `\\` for a backslash
        E0004 strings have no escape `\u{D800}`
          `\u{D800}`: no such escape
          note: the escapes are `\"`, `\\`, `\n`, `\t`, `\r`, `\0` and `\u{1F600}`
          help: write `\\` for a backslash
        E0004 strings have no escape `\u`
          `\u`: no such escape
          note: the escapes are `\"`, `\\`, `\n`, `\t`, `\r`, `\0` and `\u{1F600}`
          help: write `\\` for a backslash
        (let x = "abc41")"#]],
    );
    check(
        "let x = f(0x1f, 1.5, 10.0.0.2, 5s2)",
        expect![[r#"
        E0008 `0x1f` is not a number
          `0x1f`: not a number
          note: a number is written in decimal digits, with a unit behind it where it has one: `80`, `1_000`, `64KiB`, `5s`
        E0008 `1.5` is not a number
          `1.5`: not a number
          note: a number is written in decimal digits, with a unit behind it where it has one: `80`, `1_000`, `64KiB`, `5s`
          help: there are no fractions: choose a smaller unit, `1500ms` for `1.5s`
        E0008 `10.0.0.2` is not a number
          `10.0.0.2`: not a number
          note: a number is written in decimal digits, with a unit behind it where it has one: `80`, `1_000`, `64KiB`, `5s`
          help: write addresses as strings: `"10.0.0.2"`
        E0008 `5s2` is not a number
          `5s2`: not a number
          note: a number is written in decimal digits, with a unit behind it where it has one: `80`, `1_000`, `64KiB`, `5s`
        (let x = (f 0'x1f 1.5 10.0.0.2 5's2))"#]],
    );
    check(
        "let größe = a & b + 'c' @#",
        expect![[r#"
        E0005 `größe` is not a name
          `größe`: has characters that names do not have
          note: names are made of the letters a to z and A to Z, digits and `_`
          help: other characters can stand in strings and comments
        E0005 the character `&` means nothing here
          `&`: not part of the language
          help: «and» is written `&&`
        E0005 the character `'` means nothing here
          `'`: not part of the language
          help: strings stand in straight double quotes: `"data/"`
        E0005 the character `'` means nothing here
          `'`: not part of the language
          help: strings stand in straight double quotes: `"data/"`
        E0005 the characters `@#` mean nothing here
          `@#`: not part of the language
          note: there is no such operator
        (let größe = ERROR)"#]],
    );
    check(
        "let x = “a”\nlet y = a\u{A0}+ 😀",
        expect![[r#"
            E0005 the character `“` means nothing here
              `“`: not part of the language
              help: strings stand in straight double quotes: `"data/"`
            E0005 the character `\u{a0}` means nothing here
              ` `: not part of the language
              help: this is a no-break space: replace it by an ordinary one
            E0005 the character `😀` means nothing here
              `😀`: not part of the language
              help: take it out
            (let x = “a”)
            (let y = (+ a  😀))"#]],
    );
}

#[test]
fn text_outside_of_items() {
    check(
        "hello world\n\nlet x = 1\ndevise d: T { rust a }\nkye port: Port = 1\ntype A = trait B\nx = 2\nlet y = 3",
        expect![[r#"
            E0006 this text belongs to no item
              `hello`: no item starts like this
              note: a file is made of `import`, `module type`, `enum`, `key`, `device`, `let`, `require`, `unikernel` and `platform` items
              help: begin it with the keyword of an item, or take it out
            E0006 `devise` starts no item
              `devise`: no item starts like this
              note: a file is made of `import`, `module type`, `enum`, `key`, `device`, `let`, `require`, `unikernel` and `platform` items
              help: did you mean `device`?
            E0006 `kye` starts no item
              `kye`: no item starts like this
              note: a file is made of `import`, `module type`, `enum`, `key`, `device`, `let`, `require`, `unikernel` and `platform` items
              help: did you mean `key`?
            E0006 `type` starts no item
              `type`: no item starts like this
              note: a file is made of `import`, `module type`, `enum`, `key`, `device`, `let`, `require`, `unikernel` and `platform` items
              help: did you mean `module type`?
            (broken "")
            (let x = 1)
            (broken "device" d)
            (broken "key" port)
            (broken "module type" A)
            (let y = 3)"#]],
    );
}

#[test]
fn several_mistakes() {
    check(
        "let a = )\nlet b = f(1 2)\nlet c = 3\nlet d = if x then y",
        expect![[r#"
        E0009 this `)` closes nothing
          `)`: no bracket is open here
          help: take it out, or open a bracket before it
        E0001 expected `,` between `1` and `2`
          `1`: expected `,` after this
          note: the elements of a list are separated by `,`
          help: put `,` there
        E0001 this `if` has no `else`
          `y`: expected `else` after this
          `if`: the `if`
          note: an `if` is an expression: it needs a value for either case
          help: add `else` and a value
        (let a = ERROR)
        (let b = (f 1 2))
        (let c = 3)
        (let d = ERROR)"#]],
    );
    check(
        "device d(a: , b: U): T {\n  ruts x\n  after 1 +\n  exclusive\n  targets unix\n}",
        expect![[r#"
            E0001 expected a type, found `,`
              `,`: expected a type
            E0001 expected an entry of the device, found `ruts`
              `ruts`: expected an entry of the device
              note: the entries of a device are `rust …`, `after …`, `exclusive …`, `attach … as "…"`, `features […]`, `targets …` and keys
            (device d (a:ERROR, b:U) : T {(after (+ 1 exclusive)) (targets unix)})"#]],
    );
}

#[test]
fn fixes_mend() {
    mends("key port Port = 80", "key port: Port = 80");
    mends("let x = f(a b)", "let x = f(a, b)");
    mends("let x = f(a", "let x = f(a)");
    mends("let x = f(a))", "let x = f(a)");
    mends("let x = { let a = 1 a }", "let x = { let a = 1; a }");
    mends("let x = 1;", "let x = 1");
    mends("let x 1", "let x = 1");
    mends("let x = if a = b then c else d", "let x = if a == b then c else d");
    mends("module type A = B", "module type A = trait B");
    mends("let x = \"abc", "let x = \"abc\"");
    mends("let x = 10.0.0.2", "let x = \"10.0.0.2\"");
    mends("devise d: T { rust a }", "device d: T { rust a }");
    mends("let x = a & b", "let x = a && b");
}

#[test]
fn the_outline_of_a_file() {
    let outline = |text: &str| {
        let items = split(text);
        items
            .iter()
            .map(|item| {
                format!(
                    "{} {:?} {:?}",
                    item.keyword,
                    item.name.as_deref().unwrap_or(""),
                    &text[item.span.range()]
                )
            })
            .collect::<Vec<_>>()
            .join("\n")
    };
    expect![[r#"
        key "k" "/// a\n// b\n/// c\nkey k: T"
        import "kv" "import std/kv"
        import "m" "import std/kv as m"
        import "b-c" "import ../a/b-c {x}"
        import "r" "import crate r"
        key "q" "configure key q: T"
        key "z" "run key z: T"
        device "g" "generative device g: T {}"
        module type "M" "module type M = trait M"
        require "" "require a"
        key "" "configure""#]].assert_eq(&outline(
        "//! File.\n\n/// a\n// b\n/// c\nkey k: T\nimport std/kv\nimport std/kv as m\nimport ../a/b-c {x}\nimport crate r\nconfigure key q: T // end\n\nrun key z: T\ngenerative device g: T {}\nmodule type M = trait M\nrequire a\nconfigure\n",
    ));
    assert_eq!(file_doc("//! One.\n//!\r\n//!  Two.\nlet x = 1"), "One.\n\n Two.");
}
