//! What leads from one place to others, over the wire: types, devices, Rust, callers, links, lenses.

use serde_json::{Value, json};

use super::client::{Spoken, position};
use super::{APP, TEXT};

/// The example of the README, as it lies on the disk.
fn example() -> (String, String) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/file-server/app.unik");
    let path = std::fs::canonicalize(path).unwrap();
    (format!("file://{}", path.display()), std::fs::read_to_string(path).unwrap())
}

/// The position of the first `needle` in a text, `behind` bytes further on.
fn find(text: &str, needle: &str, behind: usize) -> (u32, u32) {
    let at = text.find(needle).unwrap() + behind;
    let line = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    (u32::try_from(text[..at].matches('\n').count()).unwrap(), u32::try_from(at - line).unwrap())
}

/// The ends of the addresses that an answer leads to, with the text of the line.
fn leads_to(answer: &Value) -> Vec<String> {
    let place = |found: &Value| {
        let uri = found["uri"].as_str().unwrap();
        let text = std::fs::read_to_string(uri.strip_prefix("file://").unwrap()).unwrap();
        let line = text.lines().nth(found["range"]["start"]["line"].as_u64().unwrap() as usize).unwrap();
        let folders: Vec<&str> = uri.rsplitn(4, '/').collect();
        format!("{}/{}: {line}", folders[1], folders[0])
    };
    answer.as_array().into_iter().flatten().map(place).collect()
}

#[test]
fn places_lead_to_types_devices_and_rust() {
    let (uri, text) = example();
    let mut spoken = Spoken::new(&["utf-8"]);
    spoken.open(&uri, &text);
    let mut check = |method: &str, needle: &str, behind: usize, expected: &[&str]| {
        let found = spoken.at(&format!("textDocument/{method}"), &uri, find(&text, needle, behind));
        assert_eq!(leads_to(&found), expected, "{method} at {needle}");
    };
    check("typeDefinition", "match store", 7, &["file-server/app.unik: enum Store { crunch, direct }"]);
    check(
        "typeDefinition",
        "default_store",
        1,
        &["kv/kv.unik: module type ReadOnly = trait unik::kv::ReadOnly"],
    );
    check(
        "implementation",
        "net.Network",
        5,
        &[
            "net/net.unik: device tcp(port: Port, stack: Stack = default_stack, sleep: clock.Sleep = clock.sleep): Listener {",
            "http/http.unik: device server(",
        ],
    );
    check(
        "definition",
        "rust start",
        6,
        &[
            "src/lib.rs: pub async fn start(store: impl ReadOnly, network: impl Network) -> Result<(), Failure> {",
        ],
    );
    check(
        "implementation",
        "file_server(store",
        1,
        &[
            "src/lib.rs: pub async fn start(store: impl ReadOnly, network: impl Network) -> Result<(), Failure> {",
        ],
    );
    check("definition", "enum", 0, &[]);
    assert_eq!(spoken.end(), Some(1));
}

#[test]
fn callers_are_found_both_ways() {
    let (uri, text) = example();
    let mut spoken = Spoken::new(&["utf-16"]);
    spoken.open(&uri, &text);
    let found = spoken.at("textDocument/prepareCallHierarchy", &uri, find(&text, "default_network", 1));
    assert_eq!((&found[0]["name"], &found[0]["kind"]), (&json!("default_network"), &json!(13)), "{found}");
    let names = |answer: &Value, end: &str| -> Vec<String> {
        let calls = answer["result"].as_array().unwrap().iter();
        let name = |call: &Value| {
            format!(
                "{} {}",
                call[end]["name"].as_str().unwrap(),
                call["fromRanges"].as_array().unwrap().len()
            )
        };
        calls.map(name).collect()
    };
    let incoming = spoken.ask("callHierarchy/incomingCalls", json!({ "item": found[0] }));
    assert_eq!(names(&incoming, "from"), ["filesrv 1"]);
    let outgoing = spoken.ask("callHierarchy/outgoingCalls", json!({ "item": found[0] }));
    assert_eq!(names(&outgoing, "to"), ["server 1", "tcp 2"]);
    let nothing = spoken.at("textDocument/prepareCallHierarchy", &uri, find(&text, "enum", 0));
    assert_eq!(nothing, Value::Null);
}

#[test]
fn links_and_lenses_stand_where_they_should() {
    let (uri, text) = example();
    let mut spoken = Spoken::new(&["utf-16"]);
    spoken.open(&uri, &text);
    let document = json!({ "textDocument": { "uri": uri } });
    let links = spoken.ask("textDocument/documentLink", document.clone());
    let ends = |link: &Value| {
        let target = link["target"].as_str().unwrap();
        target.rsplit('/').next().unwrap().to_owned()
    };
    let links: Vec<String> = links["result"].as_array().unwrap().iter().map(ends).collect();
    assert_eq!(links, ["kv.unik", "net.unik", "http.unik", "data"]);

    let lenses = spoken.ask("textDocument/codeLens", document);
    let (mut titles, mut built_for) = (Vec::new(), Vec::new());
    for lens in lenses["result"].as_array().unwrap() {
        let resolved = match lens["command"].is_null() {
            true => spoken.ask("codeLens/resolve", lens.clone())["result"].take(),
            false => lens.clone(),
        };
        let (line, command) = (&resolved["range"]["start"]["line"], &resolved["command"]);
        let arguments = command["arguments"].as_array().unwrap();
        let named = arguments[0]["unikernel"].as_str().unwrap_or_default();
        // One for each platform of the library; the first stands for all.
        if let Some(target) = command["title"].as_str().unwrap().strip_prefix("Build for ") {
            built_for.push(target.to_owned());
            if built_for.len() > 1 {
                continue;
            }
        }
        titles.push(format!(
            "{line} {} {} {named}",
            command["title"].as_str().unwrap(),
            command["command"].as_str().unwrap()
        ));
        if command["command"] == "unik.showReferences" {
            let uses = arguments[2].as_array().unwrap().len();
            assert!(arguments[0] == uri.as_str() && arguments[1] == resolved["range"]["start"]);
            assert!(command["title"].as_str().unwrap().starts_with(&uses.to_string()), "{command}");
        }
    }
    expect_test::expect![[r#"
        7 1 use unik.showReferences 
        10 1 use unik.showReferences 
        13 4 uses unik.showReferences 
        16 1 use unik.showReferences 
        23 1 use unik.showReferences 
        27 1 use unik.showReferences 
        31 ▶ Run unik.run filesrv
        31 Build for unix unik.build filesrv
        31 Show graph: 7 devices unik.showGraph filesrv"#]]
    .assert_eq(&titles.join("\n"));
    assert!(built_for.contains(&"virtio".to_owned()), "{built_for:?}");

    // What is counted depends on the configuration.
    let configuration = json!({ "target": "virtio", "keys": {} });
    let params = json!({ "textDocument": { "uri": uri }, "configuration": configuration });
    assert_eq!(spoken.ask("unik/configure", params)["result"], Value::Null);
    let document = json!({ "textDocument": { "uri": uri } });
    let lenses = spoken.ask("textDocument/codeLens", document.clone());
    let lens = lenses["result"].as_array().unwrap().last().unwrap();
    expect_test::expect!["Show graph: 17 devices"].assert_eq(lens["command"]["title"].as_str().unwrap());
    let graph = spoken.ask("unik/graph", document);
    assert_eq!(graph["result"]["devices"], 17, "the graph and its lens count alike");
}

#[test]
fn a_lens_of_a_text_that_moved_on_is_not_counted() {
    let mut spoken = Spoken::new(&["utf-16"]);
    spoken.open(APP, TEXT);
    let lenses = spoken.ask("textDocument/codeLens", json!({ "textDocument": { "uri": APP } }));
    let lens = lenses["result"].as_array().unwrap().iter().find(|lens| lens["command"].is_null()).unwrap();
    spoken.edit(APP, 2, ((0, 0), (0, 0)), "// first\n");
    let answer = spoken.ask("codeLens/resolve", lens.clone());
    assert_eq!(answer["error"]["code"], -32801, "{answer}");
    let foreign = json!({ "range": { "start": position((0, 0)), "end": position((0, 0)) } });
    let answer = spoken.ask("codeLens/resolve", foreign);
    assert_eq!(answer["error"]["code"], -32801, "{answer}");
}
