//! rustfmt is the judge: it must leave everything as it is, at every width.

use std::io::Write;
use std::process::{Command, Stdio};

use super::*;

/// Fails if rustfmt, with its defaults, would change `text`.
fn check(text: &str) {
    let mut rustfmt = Command::new("rustfmt")
        .args(["--edition", "2024", "--config", "max_width=100,use_small_heuristics=Default"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    rustfmt.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = rustfmt.wait_with_output().unwrap();
    assert!(output.status.success());
    let formatted = String::from_utf8(output.stdout).unwrap();
    let different = text.lines().zip(formatted.lines()).position(|(ours, theirs)| ours != theirs);
    if let Some(at) = different {
        let around =
            |text: &str| text.lines().skip(at.saturating_sub(2)).take(8).collect::<Vec<_>>().join("\n");
        panic!("ours:\n{}\n\ntheirs:\n{}\n", around(text), around(&formatted));
    }
    assert_eq!(text, formatted);
}

fn name(length: usize) -> String {
    "abcdefghij".repeat(length / 10 + 1)[..length].to_owned()
}

/// Functions with what `make` gives for each length, in blocks of different depth.
fn program(lengths: core::ops::Range<usize>, make: impl Fn(usize, usize) -> Vec<String>) -> String {
    let mut text = String::new();
    for length in lengths {
        text.push_str(&format!("fn f{length}() {{\n"));
        for depth in 1..4 {
            make(depth * 4, length).iter().for_each(|line| text.push_str(&format!("{line}\n")));
            if depth < 3 {
                text.push_str(&format!("{}loop {{\n", "    ".repeat(depth)));
            }
        }
        text.push_str("        }\n    }\n}\n\n");
    }
    text.trim_end().to_owned() + "\n"
}

#[test]
fn calls_and_lists() {
    let code = |length: usize| {
        let items = vec![name(length / 3), format!("\"{}\"", name(length - length / 3))];
        [
            Code::call("function", items.clone()),
            Code::call("function", vec![name(length)]),
            Code::list(items.clone()),
            Code::list(vec!["1234".to_owned(); length / 4]),
            Code::call("function", vec!["-123".to_owned(); length / 4]),
            Code::call("function", vec!["a.b()".to_owned(); length / 6]),
            Code::Group { open: "checked(".into(), items: items.clone(), close: ")?".into(), tail: "" },
            Code::Group { open: "run([".into(), items: items.clone(), close: "])".into(), tail: ".await" },
            Code::Group {
                open: "path::new(".into(),
                items: items.clone(),
                close: ")".into(),
                tail: ".await",
            },
            Code::Group { open: "concat(&[".into(), items: items.clone(), close: "])".into(), tail: "" },
            Code::Group { open: "concat!(".into(), items, close: ")".into(), tail: "" },
            Code::call("include_bytes!", vec![format!("\"{}\"", name(length))]),
        ]
    };
    check(&program(12..96, |indent, length| {
        let lines = code(length).into_iter().flat_map(|code| {
            [lay(indent, "let x =", &code, ";"), lay(indent, "let a_name_that_is_longer =", &code, ";")]
        });
        lines.flatten().collect()
    }));
}

#[test]
fn chains_and_plain_texts() {
    // The generator keeps operands of chains shorter than this.
    check(&program(4..66, |indent, length| {
        let item = name(length);
        let codes = [
            Code::Chain("arguments".into(), vec![format!("get(&{item})?")]),
            Code::Chain("arguments".into(), vec![format!("get(&{item})?"), "unwrap_or(8080)".into()]),
            Code::Chain("arguments".into(), vec!["get(&PORT)?".into(), format!("unwrap_or({item})")]),
            Code::Text(format!("{} == b", name(length.min(60)))),
        ];
        codes.iter().flat_map(|code| lay(indent, "let x =", code, ";")).collect()
    }));
}

#[test]
fn choices() {
    check(&program(1..70, |indent, length| {
        let block = |text: String| vec![format!("{}{text}", " ".repeat(indent + 4))];
        let arm = |condition: &str, text: String| (condition.to_owned(), block(text));
        let one = If { arms: vec![arm("a", name(length))], otherwise: block("b".into()) };
        let two = If {
            arms: vec![arm("a", name(length)), arm("b == c", "d".into())],
            otherwise: block("b".into()),
        };
        let long = If { arms: vec![arm(&name(length.min(64)), "a".into())], otherwise: block("b".into()) };
        let all = [one, two, long];
        all.iter().flat_map(|choice| choice.lay(indent, "let x =", ";")).collect()
    }));
}

#[test]
fn items_of_a_file() {
    let mut text = String::new();
    for length in 1..100 {
        let mut names: Vec<String> = (0..length / 8).map(|at| format!("name_{at:02}")).collect();
        names.push(format!("z{}", name(length % 8)));
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        for line in fill(&format!("path_{length:03}"), &names) {
            text.push_str(&format!("{line}\n"));
        }
    }
    text.push('\n');
    let mut push = |lines: Vec<String>| text.push_str(&format!("{}\n\n", lines.join("\n")));
    for length in 1..120 {
        let pair = vec![name(length / 2 + 1), name(length - length / 2)];
        let fields = [
            ("name", Code::Text(string(&name(length)))),
            ("one", Code::list(vec![name(length.min(90))])),
            ("two", Code::list(pair)),
            ("many", Code::list((0..length).map(|at| name(at % 9 + 1)).collect())),
            ("default", Code::call("Some", vec![string(&name(length))])),
            ("data", Code::call("include_bytes!", vec![string(&name(length))])),
        ];
        push(record(&format!("const NAME_{length}: Device = Device"), &fields, ";"));
        let mut lines = vec![format!("const KEY_{length}: Key = Key {{")];
        lines.extend(text_field(
            "doc",
            &["some words ", &name(length), " \n\n  and \"more\" \\ \u{1f600}"].concat(),
        ));
        lines.extend(text_field("doc", &"some words ".repeat(length / 4)));
        let words = vec!["\"a\"".to_owned(), string(&name(length.min(90)))];
        lines.extend(lay(4, "", &Code::call("..Key::new", words), ""));
        lines.push("};".to_owned());
        push(lines);
        let params = [format!("a: {}", name(length / 2 + 1)), format!("b: {}", name(length - length / 2))];
        push(function(&format!("f{length}"), &params, "Option<u16>", vec!["    None".to_owned()]));
    }
    check(&(text.trim_end().to_owned() + "\n"));
}

#[test]
fn a_text_is_the_same_behind_its_continuations() {
    let text = "some words \n\n  and \"more\" \\ words ".repeat(9);
    let field = text_field("doc", &text).join("\n");
    // What Rust makes of a line that ends with a backslash: it drops the break and the spaces behind it.
    let mut joined = String::new();
    for line in field.split("\\\n") {
        joined.push_str(if joined.is_empty() { line } else { line.trim_start_matches(' ') });
    }
    assert_eq!(joined, format!("    doc: {},", string(&text)));
}

#[test]
fn nothing_hides_in_texts() {
    assert_eq!(string("a\"\\\n\u{1}é字\u{202e}"), "\"a\\\"\\\\\\n\\u{1}é\\u{5b57}\\u{202e}\"");
    assert_eq!(comment(" a\u{202e}b\n\tc\u{1} "), "a b c");
}
