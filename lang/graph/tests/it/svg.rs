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
        <rect class="paper" width="256" height="293" rx="12"/>
        <g class="argument" data-from="left" data-to="base"><title>left – base → base</title><path class="line" d="M80.2 176C80.2 196 159.5 196 159.5 216"/><path class="head" d="M156 216L159.5 223L163 216Z"/></g>
        <g class="argument" data-from="right" data-to="base"><title>right – base → base</title><path class="line" d="M173.5 169.5V176V216"/><path class="head" d="M170 216L173.5 223L177 216Z"/></g>
        <g class="argument" data-from="top" data-to="left"><title>top – left → left</title><path class="line" d="M159.5 70C159.5 90 80.2 90 80.2 110"/><path class="head" d="M76.7 110L80.2 117L83.7 110Z"/></g>
        <g class="argument" data-from="top" data-to="right"><title>top – right → right</title><path class="line" d="M173.5 70V116.5"/><path class="head" d="M170 116.5L173.5 123.5L177 116.5Z"/></g>
        <g class="after" data-from="top" data-to="base"><title>top – after → base</title><path class="line" d="M187.5 70C187.5 93.5 232 93.5 232 117V176C232 196 187.5 196 187.5 216"/><path class="head" d="M184 216L187.5 223L191 216Z"/></g>
        <g class="node" role="graphics-symbol" aria-label="base, device d.base, d.T" data-id="base" data-span="app.unik:2:9"><title>base = d.base: d.T&#10;app.unik:2:9</title><rect x="133.5" y="223" width="80" height="46" rx="8"/><text class="name" x="146.5" y="243.5"><tspan class="soft">d.</tspan>base</text><text class="type" x="146.5" y="259">d.T</text></g>
        <g class="node tint0" role="graphics-symbol" aria-label="left, device d.left, d.T" data-id="left" data-span="app.unik:2:9"><title>left = d.left: d.T&#10;app.unik:2:9&#10;in lan.one</title><rect x="24" y="117" width="83" height="59" rx="8"/><text class="scope" x="37" y="134">lan › one</text><text class="name" x="37" y="150.5"><tspan class="soft">d.</tspan>left</text><text class="type" x="37" y="166">d.T</text></g>
        <g class="node" role="graphics-symbol" aria-label="right, device d.right, d.T" data-id="right" data-span="app.unik:2:9"><title>right = d.right: d.T&#10;app.unik:2:9</title><rect x="133" y="123.5" width="81" height="46" rx="8"/><text class="name" x="146" y="144"><tspan class="soft">d.</tspan>right</text><text class="type" x="146" y="159.5">d.T</text></g>
        <g class="node job" role="graphics-symbol" aria-label="top, device d.top, Job" data-id="top" data-span="app.unik:2:9"><title>top = d.top: Job&#10;app.unik:2:9</title><rect x="133.5" y="24" width="80" height="46" rx="8"/><text class="name" x="146.5" y="44.5"><tspan class="soft">d.</tspan>top</text><text class="type" x="146.5" y="60">Job</text></g>
        </svg>
    "#]].assert_eq(body);
}
