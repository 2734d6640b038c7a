//! Keys: values, defaults, stages, options.

use expect_test::expect;

use crate::support::{check, world};

const STAGES: &str = r#"
configure key workers: Int = 2
key port: Port = 80 { short p }
key mirror: Port = port + workers_port
configure key workers_port: Port = 1
run key owner: Str
device d(workers: Int, port: Port, mirror: Port, owner: Str): Job {
  rust d
  /// A key of the device.
  key depth: Size = 4KiB
  configure key fast: Bool = true
}
unikernel u = d(workers, port, mirror, owner)
"#;

#[test]
fn stages() {
    check(
        "eval",
        STAGES,
        expect![[r#"
        d = app.d(workers: 2, port: port, mirror: mirror, owner: owner, depth: depth, fast: true): Job

        configure key --workers: Int = 2 (default)
        key --port, -p: Port = 80 (default)
        key --mirror: Port = 81 (default)
        configure key --workers-port: Port = 1 (default)
        run key --owner: Str (required)
        key --depth: Size = 4KiB (default)
        configure key --fast: Bool = true (default)
    "#]],
    );
    check(
        "eval --port 81 --workers 3 --depth 1MiB --fast false",
        STAGES,
        expect![[r#"
        d = app.d(workers: 3, port: port, mirror: mirror, owner: owner, depth: depth, fast: false): Job

        configure key --workers: Int = 3 (given)
        key --port, -p: Port = 81 (given)
        key --mirror: Port = 82 (default)
        configure key --workers-port: Port = 1 (default)
        run key --owner: Str (required)
        key --depth: Size = 1MiB (given)
        configure key --fast: Bool = false (given)
    "#]],
    );
    check(
        "graph --workers 3",
        STAGES,
        expect![[r#"
        d = app.d(workers: 3, port: port, mirror: mirror, owner: owner, depth: depth, fast: fast): Job

        configure key --workers: Int = 3 (given)
        key --port, -p: Port = 80 (default)
        key --mirror: Port = 81 (default)
        configure key --workers-port: Port = 1 (default)
        run key --owner: Str (required)
        key --depth: Size = 4KiB (default)
        configure key --fast: Bool = true (default)
    "#]],
    );
}

#[test]
fn wrong_values_and_options() {
    check(
        "eval --port http --depht 1 --owner me --workers 3",
        STAGES,
        expect![[r#"
            d = app.d(workers: 3, port: port, mirror: mirror, owner: owner, depth: depth, fast: true): Job

            configure key --workers: Int = 3 (given)
            key --port, -p: Port = 80 (default)
            key --mirror: Port = 81 (default)
            configure key --workers-port: Port = 1 (default)
            run key --owner: Str (required)
            key --depth: Size = 4KiB (default)
            configure key --fast: Bool = true (default)
            E0411 `http` is no value for --port
              ^ 3:5 «port» `port` is a `Port`
              note: «h»: it is not a digit
            E0416 `--owner` cannot be given when configuring
              ^ 6:9 «owner» this is a `run key`: it has a value only at boot
              help: give it to the program: `unikc run … -- --owner=me`, or write `key` instead of `run key`
            E0410 no key has the option `--depht`
              ^ 13:11 «u» `u` reads no such key
              help: did you mean `--depth`?
        "#]],
    );
    check(
        "graph --xyzzy 1",
        STAGES,
        expect![[r#"
        d = app.d(workers: workers, port: port, mirror: mirror, owner: owner, depth: depth, fast: fast): Job

        configure key --workers: Int = 2 (default)
        key --port, -p: Port = 80 (default)
        key --mirror: Port = 81 (default)
        configure key --workers-port: Port = 1 (default)
        run key --owner: Str (required)
        key --depth: Size = 4KiB (default)
        configure key --fast: Bool = true (default)
        E0410 no key has the option `--xyzzy`
          ^ 13:11 «u» `u` reads no such key
          note: the options are `--depth`, `--fast`, `--mirror`, `--owner`, `--port`, `--workers`, `--workers-port`
    "#]],
    );
}

#[test]
fn a_key_that_other_values_would_read_is_an_option() {
    let fixture = r#"
configure key big: Bool = false
key size: Int = 1
device d(n: Int): Job { rust d }
unikernel u = if big then d(size) else d(0)
"#;
    check(
        "eval --size 3",
        fixture,
        expect![[r#"
        d = app.d(n: 0): Job

        configure key --big: Bool = false (default)
    "#]],
    );
}

const REQUIRED: &str = r#"
import std/net
configure key web: Bool
key port: Port
key other: Port
run key late: Bool = true
key early: Bool = late
device d(n: net.Network, other: Port): Job { rust d }
let n = if web then net.http(net.tcp(80)) else net.tcp(80)
let m = if port == 80 then n else net.tcp(port)
unikernel u = d(m, other)
unikernel v = d(if early then n else n, other)
"#;

#[test]
fn a_choice_needs_a_value() {
    check(
        "eval --unikernel u",
        REQUIRED,
        expect![[r#"
        E0412 key `port` needs a value when configuring
          ^ 4:5 «port» it has no default
          - 10:12 «port == 80» this decides what the image consists of
          - 11:17 «m» reached through `m` here
          help: give it on the command line: `--port …`
    "#]],
    );
    check(
        "eval --unikernel u --web true --port 80",
        REQUIRED,
        expect![[r#"
        d = app.d(other: other): Job
          n: http = std/net.http: std/net.Network
            inner: tcp = std/net.tcp(port: 80): std/net.Network
              stack: sockets = unix.sockets: std/net.Stack

        key --port: Port = 80 (given)
        configure key --web: Bool = true (given)
        key --other: Port (required)

        guard port == 80: n, not net.tcp
    "#]],
    );
    check(
        "eval --unikernel v --web true",
        REQUIRED,
        expect![[r#"
        E0412 key `early` needs a value when configuring
          ^ 7:5 «early» its default is known only at boot
          - 6:9 «late» because it reads the `run key` `late`
          - 12:20 «early» this decides what the image consists of
          help: give it on the command line: `--early …`
    "#]],
    );
    check("check", REQUIRED, expect![[""]]);
}

#[test]
fn keys_of_two_files_may_clash() {
    check(
        "eval",
        r#"
import ./mine
key port: Port = 80 { short p }
key path: Path = "x" { short x }
device d(a: Port, b: Port, c: Path, e: Path): Job { rust d }
unikernel u = d(port, mine.port, path, mine.folder)
//- /mine.unik
key port: Port = 81
key folder: Path = "y" { short x }
"#,
        expect![[r#"
            d = app.d(a: port, b: port, c: path, e: folder): Job

            key --port, -p: Port = 80 (default)
            key --port: Port = 81 (default)
            key --path, -x: Path = "x" (default)
            key --folder, -x: Path = "y" (default)
            E0402 two keys have the option `--port`
              ^ mine.unik:1:5 «port» declared by `mine.unik`
              - 3:5 «port» declared by `app.unik`
              help: rename one of the two keys
            E0402 two keys have the short option `-x`
              ^ mine.unik:2:5 «folder» `folder` has it too
              - 4:5 «path» `path` has it
              help: give one of them another letter
        "#]],
    );
}

#[test]
fn the_options_of_a_file_are_all_its_keys() {
    let (db, file) = world(STAGES);
    let outcome = unik_eval::keys(&db, file, None);
    let keys: Vec<String> = outcome
        .keys
        .iter()
        .map(|key| {
            let default = key.default.map(|default| outcome.exprs.text(default, &outcome.keys));
            format!("--{} {} {:?} by {}", key.option, key.stage.word(), default, key.declared_by)
        })
        .collect();
    expect![[r#"
        --workers configure Some("2") by app.unik
        --port both Some("80") by app.unik
        --mirror both Some("port + workers_port") by app.unik
        --workers-port configure Some("1") by app.unik
        --owner run None by app.unik
        --depth both Some("4KiB") by app.d
        --fast configure Some("true") by app.d"#]]
    .assert_eq(&keys.join("\n"));
}

#[test]
fn which_unikernel() {
    check(
        "eval",
        REQUIRED,
        expect![[r#"
        E0414 there are 2 unikernels
          ^ 11:11 «u» this one?
          - 12:11 «v» or this one?
          help: say which: `--unikernel u` or `--unikernel v`
    "#]],
    );
    check(
        "eval --unikernel w",
        REQUIRED,
        expect![[r#"
        E0414 there is no unikernel `w`
          ^ 11:11 «u» there is this one
          note: the unikernels of the file: `u`, `v`
    "#]],
    );
    check(
        "eval",
        "key port: Port = 80\n",
        expect![[r#"
        E0413 `app.unik` declares no unikernel
          ^ 1:1 «» nothing here is an image
          help: add one: `unikernel name = job`, where `job` is a `Job` or a list of jobs
    "#]],
    );
    check("check", "let x = 80\n", expect![[""]]);
}
