//! From opening to exit: one client that asks for a little of everything.

use serde_json::{Value, json};

use super::client::{Spoken, position};
use super::{APP, TEXT};

#[test]
fn an_editor_is_served_from_opening_to_exit() {
    let mut spoken = Spoken::new(&["utf-16"]);
    spoken.open(APP, TEXT);
    assert_eq!(spoken.diagnostics(APP, 1), [""; 0]);

    let hover = spoken.at("textDocument/hover", APP, (5, 28));
    let said = hover["contents"]["value"].as_str().unwrap();
    assert!(said.contains("key port: Port = 80") && said.contains("Where."), "{said}");
    assert_eq!(hover["range"]["start"], position((5, 27)));

    let found = spoken.at("textDocument/definition", APP, (5, 28));
    assert_eq!((&found[0]["uri"], &found[0]["range"]["start"]), (&json!(APP), &position((3, 4))));
    let found = spoken.at("textDocument/definition", APP, (5, 24));
    assert!(found[0]["uri"].as_str().unwrap().ends_with("stdlib-devices/net/net.unik"), "{found}");

    let found = spoken.at("textDocument/completion", APP, (5, 27));
    assert_eq!(found["items"][0]["label"], "port", "what fits stands first: {found}");

    let at = json!({ "textDocument": { "uri": APP }, "position": position((3, 5)), "newName": "door" });
    let renamed = spoken.ask("textDocument/rename", at);
    assert_eq!(renamed["result"]["changes"][APP].as_array().unwrap().len(), 2, "{renamed}");
    let at = json!({ "textDocument": { "uri": APP }, "position": position((5, 24)), "newName": "door" });
    let refused = spoken.ask("textDocument/rename", at);
    assert!(refused["error"]["message"].as_str().unwrap().contains("library"), "{refused}");

    for method in ["documentSymbol", "foldingRange", "semanticTokens/full"] {
        let answer = spoken.ask(&format!("textDocument/{method}"), json!({ "textDocument": { "uri": APP } }));
        let found =
            if method == "semanticTokens/full" { &answer["result"]["data"] } else { &answer["result"] };
        assert!(found.is_array() && answer["error"].is_null(), "{method}: {answer}");
    }
    let help = spoken.at("textDocument/signatureHelp", APP, (5, 27));
    assert_eq!(help["activeParameter"], 0, "{help}");
    let found = spoken.ask("workspace/symbol", json!({ "query": "snk" }));
    assert_eq!(found["result"][0]["name"], "sink", "{found}");

    assert!(spoken.ask("shutdown", Value::Null)["error"].is_null());
    spoken.tell("exit", Value::Null);
    // Its input stays open: it ends all the same.
    assert_eq!(spoken.child.wait().unwrap().code(), Some(0));
}
