//! Code actions over the wire: which are asked for, how their edits are written, and how one is completed later.

use serde_json::{Value, json};

use super::APP;
use super::client::{Spoken, position};

const BROKEN: &str = "key port: Int = 1\nlet x = porr\nunikernel u = []\n";

/// What a client says that knows everything about actions.
fn knows_all() -> Value {
    json!({
        "workspace": { "workspaceEdit": { "documentChanges": true } },
        "textDocument": { "codeAction": {
            "codeActionLiteralSupport": { "codeActionKind": { "valueSet": ["quickfix", "refactor", "source"] } },
            "dataSupport": true,
            "resolveSupport": { "properties": ["edit"] },
        } },
    })
}

fn params(place: (u32, u32), context: Value) -> Value {
    let range = json!({ "start": position(place), "end": position(place) });
    json!({ "textDocument": { "uri": APP }, "range": range, "context": context })
}

fn titles(answer: &Value) -> Vec<&str> {
    answer["result"].as_array().unwrap().iter().map(|action| action["title"].as_str().unwrap()).collect()
}

#[test]
fn a_fix_comes_with_what_it_mends_and_the_number_of_the_text() {
    let mut spoken = Spoken::knowing(&["utf-16"], knows_all());
    spoken.open(APP, BROKEN);
    let answer = spoken.ask("textDocument/codeAction", params((1, 9), json!({ "diagnostics": [] })));
    let fix = &answer["result"][0];
    assert_eq!((&fix["title"], &fix["kind"]), (&json!("replace by `port`"), &json!("quickfix")), "{answer}");
    assert_eq!((&fix["diagnostics"][0]["code"], &fix["isPreferred"]), (&json!("E0101"), &json!(true)));
    let change = &fix["edit"]["documentChanges"][0];
    assert_eq!(change["textDocument"], json!({ "uri": APP, "version": 1 }), "{fix}");
    let range = json!({ "start": position((1, 8)), "end": position((1, 12)) });
    assert_eq!(change["edits"], json!([{ "range": range, "newText": "port" }]));
}

#[test]
fn only_the_kinds_that_are_asked_for_come() {
    let mut spoken = Spoken::knowing(&["utf-16"], knows_all());
    spoken.open(APP, "import std/net\nlet x = porr\nkey port: Int = 1\n");
    let mut ask = |only: Value| {
        let context = json!({ "diagnostics": [], "only": only });
        let answer = spoken.ask("textDocument/codeAction", params((0, 9), context));
        titles(&answer).join(", ")
    };
    assert_eq!(ask(json!(["quickfix"])), "take the import out");
    assert_eq!(ask(json!(["source.fixAll"])), "mend everything that is sure");
    assert_eq!(ask(json!(["source.fixAll.other", "quick"])), "");
    assert_eq!(ask(json!(["refactor"])), "");
    assert!(ask(json!(["source"])).contains("mend everything that is sure"));
}

#[test]
fn an_action_without_its_edit_gets_it_while_the_text_is_the_same() {
    let mut spoken = Spoken::knowing(&["utf-16"], knows_all());
    spoken.open(APP, "let a = [1 2]\n");
    let only = json!({ "diagnostics": [], "only": ["source.fixAll"] });
    let mut answer = spoken.ask("textDocument/codeAction", params((0, 0), only));
    let action = answer["result"][0].take();
    assert!(action["edit"].is_null() && action["data"].is_array(), "{action}");
    let whole = spoken.ask("codeAction/resolve", action.clone());
    let change = &whole["result"]["edit"]["documentChanges"][0];
    assert_eq!(change["edits"][0]["newText"], ",", "{whole}");
    spoken.edit(APP, 2, ((0, 0), (0, 0)), "\n");
    let refused = spoken.ask("codeAction/resolve", action);
    assert_eq!(refused["error"]["code"], -32801, "{refused}");
}

#[test]
fn refactorings_come_under_their_kinds_and_automatic_questions_get_nothing_of_the_file() {
    let mut spoken = Spoken::knowing(&["utf-16"], knows_all());
    spoken.open(APP, "import std/net\nlet x = 1\nunikernel u = [] \n");
    let mut ask = |context: Value| -> Vec<String> {
        let answer = spoken.ask("textDocument/codeAction", params((1, 4), context));
        let kind = |action: &Value| format!("{}: {}", action["kind"].as_str().unwrap(), action["title"]);
        answer["result"].as_array().unwrap().iter().map(kind).collect()
    };
    let rewriting = ["refactor.rewrite: \"add the type `Int`\""];
    assert_eq!(ask(json!({ "diagnostics": [], "only": ["refactor"] })), rewriting);
    assert_eq!(
        ask(json!({ "diagnostics": [], "only": ["refactor.rewrite", "refactor.extract"] })),
        rewriting
    );
    let of_file = |found: Vec<String>| found.iter().filter(|found| found.starts_with("source")).count();
    assert_eq!(of_file(ask(json!({ "diagnostics": [], "triggerKind": 2 }))), 0);
    assert_eq!(of_file(ask(json!({ "diagnostics": [], "triggerKind": 1 }))), 1);
}

#[test]
fn a_client_that_knows_less_gets_less() {
    let mut spoken = Spoken::new(&["utf-16"]);
    spoken.open(APP, BROKEN);
    let answer = spoken.ask("textDocument/codeAction", params((1, 9), json!({ "diagnostics": [] })));
    assert_eq!(answer["result"], json!([]), "it takes commands only, and there are none");
    let literals = json!({ "codeActionLiteralSupport": { "codeActionKind": { "valueSet": [] } } });
    let mut spoken = Spoken::knowing(&["utf-16"], json!({ "textDocument": { "codeAction": literals } }));
    spoken.open(APP, BROKEN);
    let answer = spoken.ask("textDocument/codeAction", params((1, 9), json!({ "diagnostics": [] })));
    assert_eq!(answer["result"][0]["edit"]["changes"][APP][0]["newText"], "port", "{answer}");
}
