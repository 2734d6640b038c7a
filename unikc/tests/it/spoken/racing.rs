//! Edits and questions that nobody waits for, some of them taken back, while settings and files change.

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

#[test]
fn every_question_has_one_answer_whatever_else_is_said_meanwhile() {
    const ROUNDS: i64 = 600;
    let mut spoken = Spoken::new(&[]);
    spoken.open(APP, "configure key big: Bool = false\nlet a0 = if big then 1 else 2\nlet b = a0\n");
    spoken.diagnostics(APP, 1);
    let mut input = spoken.input.take().expect("the pipe is open");
    let writer = std::thread::spawn(move || {
        let mut say = |message: Value| {
            let text = message.to_string();
            write!(input, "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
        };
        for round in 0..ROUNDS {
            let first = 10_000 + round * 4;
            let range = json!({ "start": position((0, 0)), "end": position((3, 0)) });
            let questions = [
                ("textDocument/hover", json!({ "position": position((1, 15)) })),
                ("textDocument/inlayHint", json!({ "range": range })),
                ("textDocument/diagnostic", json!({})),
                ("unik/configure", json!({ "configuration": { "keys": { "big": round % 2 == 0 } } })),
            ];
            for (id, (method, mut params)) in (first..).zip(questions) {
                params["textDocument"] = json!({ "uri": APP });
                say(json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
            }
            let change = json!({ "range": { "start": position((3, 0)), "end": position((3, 0)) }, "text": "// more\n" });
            let document = json!({ "uri": APP, "version": round + 2 });
            let others = [
                ("$/cancelRequest", json!({ "id": first + round % 3 })),
                ("textDocument/didChange", json!({ "textDocument": document, "contentChanges": [change] })),
                (
                    "workspace/didChangeWatchedFiles",
                    json!({ "changes": [{ "uri": "file:///nowhere/b.unik", "type": 1 }] }),
                ),
                (
                    "workspace/didChangeConfiguration",
                    json!({ "settings": { "unik": { "keys": { "big": true } } } }),
                ),
            ];
            for (method, params) in others {
                say(json!({ "jsonrpc": "2.0", "method": method, "params": params }));
            }
        }
        input
    });
    let mut waiting: std::collections::BTreeSet<i64> = (10_000..10_000 + ROUNDS * 4).collect();
    let mut answers = 0;
    while !waiting.is_empty() {
        let message = spoken.hear();
        let Some(id) = message["id"].as_i64() else { continue };
        assert!(waiting.remove(&id), "answered twice: {message}");
        match message["error"]["code"].as_i64() {
            None => answers += 1,
            // Taken back, overtaken, overtaken and to be asked again.
            Some(code) => assert!([-32800, -32801, -32802].contains(&code), "{message}"),
        }
    }
    assert!(answers >= ROUNDS, "what is configured is always answered: {answers}");
    spoken.input = Some(writer.join().unwrap());
    let hover = spoken.at("textDocument/hover", APP, (1, 15));
    assert!(hover["contents"]["value"].as_str().unwrap().contains("key big"), "{hover}");
    assert_eq!(spoken.end(), Some(1));
}
