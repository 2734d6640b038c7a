//! What is told when there is no crate, and when rustc refuses the one that there is.

use std::path::Path;

use expect_test::{Expect, expect};
use unik_codegen::{CrateInfo, generate, rustc};
use unik_graph::{Const, DeviceGraph, Expr, KeyId, NodeKind, Op, ValueType};
use unik_source::Diagnostic;

use crate::build::{App, Arg, Build, enumeration, host, resolution};
use crate::generated::cargo;
use crate::graphs::{list, server};

/// A diagnostic in short: lines are those of `app.unik` or, behind `std`, those of the fixture's file.
fn shown(diagnostic: &Diagnostic) -> String {
    let place = |place: unik_source::Place| {
        format!("{}{}", if place.file.0 == 0 { "app " } else { "std " }, place.span.start / 5 + 1)
    };
    let mut text = format!("{}: {}\n", diagnostic.code, diagnostic.message);
    for label in &diagnostic.labels {
        text.push_str(&format!("  {}: {}\n", place(label.place), label.message));
    }
    for note in &diagnostic.notes {
        // What rustc adds varies with its version.
        text.push_str(&format!("  note: {}\n", note.split("; ").next().unwrap()));
    }
    if let Some(help) = &diagnostic.help {
        text.push_str(&format!("  help: {help}\n"));
    }
    text
}

/// What `generate` tells.
fn check(graph: &DeviceGraph, expected: &Expect) {
    let mut world = resolution(graph, "../..");
    world.crates.retain(|folder, _| folder != "app");
    let told = generate(graph, &App, &world).unwrap_err();
    expected.assert_eq(&told.iter().map(shown).collect::<String>());
}

/// What is told of rustc's errors.
fn check_rustc(name: &str, graph: &DeviceGraph, expected: &Expect) {
    let mut world = resolution(graph, concat!(env!("CARGO_MANIFEST_DIR"), "/tests"));
    if let Some(fixture) = world.crates.get("fixture") {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/devices").into();
        let local = CrateInfo { path, ..fixture.clone() };
        world.crates.insert("app".into(), local);
    }
    let generated = generate(graph, &App, &world).unwrap();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("refused");
    for (path, content) in &generated.files {
        let file = folder.join(name).join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, content.bytes()).unwrap();
    }
    // Only what is built is linked.
    let command = if graph.target.as_ref().unwrap().link.is_some() { "build" } else { "check" };
    let output = cargo(name, &folder, &[command, "--message-format=json"]);
    let lines = String::from_utf8(output.stdout).unwrap();
    let messages: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told: Vec<String> = rustc::diagnostics(&messages, &generated, graph).iter().map(shown).collect();
    assert!(!told.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    expected.assert_eq(&told.concat());
}

/// `server` with one device changed.
fn changed(id: &str, path: &str, bound: Option<&str>) -> DeviceGraph {
    let mut graph = server();
    let node = graph.find(id).unwrap();
    let NodeKind::Device(device) = &mut graph.graph[node].kind else { panic!("not a device") };
    if let Some(rust) = &mut device.rust {
        rust.path = path.into();
    }
    if let (Some(bound), Some(rust)) = (bound, &mut device.bound) {
        rust.path = bound.into();
    }
    graph
}

#[test]
fn what_is_missing_is_said_before_anything_is_written() {
    let mut graph = server();
    graph.target = None;
    check(
        &graph,
        &expect![[r#"
        E0514: no target is chosen
          app 10: what this runs on is not known
          help: give `--target`
    "#]],
    );
    let mut graph = server();
    graph.target.as_mut().unwrap().runtime = None;
    check(
        &graph,
        &expect![[r#"
        E0514: the target `unix` has no runtime
          app 1: this platform has no `rust` entry
          help: name its runtime crate: `rust my_runtime`
    "#]],
    );
    let mut build = Build { graph: server() };
    let node = build.graph.find("direct").unwrap();
    build.edit(node).rust = None;
    let node = build.graph.find("tcp").unwrap();
    build.edit(node).rust.as_mut().unwrap().folder = "app".into();
    check(
        &build.graph,
        &expect![[r#"
        E0512: device `std/fixture.direct` has no constructor
          std 2: this device has no `rust` entry
          note: a graph can be drawn without it, but a program cannot be built
          help: name its constructor: `rust Type::new`
        E0510: this needs a Rust crate, and no `Cargo.toml` lies beside the file
          std 9: a path of that crate
          note: a `rust` path is relative to the crate in the folder of its `.unik` file, `app`
          help: run `cargo init --lib` in that folder and write the constructor there
    "#]],
    );
}

#[test]
fn an_open_choice_is_said() {
    let mut build = Build { graph: server() };
    let node = build.graph.find("both").unwrap();
    let condition = build.int(0);
    let choice = unik_graph::Choice { label: "port == 80".into(), selector: condition, keys: vec![KeyId(0)] };
    build.graph.graph[node].kind = NodeKind::Choice(choice);
    check(
        &build.graph,
        &expect![[r#"
        E0513: what `port == 80` chooses is still open
          app 6: this choice
          help: give `--port`
    "#]],
    );
}

#[test]
fn a_folder_that_was_not_read_is_said() {
    let mut build = Build::new("unread");
    let files = build.value(Const::Files(host("site/")), ValueType::Files);
    build.device("count", "count", None, vec![("number", Arg::Value(files))]);
    let mut world = resolution(&build.graph, "../..");
    world.files.clear();
    let told = generate(&build.graph, &App, &world).unwrap_err();
    expect![[r#"
        E0515: the folder `site/` has not been read
          app 1: used here
    "#]]
    .assert_eq(&told.iter().map(shown).collect::<String>());
}

#[test]
fn a_device_that_does_not_implement_its_module_type() {
    check_rustc(
        "trait",
        &changed("direct", "Direct::new", Some("net::Listener")),
        &expect![[r#"
        E0501: device `std/fixture.direct` does not implement `std/fixture.Store`
          app 2: used here
          std 2: declared as a `std/fixture.Store`
          std 9: which is the trait `net::Listener`
          note: rustc (E0277): the trait bound `Direct: fixture_devices::net::Listener` is not satisfied
          help: implement `net::Listener` for what `Direct::new` gives, or declare another module type
    "#]],
    );
}

#[test]
fn what_is_not_in_the_crate() {
    check_rustc(
        "function",
        &changed("direct", "Direct::open", None),
        &expect![[r#"
        E0502: `Direct::open` is not in the crate beside its `.unik` file
          std 9: named here
          app 2: needed here
          note: rustc (E0599): no function or associated item named `open` found for struct `Direct` in the current scope
          help: write it there as `pub`, or correct the path: it is relative to the root of the crate
    "#]],
    );
    check_rustc(
        "named",
        &changed("direct", "NotClone::new", None),
        &expect![[r#"
            E0502: `NotClone::new` is not in the crate beside its `.unik` file
              std 9: named here
              app 2: needed here
              note: rustc (E0599): no function or associated item named `new` found for struct `NotClone` in the current scope
              help: write it there as `pub`, or correct the path: it is relative to the root of the crate
        "#]],
    );
    check_rustc(
        "type",
        &changed("direct", "Disk::new", None),
        &expect![[r#"
        E0502: `Disk::new` is not in the crate beside its `.unik` file
          std 9: named here
          app 2: needed here
          note: rustc (E0433): cannot find `Disk` in `fixture_devices`
          help: write it there as `pub`, or correct the path: it is relative to the root of the crate
    "#]],
    );
    check_rustc(
        "bound",
        &changed("direct", "Direct::new", Some("Disk")),
        &expect![[r#"
        E0502: `Disk` is not in the crate beside its `.unik` file
          std 9: named here
          note: rustc (E0405): cannot find trait `Disk` in crate `fixture_devices`
          help: write it there as `pub`, or correct the path: it is relative to the root of the crate
    "#]],
    );
}

#[test]
fn arguments_that_do_not_fit() {
    check_rustc(
        "count",
        &changed("direct", "Sockets::new", None),
        &expect![[r#"
        E0503: the arguments of `std/fixture.direct` do not fit `Sockets::new`
          app 2: used here
          std 2: declared here
          note: a constructor takes the parameters in order, then the keys
          note: rustc (E0061): this function takes 0 arguments but 1 argument was supplied
    "#]],
    );
    check_rustc(
        "types",
        &changed("tcp", "Direct::new", None),
        &expect![[r#"
        E0503: the arguments of `std/fixture.tcp` do not fit `Direct::new`
          app 4: used here
          std 4: declared here
          note: a constructor takes the parameters in order, then the keys
          note: rustc (E0061): this function takes 1 argument but 2 arguments were supplied
    "#]],
    );
    let mut build = Build { graph: server() };
    let (serve, both, tcp) = ["serve", "both", "sockets"].map(|id| build.graph.find(id).unwrap()).into();
    let edge = build.graph.graph.find_edge(serve, both).unwrap();
    let weight = build.graph.graph.remove_edge(edge).unwrap();
    build.graph.graph.add_edge(serve, tcp, weight);
    check_rustc(
        "device",
        &build.graph,
        &expect![[r#"
        E0503: the arguments of `std/fixture.serve` do not fit `serve`
          app 7: used here
          std 7: declared here
          note: a constructor takes the parameters in order, then the keys
          note: rustc (E0277): the trait bound `Sockets: fixture_devices::net::Listener` is not satisfied
    "#]],
    );
}

#[test]
fn a_shared_device_that_cannot_be_cloned() {
    let mut build = Build { graph: server() };
    let crunch = build.graph.find("crunch").unwrap();
    let both = build.graph.find("both").unwrap();
    let name = build.str("again");
    let again = build.device(
        "again",
        "serve",
        None,
        vec![("store", Arg::Node(crunch)), ("listener", Arg::Node(both)), ("name", Arg::Value(name))],
    );
    assert_eq!(build.graph.users(again), 1);
    check_rustc(
        "clone",
        &build.graph,
        &expect![[r#"
        E0504: device `std/fixture.crunch` is shared, but cannot be cloned
          app 1: made here
          app 7: one of its users, `std/fixture.serve`
          std 1: declared here
          note: rustc (E0599): no method named `clone` found for struct `Crunch` in the current scope
          help: derive `Clone` for its Rust type, or make two of it: `… as "name"`, `generative`
        E0504: device `std/fixture.both` is shared, but cannot be cloned
          app 6: made here
          app 7: one of its users, `std/fixture.serve`
          std 6: declared here
          note: rustc (E0599): no method named `clone` found for struct `fixture_devices::Both<A, B>` in the current scope
          help: derive `Clone` for its Rust type, or make two of it: `… as "name"`, `generative`
    "#]],
    );
}

#[test]
fn results_that_do_not_fit() {
    check_rustc(
        "plain",
        &changed("sockets", "plain", None),
        &expect![[r#"
        E0505: `plain` does not return what `std/fixture.sockets` needs
          app 3: used here
          std 3: declared here
          note: a constructor is an `async fn` that returns `Result<Device, Error>`
          note: the error is any type that implements `core::error::Error`, or `unik::Failure`
          note: rustc (E0277): `u8` is not a future
    "#]],
    );
    check_rustc(
        "bare",
        &changed("sockets", "bare", None),
        &expect![[r#"
        E0505: `bare` does not return what `std/fixture.sockets` needs
          app 3: used here
          std 3: declared here
          note: a constructor is an `async fn` that returns `Result<Device, Error>`
          note: the error is any type that implements `core::error::Error`, or `unik::Failure`
          note: rustc (E0308): mismatched types
    "#]],
    );
    let mut graph = changed("count", "bare", None);
    let count = graph.find("count").unwrap();
    if let NodeKind::Device(device) = &mut graph.graph[count].kind {
        device.args.clear();
    }
    check_rustc(
        "job",
        &graph,
        &expect![[r#"
        E0505: `bare` does not return what `std/fixture.count` needs
          app 8: used here
          std 8: declared here
          note: a job's constructor is its run: an `async fn` that returns `Result<(), Error>`
          note: the error is any type that implements `core::error::Error`, or `unik::Failure`
          note: rustc (E0271): expected `impl Future<Output = u8>` to be a future that resolves to `Result<(), _>`, but it resolves to `u8`
    "#]],
    );
}

#[test]
fn an_enum_that_is_another_in_rust() {
    let mut build = Build::new("enums");
    let other = enumeration("fixture", "Mode", &["fast", "tardy"]);
    let tardy = build.value(Const::List(vec![Const::Case(1)]), list(other));
    build.device("modes", "modes", None, vec![("modes", Arg::Value(tardy))]);
    check_rustc(
        "case",
        &build.graph,
        &expect![[r#"
        E0502: the Rust enum is not like the enum of the `.unik` file
          app 1: for this value
          note: rustc (E0599): no variant or associated item named `Tardy` found for enum `Mode` in the current scope
          help: declare it with `pub enum` at the root of the crate, `Copy`, with the same cases in upper camel case
    "#]],
    );
    let mut build = Build::new("enums");
    let other = enumeration("fixture", "Speed", &["fast", "tardy"]);
    let key = build.key("speed", other, None);
    build.device("count", "count", None, vec![("number", Arg::Value(key))]);
    check_rustc(
        "enum",
        &build.graph,
        &expect![[r#"
        E0502: the Rust enum is not like the enum of the `.unik` file
          app 2: for this enum
          note: rustc (E0433): cannot find `Speed` in `fixture_devices`
          help: declare it with `pub enum` at the root of the crate, `Copy`, with the same cases in upper camel case
    "#]],
    );
}

#[test]
fn anything_else_is_told_as_rustc_tells_it() {
    check_rustc(
        "unsafe",
        &changed("sockets", "dangerous", None),
        &expect![[r#"
            E0506: the generated crate does not compile: call to unsafe function `dangerous` is unsafe and requires unsafe block
              app 3: for this device
              note: rustc (E0133): call to unsafe function `dangerous` is unsafe and requires unsafe block
        "#]],
    );
    // An expression that the checker would have refused.
    let mut build = Build::new("other");
    let (one, text) = (build.int(1), build.str("x"));
    let key = build.key("key", ValueType::Str, Some(text));
    let sum = build.graph.exprs.add(Expr::Binary(Op::Add, key, one), ValueType::Int);
    build.device("count", "count", None, vec![("number", Arg::Value(sum))]);
    check_rustc(
        "value",
        &build.graph,
        &expect![[r#"
        E0506: the generated crate does not compile: mismatched types
          app 1: for this value
          note: rustc (E0308): mismatched types
    "#]],
    );
}

#[test]
fn messages_about_other_crates_are_left_to_cargo() {
    let graph = server();
    let generated = generate(&graph, &App, &resolution(&graph, "../..")).unwrap();
    let message = |target: &str, level: &str| {
        serde_json::json!({
            "target": { "name": target, "kind": ["bin"] },
            "message": { "level": level, "message": "text", "code": null, "spans": [{
                "file_name": "src/main.rs", "line_start": 1, "is_primary": true, "text": [],
            }], "children": [] },
        })
    };
    let told = |message: &serde_json::Value| {
        rustc::diagnostics([message], &generated, &graph).iter().map(shown).collect::<String>()
    };
    assert_eq!(told(&message("app", "error")), "");
    assert_eq!(told(&message("server", "warning")), "");
    assert_eq!(told(&serde_json::json!({ "reason": "build-finished" })), "");
    expect![[r#"
        E0506: the generated crate does not compile: text
          app 10: of this unikernel
    "#]]
    .assert_eq(&told(&message("server", "error")));
}

#[test]
fn versions_that_exclude_each_other() {
    let graph = server();
    let crates = resolution(&graph, "../..").crates;
    let packages: Vec<&str> = crates.values().map(|info| info.package.as_str()).collect();
    let check = |said: &str, expected: &Expect| {
        let said = said.replace("FIRST", packages[0]).replace("SECOND", packages[packages.len() - 1]);
        let told = unik_codegen::excluded(&said, &graph, &crates);
        expected.assert_eq(&told.map_or("nothing\n".to_owned(), |told| shown(&told)));
    };
    check(
        "    Updating index\nerror: failed to select a version for `log`.\n    ... required by package `FIRST v0.1.0 (/a)`\n\nall possible versions conflict with previously selected packages.\n\n  previously selected package `log v0.4.22`\n    ... which satisfies dependency `log = \"=0.4.22\"` of package `SECOND v0.1.0 (/b)`\n",
        &expect![[r#"
            E0507: the crates of this image need versions of `log` that exclude each other
              app 1: `std/fixture.crunch` needs the crate `fixture-devices`
              note: cargo: failed to select a version for `log`
              help: change what one of them says of `log` in its Cargo.toml, or take another version of one
        "#]],
    );
    check(
        "error: failed to select a version for `log`.\n    ... required by package `deep v0.1.0`\nversions conflict\n",
        &expect![[r#"
            E0507: the crates of this image need versions of `log` that exclude each other
              app 10: of this unikernel
              note: cargo: failed to select a version for `log`
              help: change what one of them says of `log` in its Cargo.toml, or take another version of one
        "#]],
    );
    check(
        "error: failed to select a version for the requirement `log = \"^9\"`\n",
        &expect![[r#"
        nothing
    "#]],
    );
    check(
        "error: no matching package named `lgo` found\n",
        &expect![[r#"
        nothing
    "#]],
    );
}

#[test]
fn manifests_that_cargo_does_not_accept() {
    let graph = server();
    let crates = resolution(&graph, "../..").crates;
    let first = crates.values().next().unwrap().package.as_str();
    let check = |said: &str, expected: &Expect| {
        let told = unik_codegen::manifest::refused(&said.replace("FIRST", first), &graph, &crates);
        expected.assert_eq(&told.map_or("nothing\n".to_owned(), |told| shown(&told)));
    };
    check(
        "error: failed to load manifest for dependency `FIRST`\n\nCaused by:\n  failed to parse manifest at `/x/Cargo.toml`\n\nCaused by:\n  error inheriting `edition` from workspace root manifest's `workspace.package.edition`\n\nCaused by:\n  failed to find a workspace root\n",
        &expect![[r#"
            E0511: the manifest `/x/Cargo.toml` cannot be used
              app 1: its crate `fixture-devices` needs it
              std 1: declared here
              note: cargo: error inheriting `edition` from workspace root manifest's `workspace.package.edition`
              help: no folder above it is a workspace: write its own values for what says `workspace = true`, or put it back into its workspace
        "#]],
    );
    check(
        "error: failed to load manifest for dependency `FIRST`\n\nCaused by:\n  failed to parse manifest at `/x/Cargo.toml`\n\nCaused by:\n  error inheriting `edition` from workspace root manifest's `workspace.package.edition`\n\nCaused by:\n  `workspace.package.edition` was not defined\n",
        &expect![[r#"
            E0511: the manifest `/x/Cargo.toml` cannot be used
              app 1: its crate `fixture-devices` needs it
              std 1: declared here
              note: cargo: error inheriting `edition` from workspace root manifest's `workspace.package.edition`
              help: write its own values for what says `workspace = true`, or add them to the workspace that is around it now
        "#]],
    );
    check(
        "error: failed to get `dep` as a dependency of package `FIRST v0.1.0 (/x)`\n\nCaused by:\n  failed to load source for dependency `dep`\n\nCaused by:\n  unable to update /dep\n\nCaused by:\n  failed to read `/dep/Cargo.toml`\n\nCaused by:\n  No such file or directory (os error 2)\n",
        &expect![[r#"
            E0511: the manifest `/dep/Cargo.toml` cannot be used
              app 1: its crate `fixture-devices` needs it
              std 1: declared here
              note: cargo: No such file or directory (os error 2)
        "#]],
    );
    check(
        "error: failed to load manifest for dependency `stranger`\n\nCaused by:\n  failed to parse manifest at `/s/Cargo.toml`\n\nCaused by:\n  no targets specified in the manifest\n",
        &expect![[r#"
            E0511: the manifest `/s/Cargo.toml` cannot be used
              app 10: a crate of this unikernel
              note: cargo: no targets specified in the manifest
        "#]],
    );
    check(
        "error: failed to read `/x/config.toml`\n",
        &expect![[r#"
        nothing
    "#]],
    );
}

/// An image without an operating system, with a device of another crate in it.
fn bare_with(folder: &str, path: &str) -> DeviceGraph {
    let mut build = Build { graph: crate::graphs::bare() };
    let one = build.int(1);
    let node = build.device("count", path, None, vec![("number", Arg::Value(one))]);
    build.edit(node).rust.as_mut().unwrap().folder = folder.into();
    build.graph
}

#[test]
fn a_crate_that_needs_std_where_there_is_none() {
    check_rustc(
        "needs_std",
        &bare_with("fixture", "count"),
        &expect![[r#"
        E0508: the crate `fixture_devices` needs `std`, and `bare` has no operating system to give it
          app 5: its crate is in the image because of this
          std 5: declared here
          note: images for `bare` consist of `core`, `alloc` and crates that need no more
          help: write `#![no_std]` at the top of its `lib.rs` and take what it needs of `std` from `core` and `alloc`, or choose a target with an operating system
    "#]],
    );
}

#[test]
fn all_crates_that_need_std_are_told_with_the_devices_that_bring_them_in() {
    let graph = bare_with("fixture", "count");
    let generated = generate(&graph, &App, &resolution(&graph, "../..")).unwrap();
    let check = |users: &[(&str, &[&str])], expected: &Expect| {
        let users: Vec<rustc::StdUser> = users
            .iter()
            .map(|(name, through)| rustc::StdUser {
                name: (*name).to_owned(),
                through: through.iter().map(|lib| (*lib).to_owned()).collect(),
            })
            .collect();
        let told = rustc::needs_std(&users, &generated, &graph);
        expected.assert_eq(&told.map_or("nothing\n".to_owned(), |told| shown(&told)));
    };
    check(
        &[
            ("fixture_devices", &["fixture_devices"]),
            ("once_cell", &["fixture_devices"]),
            ("far", &["nobody"]),
        ],
        &expect![[r#"
            E0508: the crates `fixture_devices`, `once_cell` and `far` need `std`, and `bare` has no operating system to give it
              app 5: brings in `fixture_devices`, `once_cell`
              note: images for `bare` consist of `core`, `alloc` and crates that need no more
              help: write `#![no_std]` at the top of its `lib.rs` and take what it needs of `std` from `core` and `alloc`; turn its default features off where it is a dependency, often a feature `std`, take another crate, or choose a target with an operating system
        "#]],
    );
    check(
        &[("regex", &["fixture_bare"]), ("once_cell", &["fixture_devices"])],
        &expect![[r#"
        E0508: the crates `regex` and `once_cell` need `std`, and `bare` has no operating system to give it
          app 1: brings in `regex`
          app 5: brings in `once_cell`
          note: images for `bare` consist of `core`, `alloc` and crates that need no more
          help: turn its default features off where it is a dependency, often a feature `std`, take another crate, or choose a target with an operating system
    "#]],
    );
    check(
        &[],
        &expect![[r#"
        nothing
    "#]],
    );
}

#[test]
fn a_crate_that_needs_a_c_library_where_there_is_none() {
    check_rustc(
        "needs_c",
        &bare_with("c", "count"),
        &expect![[r#"
            E0508: the image needs `getpid`, `getppid`, and `bare` has no operating system to give it
              app 5: its crate is in the image because of this
              std 5: declared here
              note: needed by the crate `fixture_c`
              help: turn the feature of the crate off that calls a C library, take another crate, or choose a target with an operating system
        "#]],
    );
}

#[test]
fn a_linker_script_that_is_not_found() {
    let mut graph = crate::graphs::bare();
    graph.target.as_mut().unwrap().link = Some("nowhere.x".into());
    check_rustc(
        "no_script",
        &graph,
        &expect![[r#"
        E0506: the program cannot be linked: cannot find linker script nowhere.x
          app 10: of this unikernel
          app 1: `link "nowhere.x"` is said here
          help: let the build script of its runtime crate print `cargo::rustc-link-search=native=` and the folder of `nowhere.x`
    "#]],
    );
}

/// rustc names the two crates in the order in which it has met them, and a crate that no `.unik` file speaks of may be one.
#[test]
fn whoever_needs_std_is_found_in_either_order() {
    let graph = crate::graphs::bare();
    let generated = generate(&graph, &App, &resolution(&graph, "../..")).unwrap();
    let first = "duplicate lang item in crate `fixture_bare` (which `bare` depends on): `panic_impl`";
    let second = "the lang item is first defined in crate `std` (which `once_cell` depends on)";
    let message = serde_json::json!({
        "target": { "name": "bare", "kind": ["bin"] },
        "message": {
            "level": "error",
            "message": first,
            "code": { "code": "E0152" },
            "spans": [],
            "children": [{ "message": second }],
        },
    });
    let told = rustc::diagnostics([&message], &generated, &graph);
    expect![[r#"
        E0508: the crate `once_cell` needs `std`, and `bare` has no operating system to give it
          app 10: a crate of this unikernel
          note: images for `bare` consist of `core`, `alloc` and crates that need no more
          help: turn its default features off where it is a dependency, often a feature `std`, take another crate, or choose a target with an operating system
    "#]].assert_eq(&told.iter().map(shown).collect::<String>());
    // On a target with an operating system it is another matter.
    assert!(rustc::diagnostics([&message], &generated, &server()).is_empty());
}
