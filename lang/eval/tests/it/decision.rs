//! What is told of choices: which branch each `if` and `match` takes, and by what.

use std::fmt::Write as _;

use expect_test::{Expect, expect};
use unik_eval::{Decision, KeyValues, Mode};
use unik_source::Sources;

use crate::support::world;

/// The decisions about a fixture: with keys as symbols (`graph`), or with values and options (`eval --port 80`).
#[track_caller]
fn check(command: &str, fixture: &str, expected: Expect) {
    let (db, file) = world(fixture);
    let mut words = command.split(' ');
    let mode = if words.next() == Some("graph") { Mode::Symbolic } else { Mode::Concrete };
    let mut values = KeyValues::default();
    while let (Some(option), Some(value)) = (words.next(), words.next()) {
        values = values.with(option.trim_start_matches('-'), value);
    }
    let outcome = unik_eval::evaluate(&db, file, None, &values, mode);
    let mut out = String::new();
    for decision in &outcome.decisions {
        let Decision { place, what, label, value, keys, branches, taken } = decision;
        let text = db.text(place.file);
        let line = text[..db.absolute(*place).start as usize].lines().count();
        // What decides is what its place says.
        let written = &text[db.absolute(*what).range()];
        assert_eq!(written.split_whitespace().collect::<Vec<_>>().join(" "), label.as_str());
        write!(out, "{line}: {label}").unwrap();
        write!(out, " = {}", value.as_deref().unwrap_or("?")).unwrap();
        if !keys.is_empty() {
            write!(out, " by {}", keys.join(", ")).unwrap();
        }
        match taken.map(|taken| &branches[taken as usize]) {
            Some((label, place)) => {
                let body = &text[db.absolute(*place).range()];
                writeln!(out, " -> {label} «{}»", body.split_whitespace().collect::<Vec<_>>().join(" "))
            }
            None => {
                let labels: Vec<&str> = branches.iter().map(|(label, _)| label.as_str()).collect();
                writeln!(out, " -> one of {}", labels.join(" | "))
            }
        }
        .unwrap();
    }
    expected.assert_eq(&out);
}

const APP: &str = r#"
import std/kv
import std/net
enum Store { crunch, direct }
configure key store: Store = crunch
key port: Port = 8080
let stored(dir: Path): kv.ReadOnly = match store {
  crunch => kv.crunch(files(dir)),
  direct => kv.direct(dir),
}
device site(store: kv.ReadOnly, network: net.Network): Job { rust site }
let network = if port == 80 || port == 8080 then net.http(net.tcp(port)) else net.tcp(port)
unikernel u = site(stored("data/"), network)
"#;

#[test]
fn the_values_of_keys_take_a_branch() {
    check(
        "eval",
        APP,
        expect![[r#"
        7: store = crunch -> crunch «kv.crunch(files(dir))»
        12: port == 80 || port == 8080 = true by port -> then «net.http(net.tcp(port))»
    "#]],
    );
    check(
        "eval --store direct --port 9000",
        APP,
        expect![[r#"
        7: store = direct -> direct «kv.direct(dir)»
        12: port == 80 || port == 8080 = false by port -> else «net.tcp(port)»
    "#]],
    );
}

#[test]
fn with_keys_as_symbols_a_choice_is_open_and_says_by_which() {
    check(
        "graph",
        APP,
        expect![[r#"
        7: store = ? by store -> one of crunch | direct
        12: port == 80 || port == 8080 = ? by port -> one of then | else
    "#]],
    );
    check(
        "graph --port 80",
        APP,
        expect![[r#"
        7: store = ? by store -> one of crunch | direct
        12: port == 80 || port == 8080 = true by port -> then «net.http(net.tcp(port))»
    "#]],
    );
}

#[test]
fn a_choice_in_a_function_is_told_for_each_outcome() {
    check(
        "eval",
        r#"
import std/net
device site(port: Port): Job { rust site }
let public(port: Port) = if port < 1024 then port else port + 1
let one(port: Port) = match port { 80 | 443 => site(public(port)), _ => site(1) }
unikernel u = [one(80) as "a", one(443) as "b", one(8080) as "c", one(8081) as "d"]
"#,
        expect![[r#"
            4: port < 1024 = true -> then «port»
            5: port = 443 -> 80 | 443 «site(public(port))»
            5: port = 80 -> 80 | 443 «site(public(port))»
            5: port = 8080 -> _ «site(1)»
            5: port = 8081 -> _ «site(1)»
        "#]],
    );
}

#[test]
fn only_what_is_reached_is_decided() {
    let fixture = r#"
configure key big: Bool = false
key many: Int = 3
device job(n: Int): Job { rust job }
let large = if many > 10 then job(10) else job(1)
unikernel u = if big then large else job(2)
"#;
    check(
        "eval",
        fixture,
        expect![[r#"
        6: big = false -> else «job(2)»
    "#]],
    );
    check(
        "eval --big true",
        fixture,
        expect![[r#"
        5: many > 10 = false by many -> else «job(1)»
        6: big = true -> then «large»
    "#]],
    );
}

#[test]
fn plain_values_options_and_the_target_are_choices_too() {
    check(
        "eval --debug true",
        r#"
import std/net
configure key debug: Bool
run key late: Int = 1
key name: Option(Str) = none
device job(level: Int, name: Str, network: net.Network, at_boot: Int, on: Str): Job { rust job }
let some_network: Option(net.Network) = if debug then some(net.tcp(80)) else none
unikernel u = job(
  if debug then 3 else if late > 1 then 2 else 1,
  match name { some(n) => n, none => "nobody" },
  match some_network { some(n) => n, none => net.tcp(81) },
  if late == 1 then 0 else 2,
  match target { unix => "unix" },
)
"#,
        expect![[r#"
            7: debug = true -> then «some(net.tcp(80))»
            9: debug = true -> then «3»
            10: name = none by name -> none «"nobody"»
            11: some_network = some -> some(n) «n»
            12: late == 1 = ? by late -> one of then | else
            13: target = unix -> unix «"unix"»
        "#]],
    );
}

#[test]
fn what_lacks_a_value_is_not_decided_and_a_wrong_one_counts_as_none() {
    let fixture = r#"
configure key level: Int
configure key other: Int = 4
device job(n: Int): Job { rust job }
unikernel u = [if level > 1 then job(1) else job(2), if other > 1 then job(3) else job(4)]
"#;
    check(
        "eval",
        fixture,
        expect![[r#"
        5: other > 1 = true -> then «job(3)»
    "#]],
    );
    check(
        "eval --level x --other x",
        fixture,
        expect![[r#"
        5: other > 1 = true -> then «job(3)»
    "#]],
    );
}
