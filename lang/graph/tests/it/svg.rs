//! The graph as a picture.

use expect_test::expect;
use unik_graph::{DeviceGraph, svg};

use crate::build::{APP, Arg, Build, Index, chain, diamond, file_server, nasty, wide};

/// Forty devices and choices, some in scopes.
fn forty() -> DeviceGraph {
    let mut b = Build::new();
    let mut nodes: Vec<Index> = Vec::new();
    for at in 0..40_usize {
        let uses = |part: usize| Arg::Node(nodes[at / part]);
        let args = match at {
            0 => vec![],
            1..4 => vec![("flow", uses(2))],
            _ => vec![("flow", uses(2)), ("store", uses(3))],
        };
        let name = ["net.tcp", "kv.cache", "http.server", "log.console", "tls.client"][at % 5];
        let node = if at % 7 == 6 {
            b.choice(
                "backend",
                "std/kv.ReadOnly",
                &[],
                &[("local", nodes[at / 2]), ("remote", nodes[at / 3])],
            )
        } else {
            b.device(&format!("std/{name}"), if at > 30 { "Job" } else { "std/net.Network" }, &args)
        };
        match at % 4 {
            1 if at > 8 => b.scope(node, &["management"]),
            2 if at > 12 => b.scope(node, &["public", "edge"]),
            _ => {}
        }
        nodes.push(node);
    }
    let users: Vec<_> = nodes.iter().copied().filter(|node| b.0.users(*node) == 0).collect();
    b.rooted(&users)
}

/// Elements nest, attributes are quoted, entities are known: enough of XML for what is written here.
fn check(graph: &DeviceGraph) -> String {
    let text = svg::render(graph, &APP);
    assert_eq!(text, svg::render(graph, &APP), "two runs differ");
    let mut open = Vec::new();
    let mut rest = text.as_str();
    while let Some(start) = rest.find('<') {
        content(&rest[..start]);
        // A `>` within an attribute is escaped.
        let end = start + rest[start..].find('>').expect("a tag ends");
        let tag = &rest[start + 1..end];
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap();
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "{tag}");
        } else {
            assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
            tag.split('"').skip(1).step_by(2).for_each(content);
            if !tag.ends_with('/') {
                open.push(name);
            }
        }
        rest = &rest[end + 1..];
    }
    assert_eq!((open, rest), (vec![], "\n"));
    text
}

fn content(text: &str) {
    assert!(!text.chars().any(|char| char.is_control() && char != '\n'), "{text:?}");
    for entity in text.split('&').skip(1) {
        let name = entity.split(';').next().unwrap();
        assert!(["amp", "lt", "gt", "quot", "#9", "#10", "#13"].contains(&name), "{entity}");
    }
}

#[test]
fn any_graph_is_well_formed() {
    for graph in [Build::new().rooted(&[]), wide(1), wide(100), chain(200), nasty(), forty()] {
        let text = check(&graph);
        assert_eq!(text.matches("data-id=").count(), graph.graph.node_count());
        assert_eq!(text.matches("class=\"head\"").count(), graph.graph.edge_count());
    }
}

#[test]
fn edges_are_told_apart() {
    let text = check(&file_server());
    for (class, count) in [("argument", 6), ("branch default", 2), ("branch", 2), ("after", 0)] {
        assert_eq!(text.matches(&format!("<g class=\"{class}\" data-from")).count(), count, "{class}");
    }
    assert_eq!(text.matches("<ellipse").count(), 2);
}

#[test]
fn special_characters_are_escaped() {
    let text = check(&nasty());
    assert!(text.contains(">match &quot;&lt;&amp;&gt;\\ 字😀&quot;</text>"));
    assert!(text.contains("&lt;&amp;&quot; › 字</text>"));
}

#[test]
fn removed_nodes_leave_no_trace() {
    let mut graph = diamond();
    let left = graph.find("left").unwrap();
    graph.graph.remove_node(left);
    assert!(!check(&graph).contains("data-id=\"left\""));
}

#[test]
fn a_whole_picture() {
    let text = check(&diamond());
    let (_, body) = text.split_once("</style>\n").unwrap();
    expect![[r#"
        <rect class="paper" width="258.6" height="293.2" rx="12"/>
        <g class="argument" data-from="left" data-to="base"><title>left – base → base</title><path class="line" d="M82.2 176.1C82.2 196.1 162.1 196.1 162.1 216.2"/><path class="head" d="M158.6 216.2L162.1 223.2L165.6 216.2Z"/></g>
        <g class="argument" data-from="right" data-to="base"><title>right – base → base</title><path class="line" d="M176.1 169.6V176.1V216.2"/><path class="head" d="M172.6 216.2L176.1 223.2L179.6 216.2Z"/></g>
        <g class="argument" data-from="top" data-to="left"><title>top – left → left</title><path class="line" d="M162.1 70C162.1 90 82.2 90 82.2 110.1"/><path class="head" d="M78.7 110.1L82.2 117.1L85.7 110.1Z"/></g>
        <g class="argument" data-from="top" data-to="right"><title>top – right → right</title><path class="line" d="M176.1 70V116.6"/><path class="head" d="M172.6 116.6L176.1 123.6L179.6 116.6Z"/></g>
        <g class="after" data-from="top" data-to="base"><title>top – after → base</title><path class="line" d="M190.1 70C190.1 93.5 234.6 93.5 234.6 117.1V176.1C234.6 196.1 190.1 196.1 190.1 216.2"/><path class="head" d="M186.6 216.2L190.1 223.2L193.6 216.2Z"/></g>
        <g class="node" role="graphics-symbol" aria-label="base, device d.base, d.T" data-id="base" data-span="app.unik:2:9"><title>base = d.base: d.T&#10;app.unik:2:9</title><rect x="136.1" y="223.2" width="80" height="46" rx="8"/><text class="name" x="149.1" y="243.7"><tspan class="soft">d.</tspan>base</text><text class="type" x="149.1" y="259.2">d.T</text></g>
        <g class="node tint0" role="graphics-symbol" aria-label="left, device d.left, d.T" data-id="left" data-span="app.unik:2:9"><title>left = d.left: d.T&#10;app.unik:2:9&#10;in lan.one</title><rect x="24" y="117.1" width="85.6" height="59" rx="8"/><text class="scope" x="37" y="134.1">lan › one</text><text class="name" x="37" y="150.6"><tspan class="soft">d.</tspan>left</text><text class="type" x="37" y="166.1">d.T</text></g>
        <g class="node" role="graphics-symbol" aria-label="right, device d.right, d.T" data-id="right" data-span="app.unik:2:9"><title>right = d.right: d.T&#10;app.unik:2:9</title><rect x="135.6" y="123.6" width="81" height="46" rx="8"/><text class="name" x="148.6" y="144.1"><tspan class="soft">d.</tspan>right</text><text class="type" x="148.6" y="159.6">d.T</text></g>
        <g class="node job" role="graphics-symbol" aria-label="top, device d.top, Job" data-id="top" data-span="app.unik:2:9"><title>top = d.top: Job&#10;app.unik:2:9</title><rect x="136.1" y="24" width="80" height="46" rx="8"/><text class="name" x="149.1" y="44.5"><tspan class="soft">d.</tspan>top</text><text class="type" x="149.1" y="60">Job</text></g>
        </svg>
    "#]].assert_eq(body);
}
