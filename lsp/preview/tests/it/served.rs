//! What a page hears: the graph, its sources, and that the files have changed.

use std::io::{BufRead, BufReader, Write};

use serde_json::{Value, json};

use crate::client::{APP, PARTS, Served};

/// What a page hears unasked.
struct Events(BufReader<std::net::TcpStream>);

impl Events {
    fn of(served: &Served) -> Self {
        let mut stream = served.connect();
        let path = served.path("/events");
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", served.host).unwrap();
        let mut events = Self(BufReader::new(stream));
        // The first words of the host: from now on everything is heard.
        while !events.line().starts_with(": ") {}
        events
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        assert!(self.0.read_line(&mut line).unwrap() > 0, "the host has hung up");
        line
    }

    fn next(&mut self) -> Value {
        loop {
            if let Some(data) = self.line().strip_prefix("data: ") {
                return serde_json::from_str(data).unwrap();
            }
        }
    }
}

fn ask(served: &Served, params: &Value) -> Value {
    let mut answers = served.tell(&json!({ "kind": "ask", "serial": 7, "params": params }));
    assert_eq!(answers.len(), 1);
    let answer = answers.remove(0);
    assert_eq!((&answer["kind"], &answer["serial"]), (&json!("graph"), &json!(7)));
    answer["answer"].clone()
}

fn names(answer: &Value) -> Vec<String> {
    let nodes = answer["nodes"].as_array().unwrap().iter();
    nodes.map(|node| format!("{} {}", node["id"].as_str().unwrap(), node["taken"])).collect()
}

#[test]
fn the_page_says_what_it_may_do() {
    let served = Served::new();
    let page = served.request("GET", &served.path("/"), "", "");
    assert_eq!(page.status, 200);
    for line in [
        "content-type: text/html; charset=utf-8",
        "x-content-type-options: nosniff",
        "x-frame-options: deny",
        "referrer-policy: no-referrer",
        "cache-control: no-store",
        "cross-origin-resource-policy: same-origin",
    ] {
        assert!(page.head.contains(line), "{line} is not in {}", page.head);
    }
    let policy = page.head.lines().find(|line| line.starts_with("content-security-policy: ")).unwrap();
    let nonce = policy.split("script-src 'nonce-").nth(1).unwrap().split('\'').next().unwrap();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    assert!(page.body.contains(&format!("nonce=\"{nonce}\"")) && !page.body.contains(&served.token));
    let other = served.request("GET", &served.path("/"), "", "");
    assert!(!other.head.contains(nonce), "each page has a nonce of its own");
}

#[test]
fn a_page_asks_and_configures() {
    let served = Served::new();
    let first = ask(&served, &json!({}));
    assert_eq!(names(&first), ["many false", "few true", "choice:parts.Part:many true", "one true"]);
    assert_eq!(first["configuration"], json!({ "target": null, "keys": {} }));
    let own = ask(&served, &json!({ "configuration": { "keys": { "many": "true" } }, "evaluated": true }));
    assert_eq!(names(&own), ["many true", "one true"]);
    let mut events = Events::of(&served);
    assert!(
        served
            .tell(&json!({ "kind": "configure", "configuration": { "keys": { "many": true } } }))
            .is_empty()
    );
    assert_eq!(events.next(), json!({ "kind": "changed" }));
    let now = ask(&served, &json!({ "evaluated": true }));
    assert_eq!((names(&now), &now["configuration"]["keys"]["many"]), (names(&own), &json!("true")));
}

#[test]
fn changes_of_a_file_and_of_what_it_imports_are_heard() {
    let served = Served::new();
    ask(&served, &json!({}));
    let mut events = Events::of(&served);
    served.system.write("/app/app.unik", APP.replace("= false", "= true"));
    assert_eq!(events.next(), json!({ "kind": "changed" }));
    assert_eq!(names(&ask(&served, &json!({})))[..2], ["many true", "few false"]);
    served.system.write("/app/parts.unik", PARTS.replace("device few:", "device few(a: Int = 1):"));
    assert_eq!(events.next(), json!({ "kind": "changed" }));
    // What a new import brings is followed from then on.
    served.system.write("/app/more.unik", PARTS);
    served.system.write("/app/app.unik", APP.replace("./parts", "./more as parts"));
    assert_eq!(events.next(), json!({ "kind": "changed" }));
    ask(&served, &json!({}));
    served.system.write("/app/more.unik", "device few Part {");
    assert_eq!(events.next(), json!({ "kind": "changed" }));
    let broken = ask(&served, &json!({}));
    assert!(!broken["problems"].as_array().unwrap().is_empty());
    served.system.remove("/app/app.unik");
    assert_eq!(events.next(), json!({ "kind": "changed" }));
    assert_eq!(ask(&served, &json!({})), Value::Null);
}

#[test]
fn sources_are_shown_in_reach_of_the_file_only() {
    let served = Served::new();
    served.system.write("/app/secret.unik", "let secret = 1");
    let reveal = |uri: &str| served.tell(&json!({ "kind": "reveal", "uri": uri, "range": {} }));
    let text = |uri: &str, text: &str| json!({ "kind": "text", "uri": uri, "text": text });
    assert_eq!(reveal("file:///app/app.unik"), [text("file:///app/app.unik", APP)]);
    assert_eq!(reveal("file:///app/parts.unik"), [text("file:///app/parts.unik", PARTS)]);
    assert_eq!(reveal("file:///library/bare/bare.unik").len(), 1);
    for other in
        ["file:///app/secret.unik", "file:///etc/passwd", "file:///app/../etc/passwd", "", "/app/app.unik"]
    {
        assert!(reveal(other).is_empty(), "{other}");
    }
    let mut events = Events::of(&served);
    let longer = format!("{PARTS}\n// more\n");
    served.system.write("/app/parts.unik", longer.as_str());
    assert_eq!(events.next(), text("file:///app/parts.unik", &longer));
    assert_eq!(events.next(), json!({ "kind": "changed" }));
}

#[test]
fn a_page_takes_the_graph_along() {
    let served = Served::new();
    let export = |format: &str| served.tell(&json!({ "kind": "export", "format": format, "params": {} }));
    let svg = export("svg");
    assert_eq!((&svg[0]["kind"], &svg[0]["name"]), (&json!("exported"), &json!("app.svg")));
    assert!(svg[0]["text"].as_str().unwrap().starts_with("<svg "));
    assert!(export("html")[0]["text"].as_str().unwrap().contains("choice:parts.Part:many"));
    served.system.write("/app/app.unik", "let a = 1\n");
    while !ask(&served, &json!({})).is_null() {
        std::thread::yield_now();
    }
    assert!(export("html").is_empty());
}
