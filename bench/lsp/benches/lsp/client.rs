//! A language server and the pipes to it: messages in their frames, answers to what the server asks.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

use crate::Result;

/// A server that runs.
pub(crate) struct Client {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    asked: i64,
}

impl Client {
    /// Starts a server, with the folder that it works in.
    pub(crate) fn start(command: &mut Command, folder: &str) -> Result<Self> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(|error| format!("{command:?}: {error}"))?;
        let input = child.stdin.take().ok_or("its input is a pipe")?;
        let output = BufReader::new(child.stdout.take().ok_or("its output is a pipe")?);
        let mut client = Self { child, input, output, asked: 0 };
        let text = json!({
            "publishDiagnostics": { "versionSupport": true, "relatedInformation": true },
            "completion": { "completionItem": {
                "documentationFormat": ["markdown"],
                "resolveSupport": { "properties": ["documentation", "detail"] },
            } },
            "hover": { "contentFormat": ["markdown"] },
            "documentSymbol": { "hierarchicalDocumentSymbolSupport": true },
        });
        let capabilities = json!({ "general": { "positionEncodings": ["utf-16"] }, "textDocument": text });
        let root = json!([{ "uri": folder, "name": "bench" }]);
        client.ask(
            "initialize",
            json!({ "processId": null, "rootUri": folder, "workspaceFolders": root, "capabilities": capabilities }),
        )?;
        client.tell("initialized", json!({}))?;
        Ok(client)
    }

    fn send(&mut self, message: &Value) -> Result<()> {
        let text = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{text}", text.len())?;
        Ok(self.input.flush()?)
    }

    /// Says something.
    pub(crate) fn tell(&mut self, method: &str, params: Value) -> Result<()> {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }))
    }

    /// Waits until something is said.
    pub(crate) fn told(&mut self, method: &str) -> Result<()> {
        while self.hear()?["method"] != method {}
        Ok(())
    }

    /// Asks something and waits for the answer.
    pub(crate) fn ask(&mut self, method: &str, params: Value) -> Result<Value> {
        self.asked += 1;
        let id = self.asked;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }))?;
        loop {
            let mut message = self.hear()?;
            if message.get("method").is_none() && message["id"] == id {
                return match message.get("error") {
                    Some(error) => Err(format!("{method}: {error}").into()),
                    None => Ok(message["result"].take()),
                };
            }
        }
    }

    /// Waits for the diagnostics of a file in a state of its text; hints are left out.
    pub(crate) fn diagnostics(&mut self, uri: &str, version: i32) -> Result<Vec<Value>> {
        loop {
            let mut message = self.hear()?;
            let params = &message["params"];
            if message["method"] == "textDocument/publishDiagnostics"
                && params["uri"] == uri
                && params["version"] == version
            {
                return match message["params"]["diagnostics"].take() {
                    Value::Array(all) => {
                        Ok(all.into_iter().filter(|one| one["severity"].as_i64() != Some(4)).collect())
                    }
                    other => Err(format!("no diagnostics: {other}").into()),
                };
            }
        }
    }

    /// The next message that is no question of the server's; those are answered with nothing.
    fn hear(&mut self) -> Result<Value> {
        loop {
            let message = self.read()?;
            let (Some(method), Some(id)) = (message.get("method"), message.get("id")) else {
                return Ok(message);
            };
            let nothing = match method == "workspace/configuration" {
                true => message["params"]["items"].as_array().map_or(0, Vec::len),
                false => 0,
            };
            let result = if nothing > 0 { json!(vec![Value::Null; nothing]) } else { Value::Null };
            let answer = json!({ "jsonrpc": "2.0", "id": id, "result": result });
            self.send(&answer)?;
        }
    }

    fn read(&mut self) -> Result<Value> {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if self.output.read_line(&mut line)? == 0 {
                return Err("the server hangs up".into());
            }
            match line.trim_end().split_once(": ") {
                Some(("Content-Length", value)) => length = value.parse()?,
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; length];
        self.output.read_exact(&mut body)?;
        Ok(serde_json::from_slice(&body)?)
    }

    /// The memory that is resident now, in KiB.
    pub(crate) fn resident(&self) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        Ok(line.trim().trim_end_matches(" kB").parse()?)
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // It has no work left.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
