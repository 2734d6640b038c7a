//! Which queries run again after an edit, and that long chains need no deep stack.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use expect_test::{Expect, expect};
use unik_db::Database;
use unik_source::{FileId, Sources};

use crate::support::{said, world};

const TEXT: &str = "\
import std/net
import ./other

/// TCP port to listen on.
key port: Port = 80

let connections = net.tcp(port)

let next = port + other.step

device sink(connections: net.Listener): Job { rust start }

unikernel u = sink(connections)
unikernel v = sink(net.tcp(next))
//- /other.unik
let step: Port = 1
";

/// Says everything, edits, says everything again: which queries ran the second time, and how often.
#[track_caller]
fn edit(file: &str, change: impl Fn(&str) -> String, expected: Expect) {
    let (mut db, root) = world(TEXT);
    assert_eq!(said(&db, root), "");
    let file = db.open(file);
    db.executed();
    let text = change(db.text(file));
    db.set_text(file, text);
    expected.assert_eq(&ran(&db, root));
}

fn ran(db: &Database, root: FileId) -> String {
    said(db, root);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for query in db.executed() {
        *counts.entry(query).or_default() += 1;
    }
    counts.iter().fold(String::new(), |mut out, (query, count)| {
        writeln!(out, "{query} {count}").unwrap();
        out
    })
}

#[test]
fn a_line_on_top_moves_items_and_checks_none() {
    edit("app.unik", |text| format!("\n// A comment.\n{text}"), expect![[""]]);
}

#[test]
fn white_space_and_comments_between_items() {
    edit("app.unik", |text| text.replace("\n\n", "\n\n// Here.\n\n"), expect![[""]]);
}

#[test]
fn white_space_inside_an_item() {
    edit(
        "app.unik",
        |text| text.replace("port + other", "port  +  other"),
        expect![[r#"
            checked 1
            items 1
            mentioned 1
            parsed 1
            part 1
            settled 1
            signature 1
        "#]],
    );
}

#[test]
fn a_body_of_the_same_type() {
    edit(
        "app.unik",
        |text| text.replace("port + other.step", "port + 2 * other.step"),
        expect![[r#"
            checked 1
            items 1
            mentioned 1
            parsed 1
            part 1
            settled 1
            signature 1
        "#]],
    );
}

#[test]
fn a_body_of_another_type() {
    edit(
        "app.unik",
        |text| text.replace("port + other.step", "5"),
        expect![[r#"
            checked 2
            circles 1
            idle 1
            item_at 2
            items 1
            mentioned 1
            order 1
            parsed 1
            part 1
            settled 1
            signature 1
            used 1
            uses 1
        "#]],
    );
}

#[test]
fn a_new_name() {
    edit(
        "app.unik",
        |text| text.replace("let next", "let later"),
        expect![[r#"
            candidates 1
            case_names 1
            checked 2
            circles 1
            clashes 1
            declared 6
            exported 11
            idle 1
            imported_files 1
            item_at 2
            items 4
            mentioned 1
            named 17
            nearest_in 1
            order 1
            parsed 1
            part 1
            platform_items 1
            scope 1
            settled 1
            used 1
            uses 1
        "#]],
    );
}

#[test]
fn a_type_that_is_written() {
    edit(
        "other.unik",
        |text| text.replace("Port", "Int"),
        expect![[r#"
            checked 3
            import 1
            items 1
            mentioned 1
            named 1
            parsed 1
            part 2
            settled 2
            signature 2
            uses 1
        "#]],
    );
}

#[test]
fn a_new_import() {
    edit(
        "app.unik",
        |text| format!("import std/kv\n{text}"),
        expect![[r#"
            case_names 2
            checked 6
            circles 1
            clashes 2
            declared 2
            idle 2
            import 1
            imported_files 2
            items 2
            mentioned 5
            named 12
            order 2
            parsed 6
            part 2
            platform_items 2
            reached 2
            scope 2
            settled 1
            used 1
        "#]],
    );
}

#[test]
fn a_new_item() {
    edit(
        "app.unik",
        |text| format!("{text}let more = port\n"),
        expect![[r#"
            case_names 1
            checked 1
            circles 1
            clashes 1
            declared 1
            idle 1
            imported_files 1
            items 1
            mentioned 1
            named 8
            order 1
            parsed 1
            part 1
            platform_items 1
            scope 1
            settled 1
            used 1
        "#]],
    );
}

#[test]
fn breaking_and_mending() {
    let (mut db, root) = world(TEXT);
    assert_eq!(said(&db, root), "");
    let whole = db.text(root).to_owned();
    db.executed();
    db.set_text(root, whole.replace("net.tcp(port)", "net.tcp(port"));
    expect![[r#"
        checked 1
        idle 1
        items 1
        mentioned 1
        parsed 1
        part 1
        settled 1
        signature 1
        used 1
        uses 1
    "#]]
    .assert_eq(&ran(&db, root));
    db.set_text(root, whole.as_str());
    expect![[r#"
        checked 1
        idle 1
        items 1
        mentioned 1
        parsed 1
        part 1
        settled 1
        signature 1
        used 1
        uses 1
    "#]]
    .assert_eq(&ran(&db, root));
    assert_eq!(said(&db, root), "");
}

#[test]
fn the_same_text_again() {
    edit("app.unik", str::to_owned, expect![[""]]);
}

#[test]
fn a_file_that_comes_into_being() {
    let (mut db, root) = world("import ./late\nlet a = late.x\n");
    assert!(said(&db, root).contains("E0104"));
    let late = db.open("late.unik");
    db.set_text(late, "let x = 1\n");
    assert_eq!(said(&db, root), "");
}

#[test]
fn long_chains_of_definitions() {
    let count = 10_000;
    // Each uses the next, so that nothing is there when it is wanted.
    let mut text: String = (0..count).map(|at| format!("let d{at} = d{} + 1\n", at + 1)).collect();
    writeln!(text, "let d{count} = 1").unwrap();
    let (mut db, root) = world(&text);
    assert_eq!(said(&db, root), "");
    let first = unik_check::declared(&db, root, "d0").unwrap();
    assert_eq!(unik_check::type_text(&db, &unik_check::type_of(&db, first).unwrap()), "Int");
    db.set_text(root, text.replace(&format!("let d{count} = 1"), &format!("let d{count} = true")));
    // One mistake, and not one for each that is made of it.
    assert_eq!(said(&db, root).matches("E0203").count(), 1);
    // And a circle through all of them.
    db.set_text(root, text.replace(&format!("let d{count} = 1"), &format!("let d{count} = d0")));
    assert_eq!(said(&db, root).matches("E0103").count(), 1);
}

#[test]
fn expressions_as_deep_as_the_parser_lets_through() {
    let check = |depth: usize, text: &str| {
        let (db, root) = world(&format!("let f(x: Int) = x\nlet a = {text}\n"));
        let said = said(&db, root);
        assert!(said.is_empty() || said.contains("E0007"), "{depth}: {said}");
        said.is_empty()
    };
    let nested = |depth: usize, before: &str, after: &str| {
        let text = format!("{}1{}", before.repeat(depth), after.repeat(depth));
        check(depth, &text)
    };
    for depth in (10..=1000).step_by(90) {
        let fits = check(depth, &vec!["1"; depth].join(" + "));
        assert_eq!(fits, depth <= 400, "a sum of {depth}");
        nested(depth, "if true then ", " else 2");
        nested(depth, "if true then 2 else ", "");
        nested(depth, "match true { true => ", ", false => 1 }");
        nested(depth, "{ let x = ", "; x }");
        nested(depth, "f(", ")");
        nested(depth, "((x: Int) => ", ")(1)");
        nested(depth, "[", "]");
    }
}
