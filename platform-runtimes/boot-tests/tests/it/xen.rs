//! Guests of a real Xen with a real dom0, in an emulated machine: here the platform itself, elsewhere what people build.

mod examples;
mod launcher;
mod load;
mod network;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use unik_boot_tests::root;
use unik_boot_tests::xen::{Config, Host};

/// Why a guest ends (`xen/include/public/sched.h`).
const POWER_OFF: u32 = 0;
const REBOOT: u32 = 1;
const CRASH: u32 = 3;

/// The program of the tests' own, which is built when it is first asked for.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let target = root().join("target/tmp/boot/xen-guest");
        let output = Command::new(env!("CARGO"))
            .args(["build", "--release", "--quiet"])
            .current_dir(root().join("platform-runtimes/boot-tests/fixtures/xen-guest"))
            .env("CARGO_TARGET_DIR", &target)
            // What the tests themselves are built with is not for the image.
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .env_remove("CARGO_BUILD_TARGET")
            .output()
            .expect("cargo starts");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "the guest is not built:\n{said}");
        target.join("x86_64-unknown-linux-gnu/release/xen-guest")
    })
}

/// A host with the tests' own program.
fn host() -> Host {
    let mut host = Host::start(&[]);
    host.put("/guest/kernel", program());
    host
}

/// A guest that does this.
fn guest(mode: &str) -> Config {
    Config::new("guest", "/guest/kernel", &format!("--mode={mode}"))
}

#[test]
fn a_console_loses_nothing() {
    let mut host = host();
    host.create(&guest("console"));
    let letters = "0123456789abcdef".repeat(400);
    for line in 0..20 {
        assert_eq!(host.says(": "), format!("{line}: {letters}"));
    }
    host.ends("guest", POWER_OFF);
}

/// Why a guest ends is known to Xen: `xl` reads it, and restarts or keeps what it is told to.
#[test]
fn a_console_that_nobody_reads_holds_nobody_up() {
    let mut host = host();
    let text = "name = \"quiet\"\ntype = \"pvh\"\nkernel = \"/guest/kernel\"\nmemory = 32\ncmdline = \"--mode=console\"\n";
    host.write("/run/quiet.cfg", text.as_bytes());
    // The tools wait for whoever reads it before a guest starts.
    host.sh("xl create -p /run/quiet.cfg </dev/null && killall -STOP xenconsoled && xl unpause quiet");
    host.sh("i=0; while xl list quiet >/dev/null 2>&1; do i=$((i + 1)); [ $i -lt 150 ] || exit 1; usleep 200000; done");
}

#[test]
fn an_end_has_its_reason() {
    let mut host = host();
    let mut check = |mode: &str, reason: u32, words: &str| {
        host.create(&guest(mode));
        host.says(words);
        host.ends("guest", reason);
    };
    check("fail", POWER_OFF, "the job has failed");
    check("panic", CRASH, "on purpose");
    check("fault", CRASH, "fault");
    check("memory", CRASH, "out of memory");
    check("none", POWER_OFF, "there is no such mode");
}

/// A sleep is not too short; how much too long is no matter of a test. The time of day is that of dom0.
#[test]
fn time_passes_as_in_dom0() {
    let mut host = host();
    let date = |host: &mut Host| -> i64 { host.sh("date +%s").parse().unwrap() };
    let before = date(&mut host);
    host.create(&guest("time"));
    let time = number(&host.says("the time is "));
    let slept = number(&host.says("slept "));
    host.ends("guest", POWER_OFF);
    let after = date(&mut host);
    assert!((before - 1..=after + 1).contains(&time), "{before} to {after}: {time}");
    assert!((600..=1000 * (after - before + 1)).contains(&slept), "{before} to {after}: {slept} ms");
}

/// One that is woken too early, or at once for what is due in an age, would take what dom0 leaves of the processor.
#[test]
fn a_guest_that_sleeps_leaves_the_processor_alone() {
    let mut host = host();
    host.create(&guest("sleep"));
    host.says("asleep");
    let used = |host: &mut Host| -> f64 {
        host.sh("sleep 4; xl list guest | tail -n 1 | sed 's/.* //'").parse().unwrap()
    };
    let before = used(&mut host);
    let after = used(&mut host);
    assert!(after - before < 1.0, "{before} s, then {after} s of the processor");
}

/// Operators ask by `xl`, which asks by `control/shutdown`.
#[test]
fn a_guest_ends_when_the_tools_ask_for_it() {
    let mut host = host();
    let mut check = |mode: &str, command: &str, reason: u32, words: &str| {
        host.create(&guest(mode));
        host.says("waiting");
        host.sh(command);
        host.says(words);
        host.ends("guest", reason);
    };
    check("wait", "xl shutdown guest", POWER_OFF, "it was asked to stop");
    check("wait", "xl reboot guest", REBOOT, "it was asked to stop");
    // It has some seconds; then it is ended by the platform.
    check("deaf", "xl shutdown guest", POWER_OFF, "it does not care");
    // What is asked of it and is not for it leaves it as it was.
    let suspend = "xenstore-write /local/domain/$(xl domid guest)/control/shutdown";
    check(
        "wait",
        &format!("{suspend} suspend; {suspend} nonsense; xl shutdown guest"),
        POWER_OFF,
        "asked to stop",
    );
}

/// Questions of dom0's tools, each answered in a transaction.
#[test]
fn the_store_is_read_written_and_watched() {
    let mut host = host();
    host.create(&guest("store"));
    assert_eq!(host.says("name: "), r#"name: Some("guest")"#);
    assert_eq!(host.says("nothing there: "), "nothing there: Err(Refused(NotFound))");
    assert_eq!(host.says("not ours: "), "not ours: Err(Refused(Access))");
    host.says("watching");
    let own = format!("/local/domain/{}/data", host.sh("xl domid guest"));
    for (number, question) in ["who", "two words", "ü", &"long".repeat(500)].into_iter().enumerate() {
        host.sh(&format!("xenstore-write {own}/question '{question}'"));
        host.says(&format!("question {}: {question}", number + 1));
        assert_eq!(host.sh(&format!("xenstore-read -R {own}/answer")), format!("{question}?"));
        assert_eq!(host.sh(&format!("xenstore-read {own}/count")), format!("{}", number + 1));
    }
    host.sh(&format!("xenstore-write {own}/question end"));
    host.ends("guest", POWER_OFF);
}

/// A folder of the store is a dictionary of values to a program, and nodes to dom0's tools.
#[test]
fn a_folder_of_the_store_is_a_dictionary() {
    let mut host = host();
    // The guest waits for its devices, and so for nothing: what it is to find must be there first. `xl` makes it paused.
    host.create_paused(&guest("dictionary"));
    let own = format!("/local/domain/{}/data", host.sh("xl domid guest"));
    host.sh(&format!(
        "xenstore-write {own}/from/dom0 'some words' {own}/from/folder/inside x {own}/from/goes y"
    ));
    host.sh("xl unpause guest");
    assert_eq!(host.says("from/"), "from/dom0: Value");
    assert_eq!(host.says("from/"), "from/folder: Dictionary");
    assert_eq!(host.says("from/"), "from/goes: Value");
    host.says("from/dom0 is some words");
    host.says("none: Err(NotFound)");
    host.says("done");
    assert_eq!(host.sh(&format!("xenstore-read {own}/to/dom0@2etxt")), "SOME WORDS");
    assert_eq!(host.sh(&format!("xenstore-list {own}/from")), "dom0\nfolder");
    host.sh("xl shutdown guest");
    host.ends("guest", POWER_OFF);
}

/// The number at the end of a line, or before its unit.
fn number(line: &str) -> i64 {
    let mut words = line.split(' ').rev();
    words.find_map(|word| word.parse().ok()).unwrap_or_else(|| panic!("there is no number in: {line}"))
}
