//! The graph as JSON, held to `spec/graph.schema.json`.

use expect_test::expect;
use serde_json::{Value, json};
use unik_graph::{DeviceGraph, json};

use crate::build::{APP, Build, chain, diamond, file_server, nasty, wide};

const SCHEMA: &str = include_str!("../../../../spec/graph.schema.json");

/// The mistakes of `value` by the part of JSON Schema that our schema uses; another keyword is a mistake, too.
fn mistakes(root: &Value, schema: &Value, value: &Value, at: &str, out: &mut Vec<String>) {
    for (keyword, rule) in schema.as_object().unwrap() {
        let fine = match keyword.as_str() {
            "$schema" | "$id" | "title" | "description" | "$defs" => true,
            "$ref" => {
                let target = root.pointer(rule.as_str().unwrap().strip_prefix('#').unwrap()).unwrap();
                mistakes(root, target, value, at, out);
                true
            }
            "const" => value == rule,
            "enum" => rule.as_array().unwrap().contains(value),
            "type" => match rule {
                Value::String(ty) => is(value, ty),
                types => types.as_array().unwrap().iter().any(|ty| is(value, ty.as_str().unwrap())),
            },
            "minimum" => value.as_i64() >= rule.as_i64(),
            "required" => {
                rule.as_array().unwrap().iter().all(|name| value.get(name.as_str().unwrap()).is_some())
            }
            "additionalProperties" => {
                assert_eq!(rule, &json!(false));
                value.as_object().unwrap().keys().all(|name| schema["properties"].get(name).is_some())
            }
            "properties" => {
                for (name, schema) in rule.as_object().unwrap() {
                    if let Some(value) = value.get(name) {
                        mistakes(root, schema, value, &format!("{at}/{name}"), out);
                    }
                }
                true
            }
            "items" => {
                for (index, value) in value.as_array().into_iter().flatten().enumerate() {
                    mistakes(root, rule, value, &format!("{at}/{index}"), out);
                }
                true
            }
            "oneOf" => {
                let fits = |schema: &&Value| {
                    let mut out = Vec::new();
                    mistakes(root, schema, value, at, &mut out);
                    out.is_empty()
                };
                rule.as_array().unwrap().iter().filter(fits).count() == 1
            }
            _ => false,
        };
        if !fine {
            out.push(format!("{at}: {keyword} {rule}"));
        }
    }
}

fn is(value: &Value, ty: &str) -> bool {
    match ty {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => panic!("the validator does not know {ty}"),
    }
}

fn check(value: &Value) -> Vec<String> {
    let schema = serde_json::from_str(SCHEMA).unwrap();
    let mut out = Vec::new();
    mistakes(&schema, &schema, value, "", &mut out);
    out
}

#[test]
fn every_graph_fits_the_schema() {
    let empty = || Build::new().rooted(&[]);
    let graphs: [DeviceGraph; 7] =
        [empty(), file_server(), diamond(), nasty(), wide(100), chain(1000), attached()];
    for graph in &graphs {
        let text = json::render(graph, &APP);
        assert_eq!(check(&serde_json::from_str(&text).unwrap()), [""; 0]);
    }
}

/// A device to which the host attaches something.
fn attached() -> DeviceGraph {
    let mut b = Build::new();
    let tap = b.device("d.tap", "Job", &[]);
    b.attach("nic", "service", tap);
    b.rooted(&[tap])
}

#[test]
fn what_is_attached() {
    let value = json::value(&attached(), &APP);
    expect![[r#"
        [
          {
            "doc": "An interface of the host.",
            "kind": "nic",
            "name": "service",
            "node": "tap",
            "span": {
              "column": 9,
              "end_column": 15,
              "end_line": 2,
              "file": "app.unik",
              "line": 2
            }
          }
        ]"#]]
    .assert_eq(&format!("{:#}", value["attachments"]));
}

#[test]
fn the_schema_refuses_what_is_wrong() {
    let good = json::value(&file_server(), &APP);
    for (pointer, wrong) in [
        ("/version", json!(2)),
        ("/nodes/0/kind", json!("job")),
        ("/nodes/0/args/0", json!({ "name": "x" })),
        ("/edges/0/default", Value::Null),
        ("/keys/0/stage", json!("never")),
        ("/keys/0/span/line", json!(0)),
    ] {
        let mut value = good.clone();
        *value.pointer_mut(pointer).unwrap() = wrong;
        assert!(!check(&value).is_empty(), "{pointer}");
    }
}

#[test]
fn a_key_a_device_a_choice_and_edges() {
    let value = json::value(&file_server(), &APP);
    let some =
        json!([value["keys"][1], value["nodes"][4], value["nodes"][8], value["edges"][1], value["edges"][3]]);
    expect![[r#"
        [
          {
            "declaredBy": "app.unik",
            "default": "8080",
            "doc": "What it is for.",
            "name": "port",
            "option": "port",
            "origin": "default",
            "scope": [],
            "short": "p",
            "span": {
              "column": 9,
              "end_column": 15,
              "end_line": 2,
              "file": "app.unik",
              "line": 2
            },
            "stage": "both",
            "type": "Port",
            "value": "8080"
          },
          {
            "args": [
              {
                "name": "port",
                "value": "port"
              },
              {
                "name": "stack",
                "node": "sockets"
              }
            ],
            "device": "std/net.tcp",
            "doc": "",
            "id": "tcp",
            "keys": [],
            "kind": "device",
            "scope": [],
            "span": {
              "column": 9,
              "end_column": 15,
              "end_line": 2,
              "file": "app.unik",
              "line": 2
            },
            "type": "std/net.Listener"
          },
          {
            "id": "choice_2",
            "keys": [
              "port"
            ],
            "kind": "choice",
            "label": "port == 80 || port == 8080",
            "scope": [],
            "span": {
              "column": 9,
              "end_column": 15,
              "end_line": 2,
              "file": "app.unik",
              "line": 2
            },
            "type": "std/net.Network"
          },
          {
            "default": false,
            "from": "choice",
            "index": 1,
            "kind": "branch",
            "label": "direct",
            "to": "direct"
          },
          {
            "from": "server",
            "index": 0,
            "kind": "argument",
            "to": "tcp"
          }
        ]"#]]
    .assert_eq(&format!("{some:#}"));
}
