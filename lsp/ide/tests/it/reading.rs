//! What is shown without being asked about a place: problems, outlines, folds, the kinds of words; and growing selections.

use std::fmt::Write as _;

use expect_test::{Expect, expect};
use unik_ide::Symbol;

use crate::support::{World, here, shown};

#[track_caller]
fn problems(fixture: &str, expected: Expect) {
    let world = World::new(fixture);
    let analysis = world.analysis();
    let mut out = String::new();
    for (file, problems) in analysis.problems() {
        for problem in problems {
            let at = shown(&analysis, world.file, unik_ide::Range { file, span: problem.span });
            let unused = if problem.unused { " unused" } else { "" };
            let message = problem.message.replace('\n', " / ");
            writeln!(out, "{at} {}{unused} {message}", problem.code).unwrap();
            for (range, what) in problem.related {
                writeln!(out, "  {} {what}", shown(&analysis, world.file, range)).unwrap();
            }
        }
    }
    expected.assert_eq(&out);
}

#[test]
fn problems_are_those_of_check_with_their_places() {
    problems(
        "import std/kv\nkey port: Prot = 80\nlet a = 1\nlet a = 2\nunikernel u = gone\n",
        expect![[r#"
            1:8 «std/kv» W0101 unused `kv` is imported, but not used / not used in this file / help: take the import out
            2:5 «port» W0301 unused the key `port` is never read / giving it changes nothing / help: read it, or take it out
            2:11 «Prot» E0101 there is no type `Prot` / not found / help: did you mean `Port`?
            3:5 «a» W0102 unused `a` is never used / not used in this file / help: use it, take it out, or call it `_a`
            4:5 «a» E0102 `a` is defined twice / again here / help: rename one of them
              3:5 «a» first here
            4:5 «a» W0102 unused `a` is never used / not used in this file / help: use it, take it out, or call it `_a`
            5:15 «gone» E0101 there is no `gone` here / not found / help: did you mean `none`?
        "#]],
    );
    problems(
        "import ./b\nunikernel u = b.job\n//- /b.unik\nlet job: Job = 5\n",
        expect![[r#"
            /b.unik:1:16 «5» E0201 expected `Job`, found `Int` / this is `Int`
              /b.unik:1:10 «Job» because of this type
        "#]],
    );
    problems("device d: Job { rust start }\nunikernel u = d\n", expect![""]);
}

#[track_caller]
fn outline(text: &str, expected: Expect) {
    fn write(
        out: &mut String,
        depth: usize,
        symbols: &[Symbol],
        analysis: &unik_ide::Analysis,
        world: &World,
    ) {
        for symbol in symbols {
            let at = here(analysis, world.file, symbol.name_span);
            writeln!(out, "{:depth$}{:?} {} {at}", "", symbol.kind, symbol.name).unwrap();
            write(out, depth + 2, &symbol.children, analysis, world);
        }
    }
    let world = World::new(text);
    let analysis = world.analysis();
    let mut out = String::new();
    write(&mut out, 0, &analysis.outline(world.file), &analysis, &world);
    expected.assert_eq(&out);
}

#[test]
fn the_outline_lists_broken_items_too() {
    outline(
        "\
import std/net as n
/// Where.
enum Store { crunch, direct }
let broken( = (((
device d(a: Int): Job {
  rust start
  key level: Int = 1
}
let f(x: Int) = x
require true, \"x\"
platform p { stack = 1 }
unikernel
unikernel u = d
",
        expect![[r#"
            Import n 1:19 «n»
            Enum Store 3:6 «Store»
              Case crunch 3:14 «crunch»
              Case direct 3:22 «direct»
            Value broken 4:5 «broken»
            Device d 5:8 «d»
              Key level 7:7 «level»
            Function f 9:5 «f»
            Require require 10:1 «»
            Platform p 11:10 «p»
              Role stack 11:14 «stack»
            Unikernel u 13:11 «u»
        "#]],
    );
}

#[track_caller]
fn folds(text: &str, expected: Expect) {
    let world = World::new(text);
    let analysis = world.analysis();
    let mut out = String::new();
    for fold in analysis.folds(world.file) {
        writeln!(out, "{:?} {:?}", fold.kind, &analysis.text(world.file)[fold.span.range()]).unwrap();
    }
    expected.assert_eq(&out);
}

#[test]
fn brackets_comments_and_imports_fold() {
    folds(
        "// a\n// b\n\n// c\nimport std/kv\nimport std/net\nlet x = {\n  let y = (\n    1\n  );\n  y\n}\nlet z = (1)\nlet open = {\n  [\n",
        expect![[r#"
            Comment "// a\n// b"
            Imports "import std/kv\nimport std/net"
            Block "\n  let y = (\n    1\n  );\n  y\n"
            Block "\n    1\n  "
        "#]],
    );
}

#[track_caller]
fn selections(text: &str, expected: Expect) {
    let world = World::new(text);
    let analysis = world.analysis();
    let mut out = String::new();
    for span in analysis.selections(world.file, world.offset) {
        writeln!(out, "{:?}", &analysis.text(world.file)[span.range()]).unwrap();
    }
    expected.assert_eq(&out);
}

#[test]
fn a_selection_grows_by_what_it_stands_in() {
    selections(
        "let x = f(a + $0b, [1, 2])\nlet y = 2\n",
        expect![[r#"
        "b"
        "a + b"
        "a + b, [1, 2]"
        "(a + b, [1, 2])"
        "let x = f(a + b, [1, 2])"
        "let x = f(a + b, [1, 2])\nlet y = 2\n"
    "#]],
    );
    selections(
        "let x = f(g(1, $0",
        expect![[r#"
        "let x = f(g(1, "
    "#]],
    );
    selections(
        "$0",
        expect![[r#"
        ""
    "#]],
    );
}

#[track_caller]
fn words(fixture: &str, expected: Expect) {
    let world = World::new(fixture);
    let analysis = world.analysis();
    let mut out = String::new();
    for word in analysis.words(world.file) {
        let text = &analysis.text(world.file)[word.span.range()];
        let flags =
            [(word.declares, " declares"), (word.documents, " documents"), (word.library, " library")];
        let flags: String = flags.iter().filter(|(is, _)| *is).map(|(_, name)| *name).collect();
        writeln!(out, "{text} {:?}{flags}", word.kind).unwrap();
    }
    expected.assert_eq(&out);
}

#[test]
fn words_are_what_they_mean() {
    words(
        "\
import std/net
/// Doc.
enum Store { crunch, direct }
configure key store: Store = crunch
let f(dir: Port): net.Network = match store { crunch => net.tcp(port: dir), direct => target.stack }
device d(n: net.Network): Job { rust rust; exclusive n; key after: Option(Int) = none }
unikernel u = { let y = f(80); d(y) }
",
        expect![[r#"
            import Keyword
            std File declares library
            /// Doc. Comment documents
            enum Keyword
            Store Enum declares
            crunch Case declares
            direct Case declares
            configure Keyword
            key Keyword
            store Key declares
            Store Enum
            = Operator
            crunch Case
            let Keyword
            f Function declares
            dir Parameter declares
            Port Type library
            net File library
            Network ModuleType library
            = Operator
            match Keyword
            store Key
            crunch Case
            => Operator
            net File library
            tcp Device library
            port Parameter library
            dir Parameter
            direct Case
            => Operator
            target Key library
            stack Role library
            device Keyword
            d Device declares
            n Parameter declares
            net File library
            Network ModuleType library
            Job Type library
            rust Keyword
            exclusive Keyword
            n Parameter
            key Keyword
            after Key declares
            Option Type library
            Int Type library
            = Operator
            none Case library
            unikernel Keyword
            u Value declares
            = Operator
            let Keyword
            y Value declares
            = Operator
            f Function
            80 Number
            d Device
            y Value
        "#]],
    );
}
