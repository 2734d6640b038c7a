//! The language server, spoken to as an editor does: messages over the pipes of the built binary.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

const TEXT: &str = "\
import std/net
// 😀字
/// Where.
key port: Port = 80
device sink(connections: net.Listener): Job { rust start }
unikernel u = sink(net.tcp(port))
";

/// A server and the pipes to it.
struct Spoken {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    asked: i64,
    /// What the server said while an answer was waited for.
    heard: Vec<Value>,
}

impl Spoken {
    /// Starts a server that counts columns in this unit.
    fn new(encodings: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_unikc"));
        command.args(["lsp", "--stdio"]).env_remove("UNIKC_LIBRARY");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (input, output) = (child.stdin.take(), BufReader::new(child.stdout.take().unwrap()));
        let mut spoken = Self { child, input, output, asked: 0, heard: Vec::new() };
        let capabilities = json!({ "general": { "positionEncodings": encodings } });
        let answer = spoken
            .ask("initialize", json!({ "processId": null, "rootUri": null, "capabilities": capabilities }));
        let wanted = if encodings.contains(&"utf-8") { "utf-8" } else { "utf-16" };
        assert_eq!(answer["result"]["capabilities"]["positionEncoding"], wanted);
        spoken.tell("initialized", json!({}));
        spoken
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        let input = self.input.as_mut().expect("the pipe is open");
        write!(input, "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
        input.flush().unwrap();
    }

    fn tell(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Asks, and gives the whole answer.
    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.asked += 1;
        let id = self.asked;
        match params.is_null() {
            true => self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method })),
            false => self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })),
        }
        loop {
            let message = self.hear();
            if message["id"] == id {
                return message;
            }
            self.heard.push(message);
        }
    }

    fn hear(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert!(self.output.read_line(&mut line).unwrap() > 0, "the server hangs up");
            match line.trim_end().split_once(": ") {
                Some(("Content-Length", value)) => length = value.parse().unwrap(),
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; length];
        self.output.read_exact(&mut body).unwrap();
        serde_json::from_slice(&body).unwrap()
    }

    /// The diagnostics of a file in the client's state `version`, as codes with lines and columns.
    fn diagnostics(&mut self, uri: &str, version: i64) -> Vec<String> {
        loop {
            let message = if self.heard.is_empty() { self.hear() } else { self.heard.remove(0) };
            let params = &message["params"];
            let published = message["method"] == "textDocument/publishDiagnostics";
            if published && params["uri"] == uri && params["version"] == version {
                let all = params["diagnostics"].as_array().unwrap();
                let start = |it: &Value| {
                    format!("{}:{}", it["range"]["start"]["line"], it["range"]["start"]["character"])
                };
                return all
                    .iter()
                    .map(|it| format!("{} {}", it["code"].as_str().unwrap(), start(it)))
                    .collect();
            }
        }
    }

    fn open(&mut self, uri: &str, text: &str) {
        let document = json!({ "uri": uri, "languageId": "unik", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// Replaces a range.
    fn edit(&mut self, uri: &str, version: i64, (start, end): ((u32, u32), (u32, u32)), text: &str) {
        let change = json!({ "range": { "start": position(start), "end": position(end) }, "text": text });
        let document = json!({ "uri": uri, "version": version });
        self.tell("textDocument/didChange", json!({ "textDocument": document, "contentChanges": [change] }));
    }

    /// Asks about a place.
    fn at(&mut self, method: &str, uri: &str, place: (u32, u32)) -> Value {
        self.ask(method, json!({ "textDocument": { "uri": uri }, "position": position(place) }))["result"]
            .take()
    }

    /// Hangs up, and gives the code with which the server ends.
    fn end(mut self) -> Option<i32> {
        self.input = None;
        self.child.wait().unwrap().code()
    }
}

impl Drop for Spoken {
    fn drop(&mut self) {
        // It has ended already if nothing went wrong.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn position((line, character): (u32, u32)) -> Value {
    json!({ "line": line, "character": character })
}

const APP: &str = "file:///nowhere/app.unik";

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

#[test]
fn edits_count_in_the_unit_that_was_agreed_on() {
    for (encoding, column) in [("utf-16", 6), ("utf-8", 10)] {
        let mut spoken = Spoken::new(&[encoding]);
        spoken.open(APP, TEXT);
        spoken.diagnostics(APP, 1);
        // Behind the characters that take several units: the comment ends, and a name that means nothing begins a line.
        spoken.edit(APP, 2, ((1, column), (1, column)), "\nlet x = gone // ");
        assert_eq!(spoken.diagnostics(APP, 2), ["W0102 2:4", "E0101 2:8"], "{encoding}");
        spoken.edit(APP, 3, ((2, 4), (2, 12)), "_x = 1");
        assert_eq!(spoken.diagnostics(APP, 3), [""; 0], "{encoding}");
        assert_eq!(spoken.end(), Some(1), "who hangs up without a word has failed");
    }
}

#[test]
fn unsaved_files_import_one_another_and_answers_follow_the_edits_before_them() {
    let mut spoken = Spoken::new(&[]);
    let other = "file:///nowhere/other.unik";
    spoken.open(APP, "import ./other\nlet y = other.a0\n");
    assert_eq!(spoken.diagnostics(APP, 1), ["E0104 0:7"]);
    spoken.open(other, "let a0: Int = 1\n");
    assert_eq!(spoken.diagnostics(other, 1), [""; 0]);
    // Each question sees the edits before it and none behind it.
    for round in 0..200_i64 {
        let (old, new) = (format!("a{round}"), format!("a{}", round + 1));
        let end = 4 + u32::try_from(old.len()).unwrap();
        spoken.edit(other, round + 2, ((0, 4), (0, end)), &new);
        let symbols = spoken.ask("textDocument/documentSymbol", json!({ "textDocument": { "uri": other } }));
        assert_eq!(symbols["result"][0]["name"], new.as_str(), "{symbols}");
    }
    assert_eq!(spoken.diagnostics(other, 201), [""; 0]);
    spoken.tell("textDocument/didClose", json!({ "textDocument": { "uri": other } }));
    let symbols = spoken.ask("textDocument/documentSymbol", json!({ "textDocument": { "uri": other } }));
    assert_eq!(symbols["result"], json!([]), "what is closed and on no disk is gone");
}

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
