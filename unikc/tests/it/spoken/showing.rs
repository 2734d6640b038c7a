//! What is asked of a whole text, over the wire: its layout, its tokens and what changed of them, completion with snippets.

use serde_json::{Value, json};

use super::client::{Spoken, position};
use super::{APP, TEXT};

fn range(start: (u32, u32), end: (u32, u32)) -> Value {
    json!({ "start": position(start), "end": position(end) })
}

/// The new texts of edits, each with the line it begins in.
fn edits(answer: &Value) -> Vec<String> {
    let edit = |edit: &Value| {
        format!("{} {}", edit["range"]["start"]["line"], edit["newText"].as_str().unwrap().escape_debug())
    };
    answer["result"].as_array().unwrap_or_else(|| panic!("{answer}")).iter().map(edit).collect()
}

#[test]
fn a_text_is_laid_out_whole_in_part_and_while_it_is_written() {
    let mut spoken = Spoken::new(&["utf-16"]);
    spoken.open(APP, "// 😀\r\nlet  a = 1\r\nlet  b = ((\r\nlet  c =  { 3 }\r\n");
    let options = json!({ "tabSize": 8, "insertSpaces": false });
    let whole = json!({ "textDocument": { "uri": APP }, "options": options });
    let answer = spoken.ask("textDocument/formatting", whole.clone());
    assert_eq!(edits(&answer), ["1 let a = 1\\r\\n", "3 let c = { 3 }\\r\\n"]);
    let mut part = whole.clone();
    part["range"] = range((3, 2), (3, 2));
    assert_eq!(edits(&spoken.ask("textDocument/rangeFormatting", part)), ["3 let c = { 3 }\\r\\n"]);
    let mut typed = whole;
    (typed["position"], typed["ch"]) = (position((3, 15)), json!("}"));
    assert_eq!(edits(&spoken.ask("textDocument/onTypeFormatting", typed.clone())), ["3 let c = { 3 }\\r\\n"]);
    (typed["position"], typed["ch"]) = (position((3, 0)), json!("\n"));
    assert_eq!(edits(&spoken.ask("textDocument/onTypeFormatting", typed)), [""; 0], "what is broken stays");
}

/// The numbers of the tokens after an answer, and whether it was only what changed.
fn patched(answer: &Value, before: &[u64]) -> (Vec<u64>, bool) {
    let numbers = |of: &Value| -> Vec<u64> {
        of.as_array().into_iter().flatten().map(|number| number.as_u64().unwrap()).collect()
    };
    let result = &answer["result"];
    let Some(changes) = result["edits"].as_array() else { return (numbers(&result["data"]), false) };
    let mut now = before.to_vec();
    for change in changes.iter().rev() {
        let start = usize::try_from(change["start"].as_u64().unwrap()).unwrap();
        let end = start + usize::try_from(change["deleteCount"].as_u64().unwrap()).unwrap();
        now.splice(start..end, numbers(&change["data"]));
    }
    (now, true)
}

#[test]
fn tokens_are_sent_once_and_then_what_changed_of_them() {
    let mut spoken = Spoken::new(&["utf-16"]);
    spoken.open(APP, TEXT);
    let document = json!({ "uri": APP });
    let ask = |spoken: &mut Spoken| {
        spoken.ask("textDocument/semanticTokens/full", json!({ "textDocument": document }))
    };
    let answer = ask(&mut spoken);
    let mut had = answer["result"]["resultId"].as_str().unwrap().to_owned();
    let (mut now, _) = patched(&answer, &[]);
    let edits =
        [((3, 4), (3, 8), "door"), ((0, 0), (0, 0), "// more\n"), ((1, 0), (2, 0), ""), ((2, 0), (2, 0), "")];
    for (version, (start, end, text)) in (2..).zip(edits) {
        spoken.edit(APP, version, (start, end), text);
        let params = json!({ "textDocument": document, "previousResultId": had });
        let answer = spoken.ask("textDocument/semanticTokens/full/delta", params);
        let (patched_now, delta) = patched(&answer, &now);
        assert!(delta, "{answer}");
        assert!(answer["result"]["edits"].as_array().unwrap().len() <= 1, "{answer}");
        had = answer["result"]["resultId"].as_str().unwrap().to_owned();
        now = patched_now;
    }
    for round in 0..200_u32 {
        // Words come and go in places that move about.
        let (line, word) = (round * 7 % 6, ["key ", "port", "// 😀 ", "\n", "match {"][round as usize % 5]);
        let version = i64::from(round) + 10;
        match round % 3 {
            0 => spoken.edit(APP, version, ((line, 0), (line, 3)), ""),
            _ => spoken.edit(APP, version, ((line, round % 5), (line, round % 5)), word),
        }
        let params = json!({ "textDocument": document, "previousResultId": had });
        let answer = spoken.ask("textDocument/semanticTokens/full/delta", params);
        had = answer["result"]["resultId"].as_str().unwrap().to_owned();
        now = patched(&answer, &now).0;
        if round % 10 == 9 {
            let answer = ask(&mut spoken);
            had = answer["result"]["resultId"].as_str().unwrap().to_owned();
            assert_eq!(patched(&answer, &[]).0, now, "round {round}");
        }
    }
    // An answer that is not the last one is of no use.
    let params = json!({ "textDocument": document, "previousResultId": "0" });
    let (whole, delta) = patched(&spoken.ask("textDocument/semanticTokens/full/delta", params), &[]);
    assert_eq!((whole, delta), (now.clone(), false));

    let params = json!({ "textDocument": document, "range": range((1, 0), (2, 3)) });
    let (part, _) = patched(&spoken.ask("textDocument/semanticTokens/range", params), &[]);
    assert!(!part.is_empty() && part.len() < now.len(), "{part:?}");
}

#[test]
fn a_client_that_knows_snippets_gets_places_to_fill_in() {
    let snippets =
        json!({ "textDocument": { "completion": { "completionItem": { "snippetSupport": true } } } });
    let text = "import std/net\nkey port: Port = 80\nlet a = net.t\nunikernel u = []\n";
    let written = |capabilities: Value| {
        let mut spoken = Spoken::knowing(&["utf-16"], capabilities);
        spoken.open(APP, text);
        let found = spoken.at("textDocument/completion", APP, (2, 13));
        let item = found["items"].as_array().unwrap().iter().find(|item| item["label"] == "tcp").unwrap();
        let start = spoken.at("textDocument/completion", APP, (2, 8));
        let template = start["items"].as_array().unwrap().iter().find(|item| item["label"] == "match target");
        let template = template.map(|item| item["textEdit"]["newText"].as_str().unwrap().to_owned());
        (item["textEdit"]["newText"].as_str().unwrap().to_owned(), item["insertTextFormat"].clone(), template)
    };
    assert_eq!(written(json!({})), ("tcp".to_owned(), Value::Null, None));
    let (call, format, template) = written(snippets);
    assert_eq!((call.as_str(), format), ("tcp(${1:port})", json!(2)));
    // An arm for each platform of the library.
    let template = template.expect("a choice by the target is offered");
    let arms: Vec<&str> = template.lines().collect();
    assert_eq!((arms[0], arms[1]), ("match target {", "  unix => ${1:value},"), "{template}");
    assert!(
        arms.iter().any(|arm| arm.starts_with("  virtio => ${")) && arms.ends_with(&["\\}"]),
        "{template}"
    );
}
