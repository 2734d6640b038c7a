//! What templates are told of an image, and what becomes of them.

use std::process::Command;

use expect_test::{Expect, expect};
use unik_codegen::launch::{self, Launch};
use unik_graph::{Attachment, Claim, Op, Stage};

use crate::build::{Arg, Build, declared, line};

/// A server on `port` and on the port above it, over an interface.
fn server() -> Build {
    let mut build = Build::new("site");
    let port = build.port(8080);
    let port = build.key("port", unik_graph::ValueType::Port, Some(port));
    build.edit_key("port").short = Some('p');
    let one = build.int(1);
    let above = build.binary(Op::Add, port, one);
    let name = build.str("service");
    let nic = build.device("nic", "Nic::new", Some("Nic"), vec![("interface", Arg::Value(name))]);
    let other = build.str("b");
    build.device("other", "Nic::new", Some("Nic"), vec![("interface", Arg::Value(other))]);
    let stack = build.device("stack", "Stack::new", Some("Stack"), vec![("nic", Arg::Node(nic))]);
    for (id, port) in [("tcp", port), ("tcp_2", above)] {
        let args = vec![("port", Arg::Value(port)), ("stack", Arg::Node(stack))];
        let tcp = build.device(id, "Tcp::new", Some("Listener"), args);
        let claim = Claim { resource: "TCP port".into(), values: Vec::new(), place: declared(1) };
        build.edit(tcp).claims.push(claim);
    }
    for (kind, name, node) in [("disk", "data", "disk"), ("nic", "b", "other"), ("nic", "service", "nic")] {
        let doc = format!("The {name}\nand more.");
        build.graph.attachments.push(Attachment {
            kind: kind.into(),
            name: name.into(),
            node: node.into(),
            doc: doc.into(),
            place: line(1),
        });
    }
    let target = build.graph.target.as_mut().unwrap();
    target.name = "bare".into();
    target.attach = vec![("nic".into(), 8), ("disk".into(), 16), ("tape".into(), 1)];
    build
}

fn facts(build: &Build) -> Launch {
    launch::launch(&build.graph, "site.bare", 3 << 20, "unikc 1")
}

#[track_caller]
fn check(build: &Build, template: &str, expected: &Expect) {
    let text = match launch::render("a.j2", template, &facts(build)) {
        Ok(text) => text,
        Err(broken) => format!("{:?}: {broken}\n", broken.line),
    };
    expected.assert_eq(&text);
}

#[test]
fn a_template_is_told_everything_that_runs_an_image() {
    let template = "\
{{ image }} {{ target }} {{ artifact }} {{ generator }} {{ memory }}
{% for kind, list in attachments | items %}
{{ kind }}:
{%- for one in list %} {{ one.name }} ({{ one.doc }})
{%- endfor %}

{% endfor %}
{% for port in ports %}
{{ port.protocol }} {{ port.number }} $(({{ port.arithmetic }})) {{ port.node }} {{ port.over | join(',') }}
{% endfor %}
{% for variable in variables %}
{{ variable.name }} {{ variable.option }} {{ variable.short }} {{ variable.flag }} {{ variable.default }}
{% endfor %}
{% for key in keys %}
--{{ key.option }}, -{{ key.short }}: {{ key.ty }} = {{ key.default }} ({{ key.required }}) {{ key.doc }}
{% endfor %}
";
    check(
        &server(),
        template,
        &expect![[r#"
            site bare site.bare unikc 1 67
            disk: data (The data and more.)
            nic: b (The b and more.) service (The service and more.)
            tape:
            tcp 8080 $((key_port)) tcp service
            tcp 8081 $((key_port + 1)) tcp_2 service
            key_port port p False 8080
            --port, -p: Port = 8080 (False) The port.
        "#]],
    );
}

#[test]
fn texts_are_written_in_the_language_of_the_template() {
    check(
        &Build::new("it's <a> & \"b\"--->"),
        "{{ image | sh }} {{ image | xml }} {{ image | json }} <!-- {{ image | remark }} --> {{ image | mac }}\n",
        &expect![[r#"
            'it'\''s <a> & "b"--->' it&apos;s &lt;a&gt; &amp; &quot;b&quot;---&gt; "it's <a> & \"b\"--->" <!-- it's <a> & "b"- - -> --> 02:97:8d:d2:8d:f8
        "#]],
    );
}

#[test]
fn a_mistake_in_a_template_has_a_line() {
    let check = |template: &str, line: usize, words: &str| {
        let broken = launch::render("a.j2", template, &facts(&server())).unwrap_err();
        assert_eq!(broken.line, Some(line), "{broken}");
        assert!(broken.reason.contains(words) && !broken.reason.contains('\n'), "{broken}");
    };
    check("one\n{{ nothing }}\n", 2, "undefined");
    check("one\ntwo\n{% for %}\n", 3, "syntax error");
    check("{{ image.name.first }}", 1, "undefined");
    check("\n{{ image | shell }}", 2, "shell");
    check("{% include 'a' %}", 1, "a");
}

#[test]
fn ports_that_are_known_at_boot_only_have_no_number() {
    let mut build = server();
    let key = build.edit_key("port");
    (key.stage, key.default, key.value) = (Stage::Run, None, None);
    let facts = facts(&build);
    assert_eq!(facts.ports[0].number, None);
    assert_eq!(facts.variables[0].default, None);
    assert!(facts.keys[0].required);
}

#[test]
fn a_fixed_key_is_a_number_and_a_given_one_a_default() {
    let mut build = server();
    let key = build.edit_key("port");
    (key.stage, key.given, key.value) =
        (Stage::Configure, Some(unik_graph::Const::Port(80)), Some(unik_graph::Const::Port(80)));
    let fixed = facts(&build);
    assert_eq!((fixed.ports[1].number, fixed.ports[1].arithmetic.as_deref()), (Some(81), Some("80 + 1")));
    assert!(fixed.variables.is_empty() && fixed.keys.is_empty());
    build.edit_key("port").stage = Stage::Both;
    let given = facts(&build);
    assert_eq!(given.ports[1].number, Some(81));
    assert_eq!(given.variables[0].default.as_deref(), Some("80"));
    assert_eq!(given.keys[0].default.as_deref(), Some("80"));
}

/// What a shell makes of the arithmetic is what the number is.
#[test]
fn a_shell_computes_the_same_numbers() {
    let mut build = server();
    let flag = build.value(unik_graph::Const::Bool(true), unik_graph::ValueType::Bool);
    let flag = build.key("high", unik_graph::ValueType::Bool, Some(flag));
    let (low, high) = (build.port(1000), build.port(9000));
    let (two, three) = (build.int(2), build.int(3));
    let product = build.binary(Op::Multiply, two, three);
    let chosen = build.choose(flag, high, low);
    let sum = build.binary(Op::Add, chosen, product);
    let less = build.binary(Op::LessEqual, sum, low);
    let port = build.choose(less, low, sum);
    let name = build.device("udp", "Udp::new", Some("Listener"), vec![("port", Arg::Value(port))]);
    let claim = Claim { resource: "UDP port".into(), values: Vec::new(), place: declared(1) };
    build.edit(name).claims.push(claim);
    let facts = facts(&build);
    for port in &facts.ports {
        let mut script = String::from("set -eu\n");
        for variable in &facts.variables {
            script += &format!("{}=$(({}))\n", variable.name, variable.default.as_deref().unwrap());
        }
        script += &format!("echo $(({}))\n", port.arithmetic.as_deref().unwrap());
        let output = Command::new("sh").args(["-c", &script]).output().expect("there is a shell");
        let said = String::from_utf8_lossy(&output.stdout);
        assert_eq!(said.trim(), port.number.unwrap().to_string(), "{script}");
    }
    let last = facts.ports.last().unwrap();
    assert_eq!((last.protocol.as_str(), last.number, last.over.len()), ("udp", Some(9006), 0));
}
