//! One program open in one server: the edits that are made of it and the questions that are asked about it.

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::Result;
use crate::client::Client;

/// A server, as it is compared.
pub(crate) struct Server {
    /// Its name.
    pub(crate) name: &'static str,
    /// How it is started.
    pub(crate) command: Box<dyn Fn() -> Command>,
    /// The program of so many devices.
    pub(crate) program: fn(usize) -> String,
    /// The end of the name of its files, and the name of the language.
    pub(crate) language: (&'static str, &'static str),
    /// What stands before the name of a declaration.
    pub(crate) keyword: &'static str,
    /// Whether it draws graphs.
    pub(crate) draws: bool,
}

/// An edit and the one that undoes it.
#[derive(Clone, Copy)]
pub(crate) enum Edit {
    Line,
    Body,
    Unknown,
    Break,
    Rename,
}

impl Edit {
    pub(crate) const ALL: [(&'static str, Self); 5] = [
        ("a line on top", Self::Line),
        ("a body", Self::Body),
        ("a name that means nothing", Self::Unknown),
        ("a bracket too few", Self::Break),
        ("a rename, all uses broken", Self::Rename),
    ];
}

/// A program that is open.
pub(crate) struct Session {
    pub(crate) client: Client,
    uri: String,
    version: i32,
    lines: Vec<String>,
    /// The line in the middle.
    line: usize,
    keyword: &'static str,
}

/// Position, position, text.
type Change = ((usize, usize), (usize, usize), String);

impl Session {
    /// Opens a program of so many devices; gives how long its first diagnostics took.
    pub(crate) fn open(
        server: &Server,
        folder: &std::path::Path,
        devices: usize,
    ) -> Result<(Self, Duration)> {
        let text = (server.program)(devices);
        let path = folder.join(format!("web{devices}.{}", server.language.0));
        std::fs::write(&path, &text)?;
        let (root, uri) = (format!("file://{}", folder.display()), format!("file://{}", path.display()));
        let mut client = Client::start((server.command)().current_dir(folder), &root)?;
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let (line, _) = lines
            .iter()
            .enumerate()
            .skip(lines.len() / 2)
            .find(|(_, line)| !line.contains("if ") && line.starts_with(&format!("{}d", server.keyword)))
            .ok_or("the program has a declaration in its middle")?;
        let start = Instant::now();
        let document = json!({ "uri": uri, "languageId": server.language.1, "version": 0, "text": text });
        client.tell("textDocument/didOpen", json!({ "textDocument": document }))?;
        let wrong = client.diagnostics(&uri, 0)?;
        let taken = start.elapsed();
        if !wrong.is_empty() {
            return Err(format!("the program has mistakes: {wrong:?}").into());
        }
        Ok((Self { client, uri, version: 0, lines, line, keyword: server.keyword }, taken))
    }

    /// Makes an edit and undoes it; gives how long the diagnostics took after each.
    pub(crate) fn edit(&mut self, edit: Edit) -> Result<[Duration; 2]> {
        let (there, back, wrong) = self.changes(edit)?;
        Ok([self.change(&there, wrong)?, self.change(&back, false)?])
    }

    fn change(&mut self, change: &Change, wrong: bool) -> Result<Duration> {
        let begin = self.say(change)?;
        let found = self.client.diagnostics(&self.uri, self.version)?;
        let taken = begin.elapsed();
        match found.is_empty() == wrong {
            true => Err(format!("unexpected diagnostics after {:?}: {found:?}", change.2).into()),
            false => Ok(taken),
        }
    }

    /// Sends an edit; gives when.
    fn say(&mut self, (start, end, text): &Change) -> Result<Instant> {
        self.version += 1;
        let range = json!({ "start": position(*start), "end": position(*end) });
        let change = json!([{ "range": range, "text": text }]);
        let document = json!({ "uri": self.uri, "version": self.version });
        let change = json!({ "textDocument": document, "contentChanges": change });
        let begin = Instant::now();
        self.client.tell("textDocument/didChange", change)?;
        Ok(begin)
    }

    /// Edits a body and asks for the graph at once, then undoes that and asks again; gives how long each took, from the edit to the
    /// graph. Whoever `follows` asks as the page does: when it is told that the graph is another one.
    pub(crate) fn graph(&mut self, devices: usize, follows: bool) -> Result<[Duration; 2]> {
        let (there, back, _) = self.changes(Edit::Body)?;
        let params = json!({ "textDocument": { "uri": self.uri }, "once": !follows });
        if follows {
            self.client.ask("unik/graph", params.clone())?;
        }
        let mut after = |change: &Change| -> Result<Duration> {
            let begin = self.say(change)?;
            if follows {
                self.client.told("unik/graphChanged")?;
            }
            let graph = self.client.ask("unik/graph", params.clone())?;
            let taken = begin.elapsed();
            match (graph["nodes"].as_array(), graph["version"].as_i64() == Some(self.version.into())) {
                (Some(nodes), true) if nodes.len() >= devices => Ok(taken),
                (nodes, _) => {
                    let nodes = nodes.map_or(0, Vec::len);
                    Err(format!("{nodes} nodes of {devices}, version {}", graph["version"]).into())
                }
            }
        };
        Ok([after(&there)?, after(&back)?])
    }

    /// The edit, the one that undoes it, and whether something is wrong in between.
    fn changes(&self, edit: Edit) -> Result<(Change, Change, bool)> {
        let (at, line) = (self.line, self.lines[self.line].as_str());
        let replace = |start: usize, end: usize, new: &str| -> (Change, Change) {
            let old = line[start..end].to_owned();
            (((at, start), (at, end), new.to_owned()), ((at, start), (at, start + new.len()), old))
        };
        let shape = "the line reads `d7 = join(d3, d2, 7)`";
        let (open, comma) = (line.find('(').ok_or(shape)? + 1, line.find(',').ok_or(shape)?);
        let (number, close) = (line.rfind(' ').ok_or(shape)? + 1, line.rfind(')').ok_or(shape)?);
        Ok(match edit {
            Edit::Line => (((0, 0), (0, 0), "\n".to_owned()), ((0, 0), (1, 0), String::new()), false),
            Edit::Body => {
                let other = line[number..close].parse::<u64>()? + 1;
                let (there, back) = replace(number, close, &other.to_string());
                (there, back, false)
            }
            Edit::Unknown => {
                let (there, back) = replace(open, comma, "gone");
                (there, back, true)
            }
            Edit::Break => {
                let (there, back) = replace(close, close + 1, "");
                (there, back, true)
            }
            Edit::Rename => {
                let name = self.keyword.len();
                let end = name + line[name..].find(' ').ok_or(shape)?;
                let (there, back) = replace(name, end, "renamed");
                (there, back, true)
            }
        })
    }

    /// Asks about the first argument in the middle of the program; gives how long the answer took.
    pub(crate) fn at_argument(&mut self, method: &str) -> Result<Duration> {
        let open = self.lines[self.line].find('(').ok_or("the line is an application")?;
        let at = json!({ "textDocument": { "uri": self.uri }, "position": position((self.line, open + 1)) });
        self.timed(method, at)
    }

    /// Asks about the whole file.
    pub(crate) fn of_file(&mut self, method: &str) -> Result<Duration> {
        self.timed(method, json!({ "textDocument": { "uri": self.uri } }))
    }

    fn timed(&mut self, method: &str, params: Value) -> Result<Duration> {
        let begin = Instant::now();
        let answer = self.client.ask(method, params)?;
        let taken = begin.elapsed();
        match answer.is_null() {
            true => Err(format!("{method}: no answer").into()),
            false => Ok(taken),
        }
    }
}

fn position((line, character): (usize, usize)) -> Value {
    json!({ "line": line, "character": character })
}
