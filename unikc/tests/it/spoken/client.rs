//! A client of the language server: it starts the built binary, and speaks the protocol over its pipes.
//!
//! What is said, and what must be answered, stands in the files beside this one.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

/// A server and the pipes to it.
pub(super) struct Spoken {
    pub(super) child: Child,
    /// Its standard input, until it is hung up.
    pub(super) input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    asked: i64,
    /// What the server said while an answer was waited for.
    pub(super) heard: Vec<Value>,
    /// What the client answers when it is asked, by the method; null where there is none.
    pub(super) answers: BTreeMap<String, Value>,
}

impl Spoken {
    /// Starts a server that counts columns in this unit.
    pub(super) fn new(encodings: &[&str]) -> Self {
        Self::knowing(encodings, json!({}))
    }

    /// The same for a client that can do more.
    pub(super) fn knowing(encodings: &[&str], capabilities: Value) -> Self {
        Self::starting(encodings, json!({ "capabilities": capabilities }), &[])
    }

    /// The same for a client that says more at the start, and has answers when it is asked by the server.
    pub(super) fn starting(encodings: &[&str], mut start: Value, answers: &[(&str, Value)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_unikc"));
        command.args(["lsp", "--stdio"]).env_remove("UNIKC_LIBRARY");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (input, output) = (child.stdin.take(), BufReader::new(child.stdout.take().unwrap()));
        let answers = answers.iter().map(|(method, answer)| ((*method).to_owned(), answer.clone())).collect();
        let mut spoken = Self { child, input, output, asked: 0, heard: Vec::new(), answers };
        start["capabilities"]["general"] = json!({ "positionEncodings": encodings });
        start["processId"] = Value::Null;
        let answer = spoken.ask("initialize", start);
        let wanted = if encodings.contains(&"utf-8") { "utf-8" } else { "utf-16" };
        assert_eq!(answer["result"]["capabilities"]["positionEncoding"], wanted);
        spoken.tell("initialized", json!({}));
        spoken
    }

    pub(super) fn send(&mut self, message: &Value) {
        let text = message.to_string();
        let input = self.input.as_mut().expect("the pipe is open");
        write!(input, "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
        input.flush().unwrap();
    }

    pub(super) fn tell(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Asks, and gives the whole answer.
    pub(super) fn ask(&mut self, method: &str, params: Value) -> Value {
        self.asked += 1;
        let id = self.asked;
        match params.is_null() {
            true => self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method })),
            false => self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })),
        }
        loop {
            let message = self.hear();
            if message["id"] == id && message["method"].is_null() {
                return message;
            }
            self.heard.push(message);
        }
    }

    pub(super) fn hear(&mut self) -> Value {
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
        let message: Value = serde_json::from_slice(&body).unwrap();
        if let (Some(method), false) =
            (message["method"].as_str(), message["id"].is_null() || self.input.is_none())
        {
            let result = self.answers.get(method).cloned().unwrap_or_default();
            self.send(&json!({ "jsonrpc": "2.0", "id": message["id"], "result": result }));
        }
        message
    }

    /// What the server says or asks next by a method, or has said since an answer was waited for.
    pub(super) fn told(&mut self, method: &str) -> Value {
        loop {
            if let Some(at) = self.heard.iter().position(|message| message["method"] == method) {
                return self.heard.remove(at)["params"].take();
            }
            let message = self.hear();
            self.heard.push(message);
        }
    }

    /// The diagnostics of a file in the client's state `version`, as codes with lines and columns.
    pub(super) fn diagnostics(&mut self, uri: &str, version: i64) -> Vec<String> {
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

    pub(super) fn open(&mut self, uri: &str, text: &str) {
        let document = json!({ "uri": uri, "languageId": "unik", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// Replaces a range.
    pub(super) fn edit(
        &mut self,
        uri: &str,
        version: i64,
        (start, end): ((u32, u32), (u32, u32)),
        text: &str,
    ) {
        let change = json!({ "range": { "start": position(start), "end": position(end) }, "text": text });
        let document = json!({ "uri": uri, "version": version });
        self.tell("textDocument/didChange", json!({ "textDocument": document, "contentChanges": [change] }));
    }

    /// Asks about a place.
    pub(super) fn at(&mut self, method: &str, uri: &str, place: (u32, u32)) -> Value {
        self.ask(method, json!({ "textDocument": { "uri": uri }, "position": position(place) }))["result"]
            .take()
    }

    /// Hangs up, and gives the code with which the server ends.
    pub(super) fn end(mut self) -> Option<i32> {
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

/// A position of the protocol.
pub(super) fn position((line, character): (u32, u32)) -> Value {
    json!({ "line": line, "character": character })
}
