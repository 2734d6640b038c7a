//! What a configuration says of keys and choices: hover and hints, under the values of the folder.

use std::fmt::Write as _;
use std::sync::Arc;

use expect_test::{Expect, expect};
use unik_db::MemorySystem;
use unik_ide::{Analysis, Configuration, HintKind, Host};
use unik_source::{FileId, LineIndex, Span};

use crate::support::{Random, World, examples, host, library};

/// `virtio port=80 store=direct`: the target, then keys.
fn configuration(words: &str) -> Configuration {
    let mut found = Configuration::default();
    for word in words.split_whitespace() {
        match word.split_once('=') {
            Some((key, value)) => drop(found.keys.insert(key.into(), value.into())),
            None => found.target = Some(word.into()),
        }
    }
    found
}

/// The file server, open.
fn file_server() -> (Host, FileId) {
    let mut host = host();
    let (path, text) = examples().into_iter().find(|(path, _)| path.contains("file-server")).unwrap();
    let file = host.set_text(&path, text);
    (host, file)
}

/// The text with the branches and names that are hinted at; the lines without hints are left out.
fn hinted(analysis: &Analysis, file: FileId) -> String {
    let text = analysis.text(file);
    let mut shown = text.to_owned();
    let mut lines = std::collections::BTreeSet::new();
    for hint in analysis.hints(file, Span::new(0, text.len())).into_iter().rev() {
        lines.insert(LineIndex::new(text).chars(text, hint.offset as usize).line);
        let why = if hint.why.is_empty() { String::new() } else { format!(" ({})", hint.why) };
        shown.insert_str(hint.offset as usize, &format!("⟦{}{why}⟧", hint.text));
    }
    let all = shown.lines().enumerate();
    let hinted = all.filter(|(at, _)| lines.contains(&u32::try_from(*at).unwrap()));
    hinted.map(|(_, line)| format!("{}\n", line.trim_start())).collect()
}

#[track_caller]
fn check_hints(words: &str, expected: Expect) {
    let (mut host, file) = file_server();
    host.configure("/examples", configuration(words));
    expected.assert_eq(&hinted(&host.analysis(), file));
}

#[test]
fn the_branch_that_the_values_take_is_marked() {
    check_hints(
        "",
        expect![[r#"
            crunch => kv.crunch(files(dir))⟦✓ taken (`store` is `crunch`)⟧,
            direct => kv.direct(⟦root:⟧dir),
            let default_network⟦: net.Network⟧ =
            if port == 80 || port == 8080 then http.server(⟦connections:⟧net.tcp(port))⟦✓ taken (`port == 80 || port == 8080` is `true`)⟧ else net.tcp(port)
            unikernel filesrv = file_server(default_store(⟦dir:⟧"data/"), default_network)
        "#]],
    );
    check_hints(
        "port=9000 store=direct",
        expect![[r#"
            direct => kv.direct(⟦root:⟧dir)⟦✓ taken (`store` is `direct`)⟧,
            let default_network⟦: net.Network⟧ =
            if port == 80 || port == 8080 then http.server(⟦connections:⟧net.tcp(port)) else net.tcp(port)⟦✓ taken (`port == 80 || port == 8080` is `false`)⟧
            unikernel filesrv = file_server(default_store(⟦dir:⟧"data/"), default_network)
        "#]],
    );
    check_hints(
        "port=x none=3 nowhere",
        expect![[r#"
            crunch => kv.crunch(files(dir))⟦✓ taken (`store` is `crunch`)⟧,
            direct => kv.direct(⟦root:⟧dir),
            let default_network⟦: net.Network⟧ =
            if port == 80 || port == 8080 then http.server(⟦connections:⟧net.tcp(port))⟦✓ taken (`port == 80 || port == 8080` is `true`)⟧ else net.tcp(port)
            unikernel filesrv = file_server(default_store(⟦dir:⟧"data/"), default_network)
        "#]],
    );
}

/// What hovering says at the nth place where `at` stands in a text, moved on by a byte.
fn hover_text(analysis: &Analysis, file: FileId, at: &str, nth: usize) -> String {
    let text = analysis.text(file);
    let (offset, _) = text.match_indices(at).nth(nth).expect("it stands there");
    let Some(hover) = analysis.hover(file, u32::try_from(offset).unwrap()) else {
        return "nothing\n".to_owned();
    };
    let mut out = format!("{}\n", hover.code);
    for fact in hover.facts {
        writeln!(out, "- {fact}").unwrap();
    }
    out
}

#[track_caller]
fn check_hover(words: &str, at: &str, nth: usize, expected: Expect) {
    let (mut host, file) = file_server();
    host.configure("/examples/file-server/", configuration(words));
    expected.assert_eq(&hover_text(&host.analysis(), file, at, nth));
}

#[test]
fn a_key_says_its_value_and_where_that_comes_from() {
    check_hover(
        "",
        "port:",
        0,
        expect![[r#"
        key port: Port = 8080
        - known when configuring; what is given then is the default at boot
        - given as `--port` or `-p`
        - `--port` is `8080`, the default
    "#]],
    );
    check_hover(
        "port=9000",
        "port == 80 ",
        0,
        expect![[r#"
            key port: Port = 8080
            - known when configuring; what is given then is the default at boot
            - given as `--port` or `-p`
            - `--port` is `9000`, as configured
            - takes `else`, since `port == 80 || port == 8080` is `false`
        "#]],
    );
    check_hover(
        "port=99999",
        "port)",
        0,
        expect![[r#"
        key port: Port = 8080
        - known when configuring; what is given then is the default at boot
        - given as `--port` or `-p`
        - `99999` is no value for `--port`: a port is at most 65535, and at least 0; `--port` is `8080`, the default
    "#]],
    );
    check_hover(
        "store=disk",
        "store:",
        0,
        expect![[r#"
        configure key store: Store = crunch
        - known when configuring, gone at boot
        - given as `--store`
        - `disk` is no value for `--store`: the cases of Store are `crunch`, `direct`; `--store` is `crunch`, the default
    "#]],
    );
}

#[test]
fn a_choice_says_which_branch_it_takes_and_why() {
    check_hover(
        "",
        "match store",
        0,
        expect![[r#"
        match store
        - takes `crunch`, since `store` is `crunch`
        - `--store` is `crunch`, the default
    "#]],
    );
    check_hover(
        "store=direct",
        "direct =>",
        0,
        expect![[r#"
        Store.direct
        - takes `direct`, since `store` is `direct`
        - `--store` is `direct`, as configured
    "#]],
    );
    check_hover(
        "port=9000",
        "if port",
        0,
        expect![[r#"
        if port == 80 || port == 8080
        - takes `else`, since `port == 80 || port == 8080` is `false`
        - `--port` is `9000`, as configured
    "#]],
    );
    check_hover(
        "port=9000",
        "|| port",
        0,
        expect![[r#"
        if port == 80 || port == 8080
        - takes `else`, since `port == 80 || port == 8080` is `false`
        - `--port` is `9000`, as configured
    "#]],
    );
    check_hover(
        "port=9000",
        "else net",
        0,
        expect![[r#"
            if port == 80 || port == 8080
            - takes `else`, since `port == 80 || port == 8080` is `false`
            - `--port` is `9000`, as configured
        "#]],
    );
    check_hover(
        "",
        "http.server(",
        0,
        expect![[r#"
        import std/http
    "#]],
    );
}

const LOCAL: &str = "\
//- /one/app.unik
import ./part
configure key big: Bool = false
device job(size: Int): Job {
  rust job
  /// How loud.
  run key level: Int = 1
  key depth: Int = 2
}
let small = job(1)
unikernel u = [small, if big then part.many(3) as \"a\" else part.many(4), part.many(5) as \"b\"]
unikernel v = job(match target { unix => 1, virtio => 2 })
//- /one/part.unik
import ./app
let many(n: Int): Job = match n { 3 => app.job(n), 4 | 5 => app.job(if n == 4 then n + 1 else 0), _ => app.job(7) }
//- /two/app.unik
configure key big: Bool = false
device job(size: Int): Job { rust job }
unikernel w = if big then job(1) else job(2)
//- /outside.unik
configure key big: Bool = false
device job(size: Int): Job { rust job }
unikernel x = if big then job(1) else job(2)
";

/// Hints of all files of a fixture with `/one` configured in one way, `/two` in another, and what is outside in a third.
#[track_caller]
fn check_folders(one: &str, two: &str, outside: &str, expected: Expect) {
    let mut world = World::new(LOCAL);
    world.host.configure("/one", configuration(one));
    world.host.configure("/two", configuration(two));
    world.host.configure("", configuration(outside));
    let analysis = world.analysis();
    let mut out = String::new();
    for (name, file) in &world.files {
        write!(out, "{name}\n{}", hinted(&analysis, *file)).unwrap();
    }
    expected.assert_eq(&out);
}

#[test]
fn each_folder_has_its_own_values() {
    check_folders(
        "",
        "",
        "",
        expect![[r#"
            /one/app.unik
            let small⟦: Job⟧ = job(⟦size:⟧1)
            unikernel u = [small, if big then part.many(⟦n:⟧3) as "a" else part.many(⟦n:⟧4)⟦✓ taken (`big` is `false`)⟧, part.many(⟦n:⟧5) as "b"]
            unikernel v = job(⟦size:⟧match target { unix => 1⟦✓ taken (`target` is `unix`)⟧, virtio => 2 })
            /one/part.unik
            let many(n: Int): Job = match n { 3 => app.job(⟦size:⟧n), 4 | 5 => app.job(⟦size:⟧if n == 4 then n + 1⟦✓ taken (`n == 4` is `true`)⟧ else 0⟦✓ taken (`n == 4` is `false`)⟧)⟦✓ taken (`n` is `4` or `5`)⟧, _ => app.job(⟦size:⟧7) }
            /two/app.unik
            unikernel w = if big then job(⟦size:⟧1) else job(⟦size:⟧2)⟦✓ taken (`big` is `false`)⟧
            /outside.unik
            unikernel x = if big then job(⟦size:⟧1) else job(⟦size:⟧2)⟦✓ taken (`big` is `false`)⟧
        "#]],
    );
    check_folders(
        "virtio big=true",
        "big=false",
        "big=true",
        expect![[r#"
            /one/app.unik
            let small⟦: Job⟧ = job(⟦size:⟧1)
            unikernel u = [small, if big then part.many(⟦n:⟧3) as "a"⟦✓ taken (`big` is `true`)⟧ else part.many(⟦n:⟧4), part.many(⟦n:⟧5) as "b"]
            unikernel v = job(⟦size:⟧match target { unix => 1, virtio => 2⟦✓ taken (`target` is `virtio`)⟧ })
            /one/part.unik
            let many(n: Int): Job = match n { 3 => app.job(⟦size:⟧n)⟦✓ taken (`n` is `3`)⟧, 4 | 5 => app.job(⟦size:⟧if n == 4 then n + 1 else 0⟦✓ taken (`n == 4` is `false`)⟧)⟦✓ taken (`n` is `5`)⟧, _ => app.job(⟦size:⟧7) }
            /two/app.unik
            unikernel w = if big then job(⟦size:⟧1) else job(⟦size:⟧2)⟦✓ taken (`big` is `false`)⟧
            /outside.unik
            unikernel x = if big then job(⟦size:⟧1)⟦✓ taken (`big` is `true`)⟧ else job(⟦size:⟧2)
        "#]],
    );
}

#[test]
fn keys_of_devices_and_files_without_unikernels_are_told_of_too() {
    let mut world = World::new(LOCAL);
    world.host.configure("/one", configuration("a-depth=7 virtio a-level=3"));
    let analysis = world.analysis();
    let (app, part) = (world.files[0].1, world.files[1].1);
    let mut out = String::new();
    for (file, at) in [
        (app, "level:"),
        (app, "depth:"),
        (app, "job(size"),
        (app, "target {"),
        (part, "n {"),
        (part, "if n"),
    ] {
        write!(out, "{at}: {}", hover_text(&analysis, file, at, 0)).unwrap();
    }
    expect![[r#"
        level:: key level: Int
        - known only at boot
        - in `u` `--level` is said at boot
        - in `u` `3` is no value for `--a-level`: it has a value only at boot: it is a `run key`; `--a-level` is said at boot
        - in `u` `--b-level` is said at boot
        - in `v` `--level` is said at boot
        depth:: key depth: Int
        - known when configuring; what is given then is the default at boot
        - in `u` `--depth` is `2`, the default
        - in `u` `--a-depth` is not read with these values
        - in `u` `--b-depth` is `2`, the default
        - in `v` `--depth` is `2`, the default
        job(size: device job(size: Int): Job
        - made by `job` of the crate beside `/one/app.unik`
        - works on every target
        - has the key `level: Int`
        - in `u` `--level` is said at boot
        - in `u` `3` is no value for `--a-level`: it has a value only at boot: it is a `run key`; `--a-level` is said at boot
        - in `u` `--b-level` is said at boot
        - in `v` `--level` is said at boot
        - has the key `depth: Int`
        - in `u` `--depth` is `2`, the default
        - in `u` `--a-depth` is not read with these values
        - in `u` `--b-depth` is `2`, the default
        - in `v` `--depth` is `2`, the default
        target {: configure key target
        - known when configuring, gone at boot
        - one of `unix`, `virtio`
        - it is `virtio`, as configured
        - takes `virtio`, since `target` is `virtio`
        n {: parameter n: Int
        - takes `4 | 5`, since `n` is `4`
        - takes `4 | 5`, since `n` is `5`
        if n: if n == 4
        - takes `then`, since `n == 4` is `true`
        - takes `else`, since `n == 4` is `false`
    "#]].assert_eq(&out);
}

#[test]
fn a_folder_that_leaves_takes_its_values_along_and_a_change_is_seen_at_once() {
    let (mut host, file) = file_server();
    let taken = |host: &Host| {
        let analysis = host.analysis();
        let hints = analysis.hints(file, Span::new(0, analysis.text(file).len()));
        let whys = hints.into_iter().filter(|hint| hint.kind == HintKind::Taken).map(|hint| hint.why);
        whys.collect::<Vec<_>>()
    };
    let before = taken(&host);
    host.configure("/examples/file-server", configuration("store=direct"));
    assert_eq!(taken(&host)[0], "`store` is `direct`");
    host.configure("/examples/file-server", configuration("store=crunch port=1"));
    assert_eq!(taken(&host), ["`store` is `crunch`", "`port == 80 || port == 8080` is `false`"]);
    host.forget("/examples/file-server");
    assert_eq!(taken(&host), before);
}

#[test]
fn a_device_says_its_crate_and_targets() {
    let files = [
        ("/Cargo.toml", "[workspace]\n[workspace.package]\nversion = '1.2.3'\n"),
        ("/disk/Cargo.toml", "[package]\nname = 'my-disk'\nversion.workspace = true\n"),
        ("/disk/disk.unik", "device disk: Job {\n  rust Disk::new\n  targets virtio, unix\n}\n"),
    ];
    let (library, mut all) = library();
    all.extend(files.map(|(name, text)| (name.to_owned(), text.to_owned())));
    let mut host = Host::new(Arc::new(MemorySystem::new(all)), library);
    let file = host.set_text("/app/app.unik", "import ../disk/disk\nunikernel u = disk.disk\n");
    expect![[r#"
        device disk: Job
        - made by `Disk::new` of the crate `my-disk` 1.2.3
        - works on `virtio`, `unix`
    "#]]
    .assert_eq(&hover_text(&host.analysis(), file, "disk\n", 1));
}

/// What is said of every fifth byte of a text, and all hints.
fn everything(analysis: &Analysis, file: FileId) -> Vec<String> {
    let text = analysis.text(file);
    let hovers =
        (0..=text.len()).step_by(5).filter_map(|at| analysis.hover(file, u32::try_from(at).unwrap()));
    let hovers = hovers.map(|hover| format!("{:?} {} {:?}", hover.range.span, hover.code, hover.facts));
    let hints = analysis.hints(file, Span::new(0, text.len())).into_iter();
    hovers.chain(hints.map(|hint| format!("{hint:?}"))).collect()
}

#[test]
fn after_edits_and_changes_of_values_a_session_says_what_a_new_one_says() {
    let values = [
        "",
        "virtio",
        "unix port=80",
        "port=x store=direct",
        "debug=true net=direct",
        "nowhere big=1",
        "a-port=1",
    ];
    for (name, original) in examples() {
        let (mut random, mut words) = (Random(7), "");
        let (mut old, mut text) = (host(), original.clone());
        for round in 0..12 {
            if round % 3 == 0 {
                words = values[random.below(values.len())];
                old.configure("/examples", configuration(words));
            }
            let file = old.set_text(&name, text.as_str());
            let mut new = host();
            new.configure("/examples", configuration(words));
            let fresh = new.set_text(&name, text.as_str());
            let (old, new) = (old.analysis(), new.analysis());
            assert_eq!(everything(&old, file), everything(&new, fresh), "{name} {words:?}\n{text}");
            // Mostly it is whole, so that there is something to evaluate.
            text = if round % 4 == 3 { original.clone() } else { random.edited(&text, &original) };
        }
    }
}
