//! `unikc graph` and `unikc describe`: what they print, where, and that they need no cargo.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::{folder, line, root};

const SERVER: &str = "examples/file-server/app.unik";

#[test]
fn standard_output_holds_the_graph_alone() {
    let text = line(root(), &format!("graph {SERVER}")).ended(0);
    assert!(text.starts_with("unikernel filesrv in examples/file-server/app.unik"), "{text}");
    assert!(text.contains("choice(store)"), "{text}");
    let json = line(root(), &format!("graph {SERVER} --format json")).ended(0);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["unikernel"], "filesrv");
    let dot = line(root(), &format!("graph {SERVER} --format dot")).ended(0);
    assert!(dot.starts_with("digraph") && dot.trim_end().ends_with('}'), "{dot}");
    let svg = line(root(), &format!("graph {SERVER} --format svg")).ended(0);
    assert!(svg.contains("<svg") && svg.trim_end().ends_with("</svg>"), "{svg}");
}

#[test]
fn evaluated_it_has_no_choices_and_follows_the_keys() {
    let eval = |keys: &str| line(root(), &format!("graph {SERVER} --eval {keys}")).ended(0);
    assert!(!eval("").contains("choice("));
    assert!(eval("").contains("std/kv.crunch") && eval("").contains("std/http.server"));
    assert!(eval("--store direct").contains("std/kv.direct"));
    assert!(!eval("--port 4000").contains("std/http.server"));
}

#[test]
fn a_graph_goes_to_the_file_that_is_named() {
    let there = folder([]);
    let out = there.path().join("graph.svg");
    let done = line(root(), &format!("graph {SERVER} --format svg -o {}", out.display()));
    assert_eq!(done.ended(0), "");
    let svg = std::fs::read_to_string(&out).unwrap();
    assert_eq!(svg, line(root(), &format!("graph {SERVER} --format svg")).ended(0));
    assert_eq!(line(root(), &format!("graph {SERVER} -o {}/no/graph", there.path().display())).code, Some(1));
}

#[test]
fn mistakes_go_to_standard_error() {
    let there = folder([("app.unik", &b"let x = nothing\n"[..])]);
    let done = line(there.path(), "graph app.unik");
    assert_eq!((done.code, done.out.as_str()), (Some(1), ""));
    assert!(done.err.contains("app.unik:1:9") && done.err.contains("error"), "{}", done.err);
}

#[test]
fn a_description_tells_all_about_an_image() {
    let text = line(root(), &format!("describe {SERVER} --port 8080 --store direct")).ended(0);
    for word in [
        "filesrv",
        "unix",
        "--store",
        "configure",
        "direct",
        "given",
        "--address",
        "default",
        "std/kv.direct",
        "unik-kv",
        "example",
    ] {
        assert!(text.contains(word), "no `{word}` in\n{text}");
    }
}

#[test]
fn a_description_tells_what_the_host_attaches() {
    let text = b"platform toy {\n  rust toy\n  attach \"nic\" 2\n}\n/// An interface.\n/// Of the host.\ndevice wire(label: Str): Job {\n  rust run\n  attach label as \"nic\"\n}\nunikernel u = [wire(\"uplink\"), wire(\"lan\")]\n";
    let there = folder([("app.unik", &text[..])]);
    let told = line(there.path(), "describe app.unik --target toy").ended(0);
    let attached =
        "\nAttached\n  --nic lan     wire_2  An interface.\n  --nic uplink  wire    An interface.\n";
    assert!(told.contains(attached), "{told}");
    let json: Value =
        serde_json::from_str(&line(there.path(), "graph app.unik --target toy --format json").ended(0))
            .unwrap();
    assert_eq!(json["attachments"][0]["name"], "lan");
}

#[test]
fn one_of_several_unikernels_is_named() {
    let text = b"device a: Job { rust a }\ndevice b: Job { rust b }\nunikernel one = a\nunikernel two = b\n";
    let there = folder([("app.unik", &text[..])]);
    let done = line(there.path(), "graph app.unik");
    assert_eq!(done.code, Some(1));
    assert!(done.err.contains("one") && done.err.contains("two"), "{}", done.err);
    assert!(line(there.path(), "graph app.unik --unikernel two").ended(0).starts_with("unikernel two"));
    assert!(line(there.path(), "graph app.unik --unikernel tow").err.contains("two"));
    assert_eq!(line(there.path(), "check app.unik").code, Some(0));
    assert_eq!(line(there.path(), "graph app.unik --help").code, Some(0));
}

#[test]
fn neither_cargo_nor_a_crate_is_needed() {
    let there = folder([("app.unik", &b"device a: Job { rust a }\nunikernel one = a\n"[..])]);
    for command in ["check", "graph", "describe"] {
        let output = Command::new(env!("CARGO_BIN_EXE_unikc"))
            .args([command, "app.unik"])
            .current_dir(there.path())
            .env("PATH", "")
            .env("CARGO", "/no/such/cargo")
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{command}: {output:?}");
    }
    assert!(!Path::new(&there.path().join("target")).exists());
}

#[test]
fn the_picture_in_the_readme_is_the_graph_as_it_is() {
    let kept = root().join("examples/file-server/graph.svg");
    // While the target and the stack are open, the picture is about them, and not about the server.
    let svg = line(root(), &format!("graph {SERVER} --target unix --net host --format svg")).ended(0);
    if std::env::var_os("UPDATE_EXPECT").is_some_and(|value| value == "1") {
        std::fs::write(&kept, &svg).unwrap();
    }
    assert!(std::fs::read_to_string(&kept).is_ok_and(|kept| kept == svg), "UPDATE_EXPECT=1 draws it anew");
}
