//! The crates themselves: as they should be, the same each time, formatted, without warnings, and doing what they say.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, PoisonError};

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
    // One at a time: they share their versions and what they have built.
    static CARGO: Mutex<()> = Mutex::new(());
    let _turn = CARGO.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = folder.join(name);
    // The versions of the repository, so that no network is needed.
    std::fs::copy(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    // In its folder, where the configuration of a bare image lies.
    Command::new(env!("CARGO"))
        .current_dir(folder)
        .args(&arguments[..1])
        .args(["--offline", "--quiet", "--target-dir"])
        .arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join("generated"))
        .args(&arguments[1..])
        .output()
        .unwrap()
}

pub(crate) fn succeeds(what: &str, output: &Output) {
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
    started(name, &[&["run", "--"], arguments].concat())
}

/// The same with arguments of cargo.
fn started(name: &str, all: &[&str]) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let output = cargo(name, &folder, all);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.code().is_some_and(|code| code != 101),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    format!("{text}exit {}\n", output.status.code().unwrap())
}

#[test]
fn images_without_an_operating_system_run() {
    use expect_test::expect;
    expect![[r#"
        nic lan: A port to the "inside".
        nic uplink: It goes far. It goes far. It goes far. It goes far. It goes far. It goes far. It goes far. It goes far. It goes far. It goes far.
        lan is down
        uplink is down
        exit 0
    "#]].assert_eq(&run("bare", &["--text=is down"]));
    assert_eq!(run("bare", &[]), started("bare", &["run", "--release"]));
    expect![[r#"
        nic lan: A port to the "inside".
        nic uplink: It goes far. It goes far. It goes far. It goes far. It goes far. It goes far. It goes far. It goes far. It goes far. It goes far.
        --volume=loud would choose log.console over log.none: configure again with --volume loud
          at app.unik:4
        exit 65
    "#]].assert_eq(&run("bare", &["--volume=loud"]));
    expect![[r#"
        nic lan: A port to the "inside".
        nic uplink: It goes far. It goes far. It goes far. It goes far. It goes far. It goes far. It goes far. It goes far. It goes far. It goes far.
        --volume=low is wrong: expected one of quiet, loud; did you mean loud?
        exit 64
    "#]].assert_eq(&run("bare", &["--volume=low"]));
}

#[test]
fn programs_do_what_the_graph_says() {
    use expect_test::expect;
    expect![[r#"
        count 1
        exit 0
    "#]]
    .assert_eq(&run("small", &[]));
    expect![[r#"
        both: 2 files on 16161
        count -77
        std/fixture.count failed: it is minus seventy-seven
          at app.unik:8
        exit 1
    "#]]
    .assert_eq(&run("server", &[]));
    expect![[r#"
        both: 2 files on 161
        count -77
        std/fixture.count failed: it is minus seventy-seven
          at app.unik:8
        exit 1
    "#]]
    .assert_eq(&run("server", &["-p80"]));
    expect![[r#"
        --port=9000 would choose net.tcp over http.server: configure again with --port 9000
          at app.unik:4
        exit 65
    "#]]
    .assert_eq(&run("server", &["--port=9000"]));
    expect![[r#"
        true -9223372036854775808 "quote \" and \u{202e}line\n" index.html 443 2001:db8::1 127.0.0.1 ::1 10.0.0.2/24 02:00:00:00:00:ff 1.5s 65536
        ["localhost", "example.org", "www.example.org", "ftp.example.org", "x"] Some(5) VerySlow [Fast, VerySlow]
        exit 0
    "#]].assert_eq(&run("values", &[]));
    expect![[r#"
        true 64 "nobody" index.html 81 2001:db8::1 127.0.0.1 ::1 10.0.0.2/24 02:00:00:00:00:ff 1.5s 7
        ["localhost", "example.org", "www.example.org", "ftp.example.org", "x"] Some(5) VerySlow [Fast, VerySlow]
        exit 0
    "#]].assert_eq(&run("keys", &["--int=64", "--mode=very_slow", "--unread"]));
    expect![[r#"
        at most 64 "ints", with --int=65
          at app.unik:5
        exit 65
    "#]]
    .assert_eq(&run("keys", &["--int=65", "--mode=fast", "--unread"]));
    expect![[r#"
        --mode=slow is wrong: expected one of fast, very_slow
        exit 64
    "#]]
    .assert_eq(&run("keys", &["--int=1", "--mode=slow", "--unread"]));
    expect![[r#"
        `base + 1` is outside the range of its type
          at app.unik:2
        exit 65
    "#]]
    .assert_eq(&run("keys", &["--int=1", "--mode=fast", "--unread", "--base=65535"]));
    expect![[r#"
        --volume=loud would choose log.console over log.none: configure again with --volume loud
          at app.unik:4
        exit 65
    "#]]
    .assert_eq(&run("keys", &["--int=1", "--mode=fast", "--unread", "--volume=loud"]));
    expect![[r#"
        true 1 "me" index.html 81 2001:db8::1 127.0.0.1 ::1 10.0.0.2/24 02:00:00:00:00:ff 1.5s 7
        ["localhost", "example.org", "www.example.org", "ftp.example.org", "x"] Some(5) Fast [Fast, Fast]
        exit 0
    "#]]
    .assert_eq(&run("keys", &["--int=1", "--mode=fast", "--unread", "--modes=fast,fast", "--name=me"]));
    expect![[r#"
        A program of the tests.

        Usage: keys [KEYS]

        Keys:
          -b, --bool[=Bool]
                  The bool.
                  [default: true] [env: UNIK_BOOL]

              --int <Int>
                  The int.
                  [required] [env: UNIK_INT]

              --str <Str>
                  The str.
                  [default: name] [env: UNIK_STR]

              --path <Path>
                  The path.
                  [default: data/index.html] [env: UNIK_PATH]

              --port <Port>
                  The port.
                  [default: base + 1] [env: UNIK_PORT]

              --ip <Ip>
                  The ip.
                  [default: 2001:db8::1] [env: UNIK_IP]

              --ipv4 <Ipv4>
                  The ipv4.
                  [default: 127.0.0.1] [env: UNIK_IPV4]

              --ipv6 <Ipv6>
                  The ipv6.
                  [default: ::1] [env: UNIK_IPV6]

              --cidr <Cidr>
                  The cidr.
                  [default: 10.0.0.2/24] [env: UNIK_CIDR]

              --mac <Mac>
                  The mac.
                  [default: 02:00:00:00:00:ff] [env: UNIK_MAC]

              --duration <Duration>
                  The duration.
                  [default: 1500ms] [env: UNIK_DURATION]

              --size <Size>
                  The size.
                  [default: 64KiB] [env: UNIK_SIZE]

              --list <List(Str)>...
                  The list.
                  [default: [localhost, example.org, www.example.org, ftp.example.org,
                  x]] [env: UNIK_LIST]

              --option <Option(Int)>
                  The option.
                  [default: 5] [env: UNIK_OPTION]

              --mode <Mode>
                  The mode.
                  [one of: fast, very_slow]
                  [required] [env: UNIK_MODE]

              --modes <List(Mode)>...
                  The modes.
                  [one of: fast, very_slow]
                  [default: [fast, very_slow]] [env: UNIK_MODES]

              --base <Port>
                  The base.
                  [default: 80] [env: UNIK_BASE]

              --name <Str>
                  Who this is. Who this is. Who this is. Who this is. Who this is. Who
                  this is. Who this is. Who this is. Who this is. Who this is. Who this
                  is. Who this is. Who this is. Who this is. Who this is. Who this is.
                  Who this is. Who this is. Who this is. Who this is.
                  [default: nobody] [env: UNIK_NAME]

              --volume <Volume>
                  The volume.
                  [one of: quiet, loud]
                  [default: quiet] [env: UNIK_VOLUME]

              --type <Int>
                  The type.
                  [default: 0] [env: UNIK_TYPE]

              --unread[=Bool]
                  The unread.
                  [required] [env: UNIK_UNREAD]

          -h, --help
                  Print this.
        exit 0
    "#]]
    .assert_eq(&run("keys", &["--help"]));
    expect![[r#"
        count 6
        count -3
        count 3
        count 3
        count 3
        count 3
        count -19897
        count 0
        true -9223372036854775808 "short: namename" index.html 0 2001:db8::1 127.0.0.1 ::1 10.0.0.2/24 02:00:00:00:00:ff 5s 196608
        ["localhost", "example.org", "www.example.org", "ftp.example.org", "x", "name", "name"] Some(6) VerySlow [Fast, VerySlow]
        exit 0
    "#]].assert_eq(&run("exprs", &[]));
    expect![[r#"
        count 5
        count -2
        count 3
        count 2
        count 2
        count 2305843009213693952
        count -19898
        count 0
        true -9223372036854775808 "short: namename" index.html 0 2001:db8::1 127.0.0.1 ::1 10.0.0.2/24 02:00:00:00:00:ff 5s 131072
        ["localhost", "example.org", "www.example.org", "ftp.example.org", "x", "name", "name"] Some(5) VerySlow [Fast, VerySlow]
        exit 0
    "#]].assert_eq(&run("exprs", &["--n=2"]));
    expect![[r#"
        count 4
        count -1
        count 9223372036854775807
        count 3
        count 3
        count 1152921504606846976
        count -19899
        count 0
        true -9223372036854775808 "short: namename" index.html 57 2001:db8::1 127.0.0.1 ::1 10.0.0.2/24 02:00:00:00:00:ff 5s 65536
        ["localhost", "example.org", "www.example.org", "ftp.example.org", "x", "name", "name"] Some(4) Fast [Fast, VerySlow]
        exit 0
    "#]].assert_eq(&run("exprs", &["--n=1", "--debug", "--maybe=9", "--port=500"]));
    expect![[r#"
        `if debug then 9223372036854775807 * n else 3` is outside the range of its type
          at app.unik:3
        exit 65
    "#]]
    .assert_eq(&run("exprs", &["--debug"]));
}
