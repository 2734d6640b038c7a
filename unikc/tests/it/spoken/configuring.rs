//! Values of keys and targets for the folders of a workspace: from the settings of the client, and chosen since.

use serde_json::{Value, json};

use super::client::{Spoken, position};

const TEXT: &str = "\
configure key big: Bool = false
key port: Port = 80
device job(size: Int, port: Port): Job { rust job }
unikernel u = if big then job(1, port) else job(2, port)
";
const ONE: &str = "file:///one/app.unik";
const TWO: &str = "file:///two/app.unik";
const OUTSIDE: &str = "file:///elsewhere/app.unik";

/// What a client says at the start that has two folders, and settings or none.
fn start(settings: bool, initial: &Value) -> Value {
    let folder = |name: &str| json!({ "uri": format!("file:///{name}"), "name": name });
    let refresh = json!({ "refreshSupport": true });
    json!({
        "workspaceFolders": [folder("one"), folder("two")],
        "initializationOptions": initial,
        "capabilities": { "workspace": {
            "configuration": settings, "inlayHint": refresh, "codeLens": refresh, "semanticTokens": refresh,
        } },
    })
}

/// The fact about the value of `port` in a file.
fn port(spoken: &mut Spoken, uri: &str) -> String {
    let hover = spoken.at("textDocument/hover", uri, (1, 5));
    let said = hover["contents"]["value"].as_str().unwrap().to_owned();
    said.lines().last().unwrap().to_owned()
}

/// Which branch is hinted at, by its end.
fn taken(spoken: &mut Spoken, uri: &str) -> Vec<(u64, String)> {
    let range = json!({ "start": position((0, 0)), "end": position((9, 0)) });
    let params = json!({ "textDocument": { "uri": uri }, "range": range });
    let answer = spoken.ask("textDocument/inlayHint", params);
    let hints = answer["result"].as_array().unwrap().iter();
    let taken = hints.filter(|hint| hint["label"] == "✓ taken").map(|hint| {
        (hint["position"]["character"].as_u64().unwrap(), hint["tooltip"].as_str().unwrap().to_owned())
    });
    taken.collect()
}

fn opened(mut spoken: Spoken) -> Spoken {
    for uri in [ONE, TWO, OUTSIDE] {
        spoken.open(uri, TEXT);
    }
    spoken
}

/// The values of `port` in the three files.
fn ports(spoken: &mut Spoken) -> [String; 3] {
    [ONE, TWO, OUTSIDE].map(|uri| port(spoken, uri))
}

fn told(value: &str, origin: &str) -> String {
    format!("- `--port` is `{value}`, {origin}")
}

fn choose(spoken: &mut Spoken, uri: &str, configuration: &Value) -> Value {
    spoken.ask("unik/configure", json!({ "textDocument": { "uri": uri }, "configuration": configuration }))
}

#[test]
fn settings_of_folders_count_over_those_of_the_start_and_what_is_chosen_over_both() {
    let initial = json!({ "keys": { "port": 1000 } });
    let mut answers = vec![Value::Null, json!({ "keys": { "port": "9000" } }), Value::Null];
    let asked = [("workspace/configuration", json!(answers))];
    let mut spoken = opened(Spoken::starting(&[], start(true, &initial), &asked));
    let items = spoken.told("workspace/configuration")["items"].take();
    let scopes: Vec<&Value> = items.as_array().unwrap().iter().map(|item| &item["scopeUri"]).collect();
    assert_eq!(scopes, [&Value::Null, &json!("file:///one"), &json!("file:///two")]);
    assert!(items.as_array().unwrap().iter().all(|item| item["section"] == "unik"), "{items}");
    // What has changed what the client would see, it is asked to ask for again.
    for method in ["inlayHint", "codeLens", "semanticTokens"] {
        spoken.told(&format!("workspace/{method}/refresh"));
    }
    let configured = |value| told(value, "as configured");
    assert_eq!(ports(&mut spoken), [configured("9000"), configured("1000"), configured("1000")]);

    let chosen = choose(&mut spoken, TWO, &json!({ "target": "virtio", "keys": { "big": "true" } }));
    assert_eq!(chosen["result"], Value::Null, "{chosen}");
    spoken.told("workspace/inlayHint/refresh");
    assert_eq!(ports(&mut spoken), [configured("9000"), told("80", "the default"), configured("1000")]);
    assert_eq!(taken(&mut spoken, ONE), [(56, "`big` is `false`".to_owned())]);
    assert_eq!(taken(&mut spoken, TWO), [(38, "`big` is `true`".to_owned())]);
    choose(&mut spoken, OUTSIDE, &json!({ "keys": { "port": 3 } }));
    assert_eq!(port(&mut spoken, OUTSIDE), configured("3"));
    // The same again changes nothing, and what is no configuration is refused.
    choose(&mut spoken, OUTSIDE, &json!({ "keys": { "port": 3 } }));
    assert_eq!(choose(&mut spoken, ONE, &json!("port"))["error"]["code"], -32602);

    answers[2] = json!({ "keys": { "port": "70000", "unknown": "x" } });
    spoken.answers.insert("workspace/configuration".to_owned(), json!(answers));
    spoken.heard.clear();
    spoken.tell("workspace/didChangeConfiguration", json!({ "settings": null }));
    spoken.told("workspace/inlayHint/refresh");
    let [one, two, outside] = ports(&mut spoken);
    assert_eq!(
        [one, outside],
        [configured("9000"), configured("3")],
        "settings that stay leave what is chosen"
    );
    assert_eq!(
        two,
        "- `70000` is no value for `--port`: a port is at most 65535, and at least 0; `--port` is `80`, the default"
    );
    // Whatever is configured, the text has no mistake.
    spoken.edit(TWO, 2, ((3, 0), (3, 0)), "\n");
    assert_eq!(spoken.diagnostics(TWO, 2), [""; 0]);
}

#[test]
fn a_client_that_cannot_be_asked_says_its_settings_itself() {
    let mut spoken = opened(Spoken::starting(&[], start(false, &json!({ "keys": { "port": 1 } })), &[]));
    assert_eq!(port(&mut spoken, ONE), told("1", "as configured"));
    let settings = json!({ "unik": { "keys": { "port": 2 } }, "other": 1 });
    spoken.tell("workspace/didChangeConfiguration", json!({ "settings": settings }));
    assert_eq!(ports(&mut spoken), [2, 2, 2].map(|port| told(&port.to_string(), "as configured")));
    spoken.tell("workspace/didChangeConfiguration", json!({ "settings": { "other": 2 } }));
    assert_eq!(port(&mut spoken, TWO), told("2", "as configured"), "of other sections it knows nothing");
    spoken.tell("workspace/didChangeConfiguration", json!({ "settings": { "unik": null } }));
    assert_eq!(port(&mut spoken, ONE), told("1", "as configured"));
    assert!(spoken.heard.iter().all(|message| message["method"] != "workspace/configuration"));
}

#[test]
fn what_counts_for_a_file_is_told() {
    let mut spoken = opened(Spoken::starting(&[], start(false, &json!({ "keys": { "port": 1 } })), &[]));
    let mut check = |uri: &str, chosen: Option<Value>, expected: Value| {
        if let Some(chosen) = chosen {
            choose(&mut spoken, uri, &chosen);
        }
        let answer = spoken.ask("unik/configuration", json!({ "textDocument": { "uri": uri } }));
        let targets = answer["result"]["targets"].as_array().unwrap();
        assert!(targets.contains(&json!("unix")) && targets.contains(&json!("virtio")), "{answer}");
        assert_eq!(
            [&answer["result"]["configuration"], &answer["result"]["target"]],
            [&expected[0], &expected[1]]
        );
    };
    check(ONE, None, json!([{ "target": null, "keys": { "port": "1" } }, "unix"]));
    check(TWO, Some(json!({ "target": "virtio" })), json!([{ "target": "virtio", "keys": {} }, "virtio"]));
    check(OUTSIDE, Some(json!({ "target": "moon" })), json!([{ "target": "moon", "keys": {} }, "moon"]));
    // A file without a unikernel, which has no graph, has a configuration nevertheless.
    let library = "file:///two/library.unik";
    check(library, None, json!([{ "target": "virtio", "keys": {} }, "virtio"]));
    let own = json!({ "textDocument": { "uri": TWO }, "configuration": { "target": null } });
    let answer = spoken.ask("unik/configuration", own);
    assert_eq!(answer["result"]["target"], "unix", "what is asked with a configuration is answered with it");
    let refused = spoken.ask("unik/configuration", json!({}));
    assert_eq!(refused["error"]["code"], -32602, "{refused}");
}

#[test]
fn the_graph_follows_what_is_configured() {
    let mut spoken = opened(Spoken::starting(&[], start(false, &Value::Null), &[]));
    let taken = |spoken: &mut Spoken| {
        let answer = spoken.ask("unik/graph", json!({ "textDocument": { "uri": ONE } }));
        let nodes = answer["result"]["nodes"].as_array().unwrap().clone();
        let devices = nodes.iter().filter(|node| node["kind"] == "job");
        devices.map(|node| node["taken"].as_bool().unwrap()).collect::<Vec<_>>()
    };
    let before = taken(&mut spoken);
    choose(&mut spoken, TWO, &json!({ "keys": { "big": "true" } }));
    choose(&mut spoken, ONE, &json!({ "keys": { "big": "true" } }));
    assert_eq!(spoken.told("unik/graphChanged")["textDocument"]["uri"], ONE);
    let after = taken(&mut spoken);
    assert_eq!(before.len(), 2);
    assert_eq!(after, before.iter().map(|taken| !taken).collect::<Vec<_>>());
}
