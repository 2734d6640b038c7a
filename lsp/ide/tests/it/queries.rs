//! Which queries run when an editor asks for what is wrong after an edit, and for what the values of keys come to.
//!
//! What the checker alone does is told in `lang/check/tests`; here evaluation and configurations are added.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use expect_test::{Expect, expect};
use unik_db::MemorySystem;
use unik_ide::{Configuration, Host};

use crate::support::library;

const TEXT: &str = "\
import std/net

/// TCP port to listen on.
key port: Port = 80

let connections = if port == 80 then net.tcp(port) else net.tcp(8080)

device sink(connections: net.Listener): Job { rust start }

unikernel u = sink(connections)
";

const PATH: &str = "/app.unik";

/// Asks everything, does something, asks everything again: which queries ran the second time, and how often.
#[track_caller]
fn after(change: impl FnOnce(&mut Host), expected: Expect) {
    let (library, files) = library();
    let mut host = Host::recording(Arc::new(MemorySystem::new(files)), library);
    host.set_text(PATH, TEXT);
    ask(&host);
    host.executed();
    change(&mut host);
    ask(&host);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for query in host.executed() {
        *counts.entry(query).or_default() += 1;
    }
    expected.assert_eq(&counts.iter().fold(String::new(), |mut out, (query, count)| {
        writeln!(out, "{query} {count}").unwrap();
        out
    }));
}

fn ask(host: &Host) {
    let analysis = host.analysis();
    let file = analysis.file(PATH);
    assert_eq!(analysis.problems_of(file), []);
    let end = analysis.text(file).len();
    analysis.hints(file, unik_source::Span::new(0, end));
}

fn edit(from: &str, to: &str) -> impl FnOnce(&mut Host) {
    let text = TEXT.replace(from, to);
    assert_ne!(text, TEXT);
    move |host| {
        host.set_text(PATH, text);
    }
}

#[test]
fn a_comment_between_items_evaluates_nothing() {
    after(edit("/// TCP", "// Here.\n\n/// TCP"), expect![[""]]);
}

#[test]
fn white_space_inside_an_item_moves_places() {
    after(
        edit("if port == 80", "if  port == 80"),
        expect![[r#"
        by_defaults 1
        checked 1
        items 1
        mentioned 1
        parsed 1
        part 1
        settled 1
        signature 1
        wrong 1
    "#]],
    );
}

#[test]
fn a_body_evaluates_its_unikernel() {
    after(
        edit("net.tcp(8080)", "net.tcp(8081)"),
        expect![[r#"
        by_defaults 1
        checked 1
        items 1
        mentioned 1
        parsed 1
        part 1
        settled 1
        signature 1
        wrong 1
    "#]],
    );
}

#[test]
fn documentation_is_part_of_a_key() {
    after(
        edit("TCP port", "The port"),
        expect![[r#"
        by_defaults 1
        checked 1
        clashes 1
        items 1
        mentioned 1
        parsed 1
        part 1
        settled 1
        signature 1
        wrong 1
    "#]],
    );
}

#[test]
fn another_value_of_a_key_checks_nothing() {
    let given = |host: &mut Host| {
        let mut configuration = Configuration::default();
        configuration.keys.insert("port".into(), "81".into());
        assert!(host.configure("", configuration));
    };
    after(
        given,
        expect![[r#"
        configured 1
        symbolic 1
    "#]],
    );
}

#[test]
fn what_breaks_is_mended_without_asking_the_other_items() {
    let break_and_mend = |host: &mut Host| {
        host.set_text(PATH, TEXT.replace("else net.tcp(8080)", "else net.tcp("));
        let analysis = host.analysis();
        assert_ne!(analysis.problems_of(analysis.file(PATH)), []);
        drop(analysis);
        host.executed();
        host.set_text(PATH, TEXT);
    };
    after(
        break_and_mend,
        expect![[r#"
        by_defaults 1
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
        wrong 1
    "#]],
    );
}

#[test]
fn a_rename_checks_the_users_of_the_name() {
    let text = TEXT.replace("let connections", "let conns").replace("sink(connections)", "sink(conns)");
    let renamed = |host: &mut Host| {
        host.set_text(PATH, text);
    };
    after(
        renamed,
        expect![[r#"
        by_defaults 1
        case_names 1
        checked 2
        circles 1
        clashes 1
        declared 1
        idle 1
        imported_files 1
        item_at 3
        items 1
        mentioned 2
        named 6
        order 1
        parsed 2
        part 1
        platform_items 1
        scope 1
        settled 1
        signature 1
        used 1
        uses 1
        wrong 1
    "#]],
    );
}
