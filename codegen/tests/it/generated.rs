//! The crates themselves: as they should be, the same each time, formatted, without warnings, and doing what they say.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use expect_test::expect_file;
use unik_codegen::{Content, Crate, generate};

use crate::build::{App, resolution};
use crate::graphs;

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

pub(crate) fn crate_of(name: &str) -> Crate {
    let (_, graph) = graphs::all().into_iter().find(|(known, _)| *known == name).unwrap();
    generate(&graph, &App, &resolution(&graph, "../..")).unwrap()
}

/// The golden crate, brought up to date if asked for.
fn check(name: &str) {
    for (path, content) in &crate_of(name).files {
        let file = golden(name).join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        match content {
            Content::Text(text) => expect_file![file].assert_eq(text),
            Content::Bytes(bytes) => expect_file![file].assert_eq(std::str::from_utf8(bytes).unwrap()),
        }
    }
}

pub(crate) fn cargo(name: &str, folder: &Path, arguments: &[&str]) -> Output {
    let manifest = folder.join(name).join("Cargo.toml");
    // The versions of the repository, so that no network is needed.
    std::fs::copy(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.lock"), manifest.with_file_name("Cargo.lock")).unwrap();
    Command::new(env!("CARGO"))
        .args(&arguments[..1])
        .args(["--offline", "--quiet", "--manifest-path"])
        .arg(manifest)
        .arg("--target-dir")
        .arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join("generated"))
        .args(&arguments[1..])
        .output()
        .unwrap()
}

fn succeeds(what: &str, output: &Output) {
    let text = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    assert!(output.status.success(), "{what}: {}", String::from_utf8_lossy(&text));
}

#[test]
fn crates_are_as_they_should_be() {
    graphs::all().iter().for_each(|(name, _)| check(name));
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    for (name, graph) in graphs::all() {
        let mut shuffled = resolution(&graph, "../..");
        shuffled.files.values_mut().for_each(|entries| entries.reverse());
        assert_eq!(generate(&graph, &App, &shuffled).unwrap(), crate_of(name), "{name}");
    }
}

#[test]
fn crates_are_formatted() {
    for (name, _) in graphs::all() {
        let mut rustfmt = Command::new("rustfmt");
        rustfmt.args(["--check", "--edition", "2024"]).arg(golden(name).join("src/main.rs"));
        succeeds(name, &rustfmt.output().unwrap());
    }
}

#[test]
fn crates_compile_without_warnings() {
    for (name, _) in graphs::all() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
        succeeds(name, &cargo(name, &folder, &["clippy", "--", "-D", "warnings"]));
    }
}

/// What a program prints, and how it ends.
fn run(name: &str, arguments: &[&str]) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let all = [&["run", "--"], arguments].concat();
    let output = cargo(name, &folder, &all);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.code().is_some_and(|code| code != 101), "{}", String::from_utf8_lossy(&output.stderr));
    format!("{text}exit {}\n", output.status.code().unwrap())
}

#[test]
fn programs_do_what_the_graph_says() {
    use expect_test::expect;
    expect![[""]].assert_eq(&run("small", &[]));
    expect![[""]].assert_eq(&run("server", &[]));
    expect![[""]].assert_eq(&run("server", &["-p80"]));
    expect![[""]].assert_eq(&run("server", &["--port=9000"]));
    expect![[""]].assert_eq(&run("values", &[]));
    expect![[""]].assert_eq(&run("keys", &["--int=64", "--mode=very_slow", "--unread"]));
    expect![[""]].assert_eq(&run("keys", &["--int=65", "--mode=fast", "--unread"]));
    expect![[""]].assert_eq(&run("keys", &["--int=1", "--mode=slow", "--unread"]));
    expect![[""]].assert_eq(&run("keys", &["--int=1", "--mode=fast", "--unread", "--base=65535"]));
    expect![[""]].assert_eq(&run("keys", &["--int=1", "--mode=fast", "--unread", "--volume=loud"]));
    expect![[""]].assert_eq(&run("keys", &["--int=1", "--mode=fast", "--unread", "--modes=fast,fast", "--name=me"]));
    expect![[""]].assert_eq(&run("keys", &["--help"]));
    expect![[""]].assert_eq(&run("exprs", &[]));
    expect![[""]].assert_eq(&run("exprs", &["--n=2"]));
    expect![[""]].assert_eq(&run("exprs", &["--n=1", "--debug", "--maybe=9", "--port=500"]));
    expect![[""]].assert_eq(&run("exprs", &["--debug"]));
}
