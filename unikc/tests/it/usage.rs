//! The command line itself: exit codes, help, suggestions.

use std::fs;
use std::process::{Command, Stdio};

use crate::{Done, folder, line, root};

#[track_caller]
fn check(done: Done, code: i32, words: &[&str]) {
    let shown = done.shown();
    assert_eq!(done.code, Some(code), "{shown}");
    for word in words {
        assert!(shown.contains(word), "no `{word}` in\n{shown}");
    }
}

#[test]
fn wrong_usage_ends_with_2() {
    let server = "examples/file-server/app.unik";
    check(line(root(), ""), 2, &["Usage: unikc"]);
    check(line(root(), "bild"), 2, &["'build'"]);
    check(line(root(), "build"), 2, &["<FILE>"]);
    check(line(root(), "explain"), 2, &["<CODE>"]);
    check(line(root(), &format!("build {server} --stor crunch")), 2, &["'--store'"]);
    check(line(root(), &format!("graph {server} --prt 80")), 2, &["'--port'"]);
    check(line(root(), &format!("graph {server} --store crash")), 2, &["'crunch'"]);
    check(line(root(), &format!("graph {server} --port 1 --port 2")), 2, &["multiple times"]);
    check(line(root(), &format!("graph {server} --port -1")), 2, &["invalid value '-1' for '--port <Port>'"]);
    check(line(root(), &format!("graph {server} --dhcp false")), 2, &["'false'", "`--debug=false`"]);
    check(
        line(root(), &format!("graph {server} --format jpeg")),
        2,
        &["[possible values: text, dot, json, svg, html]"],
    );
    check(line(root(), &format!("configure {server}")), 2, &["--target"]);
}

#[test]
fn help_is_no_mistake() {
    check(
        line(root(), "--help"),
        0,
        &["check", "graph", "describe", "configure", "build", "run", "explain", "new"],
    );
    check(line(root(), "--version"), 0, &["unikc "]);
    check(line(root(), "build --help"), 0, &["--target", "--unikernel"]);
    check(line(root(), "build no/such/file.unik --help"), 0, &["--target"]);
}

#[test]
fn keys_stand_in_the_help_of_each_command_that_evaluates() {
    for command in ["check", "graph", "describe", "configure", "build", "run"] {
        let help = line(root(), &format!("{command} examples/file-server/app.unik --help")).ended(0);
        let (_, keys) =
            help.split_once("Keys of examples/file-server/app.unik:").unwrap_or_else(|| panic!("{help}"));
        // Where the lines are broken depends on the longest option.
        let keys = keys.split_whitespace().collect::<Vec<_>>().join(" ");
        for word in [
            "--store <Store>",
            "Choose the store",
            "[default: crunch]",
            "crunch, direct",
            "-p, --port <Port>",
            "--address <Ip>",
        ] {
            assert!(keys.contains(word), "no `{word}` in\n{help}");
        }
    }
}

#[test]
fn help_is_about_the_target_that_would_be_taken() {
    let app = "device host: Job { rust a key address: Int = 1 }\n\
               device machine: Job { rust b key memory: Int = 1 }\n\
               unikernel one = match target { unix => host, _ => machine }\n";
    let there = folder([("app.unik", app.as_bytes())]);
    let check = |words: &str, shown: &[&str], hidden: &[&str]| {
        let help = line(there.path(), &format!("{words} --help")).ended(0);
        for word in shown {
            assert!(help.contains(word), "no `{word}` in\n{help}");
        }
        for word in hidden {
            assert!(!help.contains(word), "`{word}` in\n{help}");
        }
    };
    let (unix, bare) = ("--address <Int>", "--memory <Int>");
    for command in ["run", "build", "describe", "graph --eval"] {
        let command = format!("{command} app.unik");
        check(&command, &["for the target `unix`", "virtio", unix], &[bare]);
        check(&format!("{command} --target virtio"), &["for the target `virtio`", "unix", bare], &[unix]);
    }
    // While the target is open, so is which keys there are; one that is not there has none.
    for command in ["check app.unik", "graph app.unik", "run app.unik --target unx"] {
        check(command, &[unix, bare], &["for the target"]);
    }
}

#[test]
fn a_value_that_nothing_reads_is_told() {
    let app = "enum Which { a, b }\nconfigure key which: Which = a\n\
               device first: Job { rust a }\ndevice second: Job { rust b key memory: Int = 1 }\n\
               unikernel one = match which { a => first, b => second }\n";
    let there = folder([("app.unik", app.as_bytes())]);
    let told = |words: &str| line(there.path(), words).err;
    let warning = "warning: nothing of the image `one` for `unix` reads `--memory`\n";
    assert_eq!(told("describe app.unik --memory 2"), warning);
    assert_eq!(told("graph app.unik --eval --memory 2 --which a"), warning);
    assert_eq!(told("describe app.unik --memory 2 --which b"), "");
    assert_eq!(told("describe app.unik --which a"), "");
    assert_eq!(told("graph app.unik --memory 2"), "", "while keys are symbols, it is read");
}

#[test]
fn every_command_is_told_of_where_people_look() {
    let help = line(root(), "--help").ended(0);
    let listed = help.split("Commands:").nth(1).unwrap().lines().skip(1).take_while(|line| !line.is_empty());
    let commands: Vec<&str> = listed.filter_map(|line| line.split_whitespace().next()).collect();
    assert!(commands.contains(&"fmt") && commands.contains(&"lsp"), "{help}");
    let text = |path: &str| fs::read_to_string(root().join(path)).unwrap();
    let (readme, reference) = (text("README.md"), text("spec/command-line.md"));
    for command in commands.iter().filter(|command| **command != "help") {
        assert!(readme.contains(&format!("    unikc {command} ")), "README.md does not show `{command}`");
        assert!(reference.contains(&format!("\n| `{command}")), "command-line.md does not list `{command}`");
    }
}

#[test]
fn files_that_cannot_be_read_are_failures() {
    let there = folder([("folder.unik/x", &b""[..]), ("binary.unik", b"\xff\xfe"), ("empty/x", b"")]);
    check(line(there.path(), "check missing.unik"), 1, &["missing.unik"]);
    check(line(there.path(), "check folder.unik"), 1, &["folder.unik"]);
    check(line(there.path(), "check empty"), 1, &["app.unik"]);
    check(line(there.path(), "graph binary.unik"), 1, &["UTF-8"]);
    check(line(there.path(), "build missing.unik --store x"), 1, &["missing.unik"]);
    check(line(there.path(), "check binary.unik --library nowhere"), 1, &["nowhere"]);
}

#[test]
fn a_folder_stands_for_the_app_in_it() {
    let by_folder = line(root(), "graph examples/hello").ended(0);
    assert_eq!(by_folder, line(root(), "graph examples/hello/app.unik").ended(0));
}

#[test]
fn a_reader_that_goes_away_is_no_mistake() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_unikc"))
        .args(["graph", "examples/file-server/app.unik", "--format", "svg"])
        .current_dir(root())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap().as_str()), (Some(0), ""));
}

#[test]
fn a_full_disk_is_a_failure() {
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output =
        Command::new(env!("CARGO_BIN_EXE_unikc")).args(["explain", "E0001"]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("cannot write"));
}

#[test]
fn a_key_of_the_boot_is_told_apart_from_an_unknown_option() {
    let keys = "examples/keys/app.unik";
    check(line(root(), &format!("graph {keys} --workers 3")), 1, &["error[E0416]", "--workers"]);
    check(line(root(), &format!("graph {keys} --wrkers 3")), 2, &["--wrkers"]);
    let help = line(root(), &format!("run {keys} --help")).ended(0);
    assert!(help.contains("--short-report") && !help.contains("--workers"), "{help}");
}

#[test]
fn a_target_that_is_not_there_is_told() {
    check(line(root(), "build examples/hello/app.unik --target unx"), 1, &["unx", "unix"]);
}

#[test]
fn without_cargo_a_build_says_so() {
    let out = folder([]);
    let output = Command::new(env!("CARGO_BIN_EXE_unikc"))
        .args(["build", "examples/hello/app.unik", "--output"])
        .arg(out.path())
        .current_dir(root())
        .env("CARGO", "/no/such/cargo")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("cannot run cargo"));
}
