//! The graph in graphviz's language.

use expect_test::{Expect, expect};
use unik_graph::{DeviceGraph, dot};

use crate::build::{APP, Build, diamond, file_server, nasty};

fn check(graph: &DeviceGraph, expect: Expect) {
    expect.assert_eq(&dot::render(graph, &APP));
}

#[test]
fn devices_are_boxes_and_choices_ellipses() {
    check(
        &file_server(),
        expect![[r#"
            digraph "filesrv" {
              graph [ordering=out];
              node [fontname="monospace"];
              edge [fontname="monospace"];
              "crunch" [shape=box, label="std/kv.crunch\nfiles: files(\"data/\")", tooltip="std/kv.ReadOnly app.unik:2:9"];
              "direct" [shape=box, label="std/kv.direct\nroot: \"data/\"", tooltip="std/kv.ReadWrite app.unik:2:9"];
              "choice" [shape=ellipse, label="store", tooltip="std/kv.ReadOnly app.unik:2:9"];
              "sockets" [shape=box, label="unix.sockets\naddress: address\n--address", tooltip="std/net.Stack app.unik:2:9"];
              "tcp" [shape=box, label="std/net.tcp\nport: port", tooltip="std/net.Listener app.unik:2:9"];
              "timer" [shape=box, label="unix.timer", tooltip="std/clock.Sleep app.unik:2:9"];
              "wall" [shape=box, label="unix.wall", tooltip="std/clock.Wall app.unik:2:9"];
              "server" [shape=box, label="std/http.server", tooltip="std/net.Network app.unik:2:9"];
              "choice_2" [shape=ellipse, label="port == 80 || port == 8080", tooltip="std/net.Network app.unik:2:9"];
              "file_server" [shape=box, label="app.file_server", tooltip="Job app.unik:2:9"];
              "choice" -> "crunch" [style="dotted,bold", label="crunch"];
              "choice" -> "direct" [style=dotted, label="direct"];
              "tcp" -> "sockets" [tooltip="stack"];
              "server" -> "tcp" [tooltip="connections"];
              "server" -> "timer" [tooltip="sleep"];
              "server" -> "wall" [tooltip="wall"];
              "choice_2" -> "server" [style="dotted,bold", label="then"];
              "choice_2" -> "tcp" [style=dotted, label="else"];
              "file_server" -> "choice" [tooltip="store"];
              "file_server" -> "choice_2" [tooltip="network"];
            }
        "#]],
    );
}

#[test]
fn scopes_and_afters() {
    check(
        &diamond(),
        expect![[r#"
            digraph "demo" {
              graph [ordering=out];
              node [fontname="monospace"];
              edge [fontname="monospace"];
              "base" [shape=box, label="d.base", tooltip="d.T app.unik:2:9"];
              "left" [shape=box, label="lan.one\nd.left", tooltip="d.T app.unik:2:9"];
              "right" [shape=box, label="d.right", tooltip="d.T app.unik:2:9"];
              "top" [shape=box, label="d.top", tooltip="Job app.unik:2:9"];
              "left" -> "base" [tooltip="base"];
              "right" -> "base" [tooltip="base"];
              "top" -> "left" [tooltip="left"];
              "top" -> "right" [tooltip="right"];
              "top" -> "base" [style=dashed, tooltip="after"];
            }
        "#]],
    );
}

#[test]
fn special_characters_are_escaped() {
    check(
        &nasty(),
        expect![[r#"
            digraph "demo" {
              graph [ordering=out];
              node [fontname="monospace"];
              edge [fontname="monospace"];
              "x" [shape=box, label="<&\".字\nd.x\ntext: \"a \\\"quoted\\\" <tag> & \\\\back\\nline\\t😀 字\\u{1}\"", tooltip="d.\"<T>&\\ app.unik:2:9"];
              "choice" [shape=ellipse, label="match \"<&>\\ 字😀\"", tooltip="d.T app.unik:2:9"];
              "choice" -> "x" [style="dotted,bold", label="\"<&>\" 😀"];
              "choice" -> "x" [style=dotted, label="字\\"];
            }
        "#]],
    );
}

#[test]
fn what_looks_like_an_entity_stays_as_it_is() {
    let mut b = Build::new();
    let job = b.device("d.job", "Job", &[]);
    let choice = b.choice("a && b == \"&lt;&#39;&;\"", "Job", &[], &[("&amp", job)]);
    let text = dot::render(&b.rooted(&[choice]), &APP);
    assert!(text.contains(r#"label="a && b == \"&amp;lt;&amp;#39;&;\""#), "{text}");
    assert!(text.contains(r#"label="&amp""#), "{text}");
}

#[test]
fn an_empty_graph_is_a_digraph() {
    check(
        &Build::new().rooted(&[]),
        expect![[r#"
        digraph "demo" {
          graph [ordering=out];
          node [fontname="monospace"];
          edge [fontname="monospace"];
        }
    "#]],
    );
}
