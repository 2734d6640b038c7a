//! Diagnostics for a client that asks for them itself: of a file, of the whole workspace, and only what is new.

use serde_json::{Value, json};

use super::client::Spoken;
use super::{APP, TEXT};
use crate::folder;

/// A client that asks, with one folder.
fn pulling(folder: Option<&str>) -> Spoken {
    let folders = folder.map(|uri| json!([{ "uri": uri, "name": "folder" }])).unwrap_or_default();
    let workspace = json!({ "diagnostics": { "refreshSupport": true } });
    let capabilities = json!({ "textDocument": { "diagnostic": {} }, "workspace": workspace });
    Spoken::starting(&[], json!({ "workspaceFolders": folders, "capabilities": capabilities }), &[])
}

fn ask(spoken: &mut Spoken, uri: &str, had: Option<&str>) -> Value {
    let params = json!({ "textDocument": { "uri": uri }, "previousResultId": had });
    spoken.ask("textDocument/diagnostic", params)["result"].take()
}

/// The whole workspace, given what the client has: by the end of the name of each file `full` with codes, or `unchanged`; and what
/// the client has then.
fn ask_all(spoken: &mut Spoken, had: &mut Vec<Value>) -> Vec<String> {
    let answer = spoken.ask("workspace/diagnostic", json!({ "previousResultIds": had.clone() }));
    let mut shown = Vec::new();
    had.clear();
    for item in answer["result"]["items"].as_array().unwrap() {
        let name = item["uri"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        let codes: Vec<&str> =
            item["items"].as_array().into_iter().flatten().map(|it| it["code"].as_str().unwrap()).collect();
        shown.push(
            format!("{name} {} {}", item["kind"].as_str().unwrap(), codes.join(" ")).trim_end().to_owned(),
        );
        had.push(json!({ "uri": item["uri"], "value": item["resultId"] }));
    }
    shown.sort();
    shown
}

#[test]
fn what_is_wrong_with_a_file_is_told_once() {
    let mut spoken = pulling(None);
    spoken.open(APP, &TEXT.replace("sink(net.tcp", "sinc(net.tcp"));
    let first = ask(&mut spoken, APP, None);
    assert_eq!(first["kind"], "full", "{first}");
    let codes: Vec<&str> =
        first["items"].as_array().unwrap().iter().map(|it| it["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["E0101"]);
    let link = first["items"][0]["codeDescription"]["href"].as_str().unwrap();
    let page = crate::root().join("spec").join(link.split_once("/spec/").unwrap().1);
    assert!(page.is_file(), "{link}");
    let id = first["resultId"].as_str().unwrap();
    assert_eq!(ask(&mut spoken, APP, Some(id)), json!({ "kind": "unchanged", "resultId": id }));
    // A place that has moved is news.
    spoken.edit(APP, 2, ((0, 0), (0, 0)), "\n");
    let moved = ask(&mut spoken, APP, Some(id));
    assert_eq!((&moved["kind"], &moved["items"][0]["range"]["start"]["line"]), (&json!("full"), &json!(6)));
    spoken.edit(APP, 3, ((6, 14), (6, 18)), "sink");
    assert_eq!(ask(&mut spoken, APP, moved["resultId"].as_str())["items"], json!([]));
    // Who asks is not told besides.
    assert_eq!(spoken.heard.iter().filter(|it| it["method"] == "textDocument/publishDiagnostics").count(), 0);
}

#[test]
fn what_is_unused_or_concerns_two_places_is_marked_so() {
    let mut spoken = pulling(None);
    spoken.open(APP, "import std/kv\nlet _a = 1\nlet _a = 2\n");
    let all = ask(&mut spoken, APP, None)["items"].take();
    let of = |code: &str| {
        all.as_array().unwrap().iter().find(|it| it["code"] == code).unwrap_or_else(|| panic!("{all}"))
    };
    assert_eq!(of("W0101")["tags"], json!([1]));
    let related = &of("E0102")["relatedInformation"][0];
    assert_eq!(
        (&related["location"]["uri"], &related["location"]["range"]["start"]["line"]),
        (&json!(APP), &json!(1))
    );
}

#[test]
fn the_whole_workspace_is_asked_at_once_opened_or_not() {
    let files: [(&str, &[u8]); 4] = [
        ("app.unik", b"import ./part\nlet _x = part.gone\n"),
        ("part.unik", b"let there = 1\n"),
        ("deep/lone.unik", b"let _x = nothing\n"),
        ("target/made.unik", b"let _x = nothing\n"),
    ];
    let folder = folder(files);
    let uri = format!("file://{}", folder.path().display());
    let mut spoken = pulling(Some(&uri));
    let mut had = Vec::new();
    // They are looked for in the background.
    let mut first = ask_all(&mut spoken, &mut had);
    while first.is_empty() {
        first = ask_all(&mut spoken, &mut had);
    }
    assert_eq!(first, ["app.unik full E0101", "lone.unik full E0101", "part.unik full"]);
    assert_eq!(
        ask_all(&mut spoken, &mut had),
        ["app.unik unchanged", "lone.unik unchanged", "part.unik unchanged"]
    );
    // A text that is open counts before what is on the disk.
    spoken.open(&format!("{uri}/part.unik"), "let gone = 1\n");
    assert_eq!(
        ask_all(&mut spoken, &mut had),
        ["app.unik full", "lone.unik unchanged", "part.unik unchanged"]
    );
    std::fs::remove_file(folder.path().join("deep/lone.unik")).unwrap();
    let event = json!({ "uri": format!("{uri}/deep/lone.unik"), "type": 3 });
    spoken.tell("workspace/didChangeWatchedFiles", json!({ "changes": [event] }));
    spoken.told("workspace/diagnostic/refresh");
    assert_eq!(
        ask_all(&mut spoken, &mut had),
        ["app.unik unchanged", "lone.unik full", "part.unik unchanged"]
    );
}

#[test]
fn a_question_that_an_edit_overtakes_may_be_asked_again() {
    let mut spoken = pulling(None);
    let many: String = (0..300).map(|at| format!("let a{at} = {at}\n")).collect();
    spoken.open(APP, &many);
    let rounds = 200_i64;
    for round in 0..rounds {
        let params = json!({ "textDocument": { "uri": APP } });
        spoken.send(&json!({ "jsonrpc": "2.0", "id": 1000 + round, "method": "textDocument/diagnostic", "params": params }));
        spoken.edit(APP, round + 2, ((0, 0), (0, 0)), "let b = gone\n");
    }
    let mut again = 0;
    for _ in 0..rounds {
        let message = spoken.hear();
        let round = usize::try_from(message["id"].as_i64().unwrap() - 1000).unwrap();
        match message["error"]["code"].as_i64() {
            None => {
                // Each line that was edited in uses a name that means nothing.
                let items = message["result"]["items"].as_array().unwrap();
                let gone = items.iter().filter(|item| item["code"] == "E0101").count();
                assert_eq!(gone, round, "it sees the edits before it and none behind it");
            }
            Some(code) => {
                assert_eq!((code, &message["error"]["data"]), (-32802, &json!({ "retriggerRequest": true })));
                again += 1;
            }
        }
    }
    assert!(again > 0, "none was overtaken");
    assert_eq!(ask(&mut spoken, APP, None)["kind"], "full");
}
