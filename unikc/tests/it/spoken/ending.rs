//! Questions that are taken back, and how the server ends.

use serde_json::{Value, json};

use super::APP;
use super::client::Spoken;

#[test]
fn questions_that_are_taken_back_are_answered_so_and_hold_up_nobody() {
    let mut spoken = Spoken::new(&[]);
    let many: String = (0..3000).map(|at| format!("let a{at} = {at}\n")).collect();
    spoken.open(APP, &many);
    spoken.diagnostics(APP, 1);
    // More of them than the server has threads.
    let ids = 1000..1064;
    for id in ids.clone() {
        let params = json!({ "textDocument": { "uri": APP } });
        spoken.send(&json!({ "jsonrpc": "2.0", "id": id, "method": "textDocument/semanticTokens/full", "params": params }));
        spoken.tell("$/cancelRequest", json!({ "id": id }));
    }
    let symbols = spoken.ask("textDocument/documentSymbol", json!({ "textDocument": { "uri": APP } }));
    assert_eq!(symbols["result"].as_array().unwrap().len(), 3000);
    let mut answered: std::collections::BTreeMap<i64, Value> = std::collections::BTreeMap::new();
    while answered.len() < ids.clone().count() {
        let message = if spoken.heard.is_empty() { spoken.hear() } else { spoken.heard.remove(0) };
        if let Some(id) = message["id"].as_i64() {
            assert!(answered.insert(id, message).is_none(), "answered twice: {id}");
        }
    }
    // One may have been answered before it was taken back.
    let refused = answered.values().filter(|message| message["error"]["code"] == -32800).count();
    let whole = answered.values().filter(|message| message["result"]["data"].is_array()).count();
    assert_eq!(refused + whole, answered.len(), "{:?}", answered.keys());
    assert!(refused > whole, "{refused} of {} were taken back", answered.len());
}

#[test]
fn it_ends_with_a_failure_unless_it_was_asked_to_shut_down() {
    let mut spoken = Spoken::new(&[]);
    spoken.tell("exit", Value::Null);
    assert_eq!(spoken.child.wait().unwrap().code(), Some(1), "without a shutdown");

    let mut spoken = Spoken::new(&[]);
    assert!(spoken.ask("shutdown", Value::Null)["error"].is_null());
    let late = spoken.ask(
        "textDocument/hover",
        json!({ "textDocument": { "uri": APP }, "position": { "line": 0, "character": 0 } }),
    );
    assert_eq!(late["error"]["code"], -32600, "after a shutdown nothing is answered: {late}");
    assert_eq!(spoken.end(), Some(0), "who hangs up after a shutdown is done");
}
