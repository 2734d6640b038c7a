//! Rewritings: what is offered where, what it makes of a text, and where it is not offered because the text would mean
//! something else.

use std::collections::BTreeMap;

use unik_ide::{ActionKind, Analysis, GraphEdge, GraphQuery, NodeKind, Range};
use unik_source::{FileId, Span};

use crate::acting::check;
use crate::mending::{fences, pages};
use crate::support::{Random, examples, host};

#[test]
fn a_type_is_written_in_the_words_of_the_file() {
    let check = |title, before, after| check(ActionKind::Rewrite, title, before, after);
    check("add the type `Int`", "let a$0 = 1\n", Some("let a: Int = 1\n"));
    check(
        "add the type `network.Listener`",
        "import std/net as network\nlet f$0(port: Port, other: Port = 80) = network.tcp(port)\n",
        Some(
            "import std/net as network\nlet f(port: Port, other: Port = 80): network.Listener = network.tcp(port)\n",
        ),
    );
    check(
        "add the type `List(E)`",
        "enum E { a }\nlet f(x: E) = { let many$0 = [x]; many }\n",
        Some("enum E { a }\nlet f(x: E) = { let many: List(E) = [x]; many }\n"),
    );
    check("add the type `Int`", "let a$0: Int = 1\n", None);
    check("add the type `Int`", "let a$0 = (1\n", None);
    // It has no name for the type.
    check(
        "add the type `Listener`",
        "import ./mine\nlet a$0 = mine.listen\n//- /mine.unik\nimport std/net\nlet listen: net.Listener = net.tcp(80)\n",
        None,
    );
}

#[test]
fn arguments_get_names_and_lose_them_if_they_go_where_they_went() {
    let check = |title, before: &str, after: Option<&str>| {
        let head = "let f(a: Int, b: Int, c: Int = 3) = a + b * c\n";
        let after = after.map(|after| format!("{head}{after}"));
        check(ActionKind::Rewrite, title, &format!("{head}{before}"), after.as_deref());
    };
    let without = "take the names of the arguments away";
    check("name the arguments", "let x = f(1$0, c: 5, 2)\n", Some("let x = f(a: 1, c: 5, b: 2)\n"));
    check(without, "let x = f(a: 1$0, b: 2)\n", Some("let x = f(1, 2)\n"));
    check(without, "let x = f(b: 1$0, a: 2)\n", None);
    check(without, "let x = f(1$0, 2)\n", None);
    check("name the arguments", "let x = f(a: 1$0, b: 2)\n", None);
    check("name the arguments", "let x = f(1$0, 2, 3, 4)\n", None);
}

#[test]
fn choices_are_written_otherwise() {
    let check = |title, before: &str, after: Option<&str>| {
        let head = "enum E { a, b, c }\nkey e: E = a\nkey yes: Bool = true\n";
        let after = after.map(|after| format!("{head}{after}"));
        check(ActionKind::Rewrite, title, &format!("{head}{before}"), after.as_deref());
    };
    let as_match = "make it a `match`";
    check(
        as_match,
        "let x = $0if yes then 1 else 2\n",
        Some("let x = match yes { true => 1, false => 2 }\n"),
    );
    check(as_match, "let x = i$0f e == b then 1 else 2\n", Some("let x = match e { b => 1, a | c => 2 }\n"));
    check(
        as_match,
        "let x = $0if e != E.b then 1 else 2\n",
        Some("let x = match e { a | c => 1, b => 2 }\n"),
    );
    check(as_match, "let x = if yes then $01 else 2\n", None);
    check(as_match, "let x = $0if yes then 1 // why\n  else 2\n", None);
    let listed = "list what `_` stands for";
    check(listed, "let x = match e { b => 1, $0_ => 2 }\n", Some("let x = match e { b => 1, a | c => 2 }\n"));
    check(
        listed,
        "let x = match yes { true => 1, $0_ => 2 }\n",
        Some("let x = match yes { true => 1, false => 2 }\n"),
    );
    check(listed, "let x = match 1 { 1 => 1, $0_ => 2 }\n", None);
}

#[test]
fn a_let_is_inlined_where_it_means_the_same() {
    let check = |title: &str, before: &str, after: Option<&str>| {
        check(ActionKind::Inline, title, before, after);
    };
    let app = |text: &str| {
        format!(
            "import std/net\nkey port: Port = 80\ndevice site(on: net.Listener, n: Int): Job {{ rust start }}\n{text}"
        )
    };
    let yes = |title: &str, before: &str, after: &str| check(title, &app(before), Some(&app(after)));
    let no = |title: &str, before: &str| check(title, &app(before), None);
    yes(
        "inline `on`",
        "/// Where.\nlet $0on = net.tcp(port)\nunikernel u = site(on, 1)\n",
        "unikernel u = site(net.tcp(port), 1)\n",
    );
    yes(
        "inline `n`",
        "let n = 1 + 2\nunikernel u = site(net.tcp(port), $0n * 3)\n",
        "unikernel u = site(net.tcp(port), (1 + 2) * 3)\n",
    );
    yes(
        "inline `n`",
        "unikernel u = { let n = 2; site(net.tcp(port), $0n) }\n",
        "unikernel u = { site(net.tcp(port), 2) }\n",
    );
    // Twice used, or used where it is evaluated otherwise.
    no("inline `n`", "let $0n = 1\nunikernel u = site(net.tcp(port), n + n)\n");
    no("inline `on`", "let $0on = net.tcp(port)\nlet f(n: Int) = site(on, n)\nunikernel u = [f(1), f(2)]\n");
    no("inline `on`", "let $0on = net.tcp(port)\nunikernel u = site(on, 1) as \"public\"\n");
    no("inline `n`", "unikernel u = { let $0n = 2; let f(x: Int) = site(net.tcp(port), n + x); f(1) }\n");
    no("inline `n`", "let $0n = { key k: Int = 1; k }\nunikernel u = site(net.tcp(port), n)\n");
    // The type would be another one, and so would a name.
    no("inline `p`", "let $0p: Port = 80\nlet q = p\nunikernel u = site(net.tcp(q), 1)\n");
    no("inline `m`", "let n = 1\nlet $0m = n\nunikernel u = { let n = 2; site(net.tcp(port), m + n) }\n");
    // Others may use it, or something is wrong.
    check("inline `n`", "let $0n = 1\nlet m = n\n", None);
    no("inline `n`", "let $0n = 1\nunikernel u = site(net.tcp(port), n)\nlet x = gone\n");
}

#[test]
fn a_selection_gets_a_name_where_it_means_the_same() {
    let app = |text: &str| {
        format!(
            "import std/net\nkey port: Port = 80\nkey wide: Bool = true\ndevice site(on: net.Listener, n: Int): Job {{ rust start }}\n{text}"
        )
    };
    let of = |title: &'static str| {
        move |before: &str, after: Option<&str>| {
            let after = after.map(app);
            check(ActionKind::Extract, title, &app(before), after.as_deref());
        }
    };
    let (file, block) = (of("name it by a `let` of the file"), of("name it by a `let` of the block"));
    file(
        "/// It.\nunikernel u = site($0net.tcp(port)$0, 1)\n",
        Some("let on = net.tcp(port)\n\n/// It.\nunikernel u = site(on, 1)\n"),
    );
    file(
        "unikernel u = site(net.tcp($08080$0), 1)\n",
        Some("let port_2: Port = 8080\n\nunikernel u = site(net.tcp(port_2), 1)\n"),
    );
    file("unikernel u = site($0net$0.tcp(8080), 1)\n", None);
    file("unikernel u = site(net.tcp(8080), $01 + 2$0) as \"public\"\n", None);
    file("let f(n: Int) = site($0net.tcp(port)$0, n)\nunikernel u = f(1)\n", None);
    block(
        "let f(n: Int) = {\n  let m = n + 1;\n  site($0net.tcp(port)$0, m)\n}\nunikernel u = f(1)\n",
        Some(
            "let f(n: Int) = {\n  let m = n + 1;\n  let on = net.tcp(port);\n  site(on, m)\n}\nunikernel u = f(1)\n",
        ),
    );
    block("unikernel u = { let m = $01 + 2$0; site(net.tcp(port), m) }\n", None);
    block(
        "unikernel u = { let m = ($01 + 2$0) * 3; site(net.tcp(port), m) }\n",
        Some("unikernel u = { let value: Int = 1 + 2; let m = (value) * 3; site(net.tcp(port), m) }\n"),
    );
    // A branch is evaluated only where it is taken.
    block(
        "unikernel u = { let m = 1; if wide then site($0net.tcp(port)$0, m) else site(net.tcp(81), m) }\n",
        None,
    );
}

#[test]
fn imports_are_put_in_order_group_by_group() {
    let check = |before, after| check(ActionKind::OrganizeImports, "put the imports in order", before, after);
    check(
        "import ./mine\nimport std/net\nimport std/kv { crunch }\nimport std/kv { ReadOnly, crunch as c }\n\nimport std/b\nimport std/a\n$0",
        Some(
            "import std/kv { ReadOnly, crunch, crunch as c }\nimport std/net\nimport ./mine\n\nimport std/a\nimport std/b\n",
        ),
    );
    check("import std/kv\nimport std/net\n$0", None);
    check("import std/net // why\nimport std/kv\n$0", None);
}

/// Asks for all that is offered at a range, and looks whether it can be made.
fn ask(analysis: &Analysis, file: FileId, span: Span) -> usize {
    let found = analysis.actions(Range { file, span }, &|_| true);
    for action in &found {
        for (file, edits) in &action.edits {
            let mut end = 0;
            for edit in edits {
                assert!(analysis.text(*file).get(edit.span.range()).is_some(), "{action:?}");
                assert!(end <= edit.span.start, "{action:?}");
                end = edit.span.end;
            }
        }
    }
    found.len()
}

#[test]
fn cut_anywhere_examples_offer_what_can_be_made() {
    let (mut host, mut random, mut found) = (host(), Random(3), 0);
    for (name, text) in examples() {
        for _ in 0..25 {
            let end = random.place(&text);
            let file = host.set_text(&name, &text[..end]);
            let analysis = host.analysis();
            for offset in (0..=end).filter(|offset| text.is_char_boundary(*offset)).step_by(7) {
                found += ask(&analysis, file, Span::at(offset));
                found += ask(&analysis, file, Span::new(offset, random.place(&text[..end])));
            }
        }
        host.close(&name);
    }
    assert!(found > 1000, "{found}");
}

#[test]
fn what_is_rewritten_has_no_new_mistake_and_the_same_graph() {
    let mut host = host();
    let mut counted: BTreeMap<ActionKind, usize> = BTreeMap::new();
    let rewrites =
        [ActionKind::Extract, ActionKind::Inline, ActionKind::Rewrite, ActionKind::OrganizeImports];
    let fences = pages("spec").into_iter().flat_map(|(_, page)| fences(&page));
    for files in examples().into_iter().map(|example| vec![example]).chain(fences) {
        for (name, text) in files.iter().rev() {
            host.set_text(name, text.as_str());
        }
        let (name, text) = files[0].clone();
        let file = host.set_text(&name, text.as_str());
        let (before, graph, actions) = {
            let analysis = host.analysis();
            let mut actions = Vec::new();
            let mut offer = |span| {
                for action in analysis.actions(Range { file, span }, &|kind| rewrites.contains(&kind)) {
                    if !actions.contains(&action) {
                        actions.push(action);
                    }
                }
            };
            for token in unik_syntax::tokens(&text).into_iter().filter(|token| !token.kind.is_trivia()) {
                offer(Span::at(token.span.start as usize));
                analysis.selections(file, token.span.start).into_iter().for_each(&mut offer);
            }
            (said(&analysis, file), drawn(&analysis, file), actions)
        };
        for action in actions {
            let mut after = text.clone();
            for edit in action.edits[&file].iter().rev() {
                after.replace_range(edit.span.range(), &edit.text);
            }
            host.set_text(&name, after.as_str());
            let analysis = host.analysis();
            assert_eq!(said(&analysis, file), before, "{name}: {}\n{after}", action.title);
            assert_eq!(drawn(&analysis, file), graph, "{name}: {}\n{after}", action.title);
            *counted.entry(action.kind).or_default() += 1;
        }
        files.iter().for_each(|(name, _)| host.close(name));
    }
    assert!(counted.len() >= 3 && counted.values().sum::<usize>() > 50, "{counted:?}");
}

/// What is wrong, without its places and its words.
fn said(analysis: &Analysis, file: FileId) -> Vec<&'static str> {
    analysis.problems_of(file).into_iter().map(|problem| problem.code.0).collect()
}

/// What the image consists of, and its keys.
fn drawn(analysis: &Analysis, file: FileId) -> String {
    let graph = analysis.graph(file, &GraphQuery { evaluated: true, ..GraphQuery::default() });
    let Some(graph) = graph else { return "no unikernel".to_owned() };
    let nodes: Vec<_> = graph.nodes.iter().map(|node| (&node.id, &node.name, &node.keys)).collect();
    // A branch is called after the word before it, which may become another.
    let role = |edge: &GraphEdge| if edge.kind == "branch" { "".to_owned() } else { edge.role.to_string() };
    let edges: Vec<_> = graph.edges.iter().map(|edge| (&edge.from, &edge.to, role(edge))).collect();
    let keys: Vec<_> = graph.keys.iter().map(|key| (&key.option, &key.value)).collect();
    // With all that could be taken: a choice is called after its condition, which may get a name.
    let whole = analysis.graph(file, &GraphQuery::default()).expect("it has one with less");
    let whole = whole.nodes.iter().filter(|node| node.kind != NodeKind::Choice);
    let whole: Vec<_> = whole.map(|node| (&node.id, &node.scope, &node.keys)).collect();
    format!("{nodes:?}\n{edges:?}\n{keys:?}\n{whole:?}")
}
