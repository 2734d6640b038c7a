//! The device graph beside a text: asked, exported, and told of when it would be another one.

use serde_json::{Value, json};

use super::client::Spoken;
use super::{APP, TEXT};

/// Asks for the graph of a file.
fn graph(spoken: &mut Spoken, uri: &str, more: &Value) -> Value {
    let mut params = json!({ "textDocument": { "uri": uri } });
    for (member, value) in more.as_object().unwrap() {
        params[member] = value.clone();
    }
    spoken.ask("unik/graph", params)["result"].take()
}

/// The next file whose graph is said to have changed.
fn changed(spoken: &mut Spoken) -> String {
    loop {
        let message = if spoken.heard.is_empty() { spoken.hear() } else { spoken.heard.remove(0) };
        if message["method"] == "unik/graphChanged" {
            return message["params"]["textDocument"]["uri"].as_str().unwrap().to_owned();
        }
    }
}

#[test]
fn the_graph_is_that_of_the_text_as_it_is() {
    for (encoding, column) in [("utf-16", 28), ("utf-8", 30)] {
        let mut spoken = Spoken::new(&[encoding]);
        spoken.open(APP, &TEXT.replace("unikernel u", "let _s = \"😀\" unikernel u"));
        let answer = graph(
            &mut spoken,
            APP,
            &json!({ "configuration": { "target": "unix", "keys": { "port": "81" } } }),
        );
        assert_eq!(
            (&answer["version"], &answer["unikernel"], &answer["target"]),
            (&json!(1), &json!("u"), &json!("unix"))
        );
        let nodes = answer["nodes"].as_array().unwrap();
        let job = nodes.iter().find(|node| node["kind"] == "job").unwrap();
        assert_eq!(job["name"], "app.sink");
        assert_eq!(job["range"]["start"], json!({ "line": 5, "character": column }), "{encoding}");
        assert_eq!(job["uri"], APP);
        let key = &answer["keys"][0];
        assert_eq!(
            (&key["option"], &key["value"], &key["origin"]),
            (&json!("port"), &json!("81"), &json!("given"))
        );
        assert!(answer["svg"].as_str().unwrap().contains("data-id=\"sink\""));
        spoken.edit(APP, 2, ((5, 0), (5, 0)), "// ");
        assert_eq!(graph(&mut spoken, APP, &json!({})), Value::Null, "without a unikernel there is none");
    }
}

#[test]
fn a_client_is_told_once_when_the_graph_is_another_one() {
    let mut spoken = Spoken::new(&[]);
    let other = "file:///nowhere/other.unik";
    spoken.open(APP, TEXT);
    spoken.open(other, TEXT);
    let before = graph(&mut spoken, APP, &json!({}));
    graph(&mut spoken, other, &json!({}));
    // Behind the last line, nothing moves: the graph of this file stays, that of the other one does not. They are looked at
    // in this order.
    spoken.edit(APP, 2, ((6, 0), (6, 0)), "// a comment\n");
    spoken.edit(other, 2, ((3, 17), (3, 19)), "90");
    assert_eq!(changed(&mut spoken), other);
    let mut after = graph(&mut spoken, APP, &json!({}));
    after["version"] = json!(1);
    assert_eq!(before, after);
    graph(&mut spoken, other, &json!({}));
    // What was asked once leaves it so that the answers before are watched.
    graph(&mut spoken, APP, &json!({ "once": true, "configuration": { "keys": { "port": "1" } } }));
    // A burst is told of once.
    for round in 0..20_i64 {
        spoken.edit(APP, 3 + round, ((3, 17), (3, 19)), &(20 + round).to_string());
    }
    assert_eq!(changed(&mut spoken), APP);
    // Who does not ask again is not told again.
    spoken.edit(APP, 30, ((3, 17), (3, 19)), "70");
    spoken.edit(other, 30, ((3, 17), (3, 19)), "71");
    assert_eq!(changed(&mut spoken), other);
    let said = |message: &Value| message["method"] == "unik/graphChanged";
    graph(&mut spoken, APP, &json!({}));
    assert!(!spoken.heard.iter().any(said), "{:?}", spoken.heard);
}

#[test]
fn another_configuration_is_another_graph() {
    let mut spoken = Spoken::new(&[]);
    spoken.open(APP, TEXT);
    let port = |answer: &Value| answer["keys"][0]["value"].as_str().unwrap().to_owned();
    assert_eq!(port(&graph(&mut spoken, APP, &json!({}))), "80");
    let configuration = json!({ "target": "unix", "keys": { "port": "90", "nothing": "1" } });
    let params = json!({ "textDocument": { "uri": APP }, "configuration": configuration });
    assert_eq!(spoken.ask("unik/configure", params)["result"], Value::Null);
    assert_eq!(changed(&mut spoken), APP);
    let answer = graph(&mut spoken, APP, &json!({}));
    assert_eq!((port(&answer).as_str(), &answer["target"]), ("90", &json!("unix")));
    assert_eq!(answer["configuration"]["keys"]["port"], "90");
    let own = graph(&mut spoken, APP, &json!({ "configuration": { "keys": {} } }));
    assert_eq!(port(&own), "80", "what is asked with a configuration is answered with it");
}

#[test]
fn a_graph_is_exported_and_wrong_requests_are_refused() {
    let mut spoken = Spoken::new(&[]);
    spoken.open(APP, TEXT);
    let mut export = |format: &str| {
        let params = json!({ "textDocument": { "uri": APP }, "format": format });
        spoken.ask("unik/exportGraph", params)["result"].take()
    };
    assert_eq!(export("svg")["name"], "u.svg");
    let page = export("html");
    assert_eq!(page["name"], "u.html");
    assert!(!page["text"].as_str().unwrap().contains("nowhere"), "a file says nothing of where it was made");
    assert_eq!(export("exe"), Value::Null);
    for params in
        [json!({}), json!({ "textDocument": { "uri": "%" } }), json!([1]), json!({ "textDocument": "app" })]
    {
        let answer = spoken.ask("unik/graph", params);
        assert_eq!(answer["error"]["code"], -32602, "{answer}");
    }
}
