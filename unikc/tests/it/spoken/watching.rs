//! What lies on the disk beside the open texts: files that come, change and go, crates, and folders of the workspace.

use serde_json::{Value, json};

use super::client::{Spoken, position};
use crate::folder;

/// A client that watches files for the server, with these folders.
fn watching(folders: &[&str]) -> Spoken {
    let folder = |uri: &&str| json!({ "uri": uri, "name": "folder" });
    let folders: Vec<Value> = folders.iter().map(folder).collect();
    let watched = json!({ "dynamicRegistration": true });
    let capabilities = json!({
        "workspace": { "didChangeWatchedFiles": watched, "workspaceFolders": true },
        "window": { "workDoneProgress": true },
    });
    Spoken::starting(&[], json!({ "workspaceFolders": folders, "capabilities": capabilities }), &[])
}

fn uri(folder: &tempfile::TempDir) -> String {
    format!("file://{}", folder.path().display())
}

/// Writes a file, or removes it, and tells the server.
fn write(spoken: &mut Spoken, folder: &tempfile::TempDir, name: &str, text: Option<&str>) {
    let path = folder.path().join(name);
    let there = path.exists();
    let kind = match text {
        Some(text) => {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, text).unwrap();
            if there { 2 } else { 1 }
        }
        None => {
            std::fs::remove_file(&path).unwrap();
            3
        }
    };
    let event = json!({ "uri": format!("{}/{name}", uri(folder)), "type": kind });
    spoken.tell("workspace/didChangeWatchedFiles", json!({ "changes": [event] }));
}

/// What is wrong with a file by the next report that is another one than before.
fn next(spoken: &mut Spoken, uri: &str) -> Vec<String> {
    spoken.diagnostics(uri, 1)
}

/// Waits until the files of so many folders have been looked for.
fn looked(spoken: &mut Spoken, mut folders: usize) {
    while folders > 0 {
        let progress = spoken.told("$/progress");
        folders -= usize::from(progress["value"]["kind"] == "end");
    }
}

#[test]
fn files_that_come_change_and_go_are_seen() {
    let folder = folder([("app.unik", &b""[..])]);
    let mut spoken = watching(&[&uri(&folder)]);
    let registered = spoken.told("client/registerCapability");
    let watchers = registered["registrations"][0]["registerOptions"]["watchers"].as_array().unwrap().clone();
    let globs: Vec<&str> = watchers.iter().map(|watcher| watcher["globPattern"].as_str().unwrap()).collect();
    assert_eq!(globs, ["**/*.unik", "**/Cargo.toml", "**/Cargo.lock"]);

    let app = format!("{}/app.unik", uri(&folder));
    spoken.open(&app, "import ./part\nlet _x = part.x + 1\n");
    assert_eq!(next(&mut spoken, &app), ["E0104 0:7"]);
    write(&mut spoken, &folder, "part.unik", Some("let x = 1\n"));
    assert_eq!(next(&mut spoken, &app), [""; 0]);
    write(&mut spoken, &folder, "part.unik", Some("let x = \"\"\n"));
    assert_eq!(next(&mut spoken, &app), ["E0203 1:16"]);
    write(&mut spoken, &folder, "part.unik", None);
    assert_eq!(next(&mut spoken, &app), ["E0104 0:7"]);
}

#[test]
fn each_folder_has_the_crates_of_its_own_package() {
    let manifest =
        |name: &str| format!("[package]\nname = \"app\"\n[dependencies]\nredis = {{ path = \"{name}\" }}\n");
    let (one, two) = (manifest("a"), manifest("b"));
    let files = [
        ("one/Cargo.toml", one.as_bytes()),
        ("one/a/redis.unik", b"let a = 1\n"),
        ("two/Cargo.toml", two.as_bytes()),
        ("two/b/redis.unik", b"let b = 1\n"),
    ];
    let folder = folder(files);
    let mut spoken = watching(&[&format!("{}/one", uri(&folder)), &format!("{}/two", uri(&folder))]);
    let text = "import crate redis\nlet _x = redis.a\n";
    let (one, two) =
        (format!("{}/one/app.unik", uri(&folder)), format!("{}/two/deep/app.unik", uri(&folder)));
    spoken.open(&one, text);
    spoken.open(&two, text);
    assert_eq!(next(&mut spoken, &one), [""; 0]);
    assert_eq!(next(&mut spoken, &two), ["E0101 1:15"]);
    // A manifest that changes is read again.
    write(&mut spoken, &folder, "two/Cargo.toml", Some(&manifest("../one/a")));
    assert_eq!(next(&mut spoken, &two), [""; 0]);
    write(&mut spoken, &folder, "one/Cargo.toml", Some("[package]\nname = \"app\"\n"));
    assert_eq!(next(&mut spoken, &one), ["E0105 0:7"]);
}

#[test]
fn a_renaming_reaches_files_that_nobody_has_opened_and_folders_come_and_go() {
    let user: &[u8] = b"import ../one/part\nlet _x = part.there\n";
    let folder = folder([
        ("one/part.unik", &b"let there = 1\n"[..]),
        ("one/user.unik", user),
        ("two/user.unik", user),
    ]);
    let named = |name: &str| format!("{}/{name}", uri(&folder));
    let mut spoken = watching(&[&named("one")]);
    looked(&mut spoken, 1);
    let part = named("one/part.unik");
    spoken.open(&part, "let there = 1\n");
    let renamed = |spoken: &mut Spoken| {
        let params =
            json!({ "textDocument": { "uri": part }, "position": position((0, 5)), "newName": "here" });
        let answer = spoken.ask("textDocument/rename", params);
        let changes = answer["result"]["changes"].as_object().unwrap_or_else(|| panic!("{answer}")).clone();
        let mut files: Vec<String> = changes.keys().map(|uri| uri[named("").len()..].to_owned()).collect();
        files.sort();
        files
    };
    assert_eq!(renamed(&mut spoken), ["one/part.unik", "one/user.unik"]);
    let two = json!({ "uri": named("two"), "name": "two" });
    let event = json!({ "added": [two], "removed": [] });
    spoken.tell("workspace/didChangeWorkspaceFolders", json!({ "event": event }));
    looked(&mut spoken, 1);
    assert_eq!(renamed(&mut spoken), ["one/part.unik", "one/user.unik", "two/user.unik"]);
    write(&mut spoken, &folder, "two/more.unik", Some("import ../one/part\nlet _y = part.there\n"));
    assert_eq!(renamed(&mut spoken), ["one/part.unik", "one/user.unik", "two/more.unik", "two/user.unik"]);
    let event = json!({ "added": [], "removed": [two] });
    spoken.tell("workspace/didChangeWorkspaceFolders", json!({ "event": event }));
    assert_eq!(renamed(&mut spoken), ["one/part.unik", "one/user.unik"]);
}
