//! Edits and questions that nobody waits for.

use std::io::Write;

use serde_json::{Value, json};

use super::APP;
use super::client::{Spoken, position};

#[test]
fn racing_edits_and_questions_lose_nothing_and_keep_their_order() {
    const ROUNDS: i64 = 1500;
    let mut spoken = Spoken::new(&[]);
    spoken.open(APP, "let a0 = 1\nlet b = a0\n");
    spoken.diagnostics(APP, 1);
    let mut input = spoken.input.take().expect("the pipe is open");
    // Nobody waits for an answer: a thread writes while the answers are read.
    let writer = std::thread::spawn(move || {
        let mut send = |message: Value| {
            let text = message.to_string();
            write!(input, "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
        };
        for round in 0..ROUNDS {
            let range = json!({ "start": position((0, 5)), "end": position((0, 5 + u32::try_from(round.to_string().len()).unwrap())) });
            let change = json!({ "range": range, "text": (round + 1).to_string() });
            let document = json!({ "uri": APP, "version": round + 2 });
            let params = json!({ "textDocument": document, "contentChanges": [change] });
            send(json!({ "jsonrpc": "2.0", "method": "textDocument/didChange", "params": params }));
            let params = json!({ "textDocument": { "uri": APP } });
            send(
                json!({ "jsonrpc": "2.0", "id": 1000 + round, "method": "textDocument/documentSymbol", "params": params }),
            );
        }
        input
    });
    let mut waiting: std::collections::BTreeSet<i64> = (0..ROUNDS).collect();
    while !waiting.is_empty() {
        let message = spoken.hear();
        let Some(round) = message["id"].as_i64().map(|id| id - 1000) else {
            spoken.heard.push(message);
            continue;
        };
        assert!(waiting.remove(&round), "answered twice: {message}");
        match message["error"]["code"].as_i64() {
            None => assert_eq!(message["result"][0]["name"], format!("a{}", round + 1), "{message}"),
            Some(code) => assert_eq!(code, -32801, "only what was overtaken has no answer: {message}"),
        }
    }
    spoken.input = Some(writer.join().unwrap());
    assert_eq!(spoken.diagnostics(APP, ROUNDS + 1), ["E0101 1:8"]);
    let symbols = spoken.ask("textDocument/documentSymbol", json!({ "textDocument": { "uri": APP } }));
    assert_eq!(symbols["result"][0]["name"], format!("a{ROUNDS}"));
}
