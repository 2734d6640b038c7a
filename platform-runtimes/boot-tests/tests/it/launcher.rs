//! The files beside an image: what people run, read and keep.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use unik_boot_tests::client::forward;
use unik_boot_tests::guest::Guest;
use unik_boot_tests::image::{Image, unikc};
use unik_boot_tests::machine::MICROVM;
use unik_boot_tests::{folder, root};

/// What the launcher says to these arguments, and its exit code.
fn launcher(image: &Image, arguments: &[&str]) -> (i32, String) {
    let mut command = Command::new(&image.launcher);
    command.args(arguments);
    Guest::run(command, format!("{} {arguments:?}", image.launcher.display())).end()
}

fn beside(image: &Image, suffix: &str) -> PathBuf {
    let mut path = image.path.clone().into_os_string();
    path.push(suffix);
    path.into()
}

#[test]
fn it_says_what_it_can_do_and_what_is_wrong() {
    let image = Image::example("two-servers", MICROVM.target, &[]);
    let check = |arguments: &[&str], code: i32, words: &str| {
        let (found, said) = launcher(&image, arguments);
        assert!(found == code && said.contains(words), "{arguments:?}: {found}\n{said}");
    };
    check(&["--help"], 0, "--nic service=VALUE");
    check(&["--help"], 0, "--mirror-port: Port");
    check(&["--nic", "servce=user"], 64, "the image asks for no nic `servce`, but for: service");
    check(&["--nic", "service=user", "--nic=service=user"], 64, "is given twice");
    check(&["--nic", "service"], 64, "NAME=VALUE");
    check(&["--nic"], 64, "--nic needs a value");
    check(&["--nic", "service=nosuch0"], 69, "ip tuntap add dev nosuch0");
    check(&["--disk", "data=x"], 64, "the image asks for no disk `data`");
    check(&["--machine", "z80"], 64, "`z80` is no value of --machine");
    check(&["--memory", "much"], 64, "a number of MiB");
    check(&["--forward", "80"], 64, "HOST:GUEST");
    check(&["--port=80"], 64, "there is no option --port");
    check(&["80"], 64, "boot arguments stand behind --");
}

#[test]
fn it_leads_ports_that_boot_arguments_change() {
    let image = Image::example("two-servers", MICROVM.target, &[]);
    let check = |arguments: &[&str], expected: &[&str]| {
        let (code, said) = launcher(&image, &[&["--kvm=off", "--print"], arguments].concat());
        let mut found: Vec<&str> = said.split("hostfwd=").skip(1).collect();
        found.iter_mut().for_each(|it| *it = it.split([',', ' ']).next().unwrap_or_default());
        found.sort_unstable();
        let mut expected: Vec<String> =
            expected.iter().map(|it| format!("tcp:127.0.0.1:{}", it.replace(' ', "-:"))).collect();
        expected.sort_unstable();
        assert_eq!((code, found), (0, expected.iter().map(String::as_str).collect()), "{said}");
    };
    check(&[], &["8080 8080", "8081 8081", "8082 8082"]);
    check(&["--", "--mirror-port", "9000"], &["8080 8080", "9000 9000", "8082 8082"]);
    check(&["--", "--mirror-port=9000"], &["8080 8080", "9000 9000", "8082 8082"]);
    check(&["--forward", "80:8080", "--forward=1:2"], &["80 8080", "8081 8081", "8082 8082", "1 2"]);
    check(&["--nic", "service=none"], &[]);
}

#[test]
fn words_of_boot_arguments_stay_as_they_are() {
    let image = Image::example("hello", MICROVM.target, &[]);
    for name in ["two words", "it's", "a \"b\" \\ c", "'", "''", "$HOME `id`", "a,b", "\\", "ü", "--", "*"] {
        let boot = ["--count=1", "--name", name];
        Guest::start(&image, &MICROVM, &[], &boot).ends(0, &format!("Hello {name}!"));
    }
    let long = "x".repeat(3000);
    let (code, said) = launcher(&image, &["--", "--name", &long]);
    assert!(code == 64 && said.contains("too long"), "{said}");
}

/// From the file to the exit code of the image, as the README says.
#[test]
fn unikc_runs_an_image_and_ends_like_it() {
    let check = |boot: &[&str], code: i32, words: &str| {
        let mut command = Command::new(unikc());
        command.args(["run", "examples/hello/app.unik", "--target", "virtio", "--output"]);
        command
            .arg(root().join("target/tmp/boot/images/hello-virtio"))
            .arg("--")
            .args(boot)
            .current_dir(root());
        Guest::run(command, format!("unikc run … -- {boot:?}")).ends(code, words);
    };
    // With KVM if the machine can run it by that, which must make no difference.
    check(&["--count=1"], 0, "Hello World!");
    check(&["--cuont=1"], 64, "--count");
}

/// A processor that finds no way to tell a fault resets the machine.
#[test]
fn an_image_that_crashes_is_told() {
    let image = Image::example("hello", MICROVM.target, &[]);
    let there = folder("crash");
    let copy = |from: &Path| {
        let to = there.join(from.file_name().unwrap());
        fs::copy(from, &to).unwrap();
        to
    };
    let broken = Image { path: copy(&image.path), launcher: copy(&image.launcher) };
    let mut bytes = fs::read(&broken.path).unwrap();
    // The entry is the first thing in the first segment: `p_offset` of the first program header.
    let entry = u64::from_le_bytes(bytes[72..80].try_into().unwrap());
    let entry = usize::try_from(entry).unwrap();
    bytes[entry..entry + 2].copy_from_slice(b"\x0f\x0b"); // ud2
    fs::write(&broken.path, bytes).unwrap();
    Guest::start(&broken, &MICROVM, &[], &[]).ends(101, "the image has crashed");
}

#[test]
fn a_host_that_lacks_something_is_told_what() {
    let image = Image::example("file-server", MICROVM.target, &[]);
    let output = Command::new(&image.launcher).env("QEMU", "no-such-qemu").output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(69) && said.contains("qemu-system-x86 (Debian"), "{said}");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let lead = format!("{}:8080", taken.local_addr().unwrap().port());
    let mut guest = Guest::start(&image, &MICROVM, &["--forward", &lead], &[]);
    guest.ends(69, "Lead another one to the image: --forward HOST:GUEST");
}

#[test]
fn a_disk_that_is_not_given_is_a_file_beside_the_image() {
    let image = Image::example("disk-lottery", MICROVM.target, &[]);
    let disk = beside(&image, ".data.img");
    // An earlier run may have left it.
    let _ = fs::remove_file(&disk);
    Guest::start(&image, &MICROVM, &[], &[]).ends(0, "the disk was empty");
    assert_eq!(fs::metadata(&disk).unwrap().len(), 64 << 20);
    let (code, said) = Guest::start(&image, &MICROVM, &[], &[]).end();
    assert!(code == 0 && !said.contains("the disk was empty"), "{said}");
    let (code, said) = launcher(&image, &["--disk", "data=/no/such/file"]);
    assert!(code == 69 && said.contains("there is no file"), "{said}");
}

#[test]
fn nothing_stays_behind() {
    let image = Image::example("file-server", MICROVM.target, &[]);
    let there = folder("temporary");
    let (_, lead) = forward(8080);
    for (signals, after) in [
        (&["-TERM"][..], 500),
        (&["-INT"], 500),
        (&["-TERM", "-TERM"], 500),
        (&["-HUP"], 500),
        (&["-TERM"], 0),
        (&["-TERM", "-TERM"], 20),
    ] {
        let mut command = Command::new(&image.launcher);
        command.args(MICROVM.options).args(["--forward", &lead]).env("TMPDIR", &there);
        let mut guest = Guest::run(command, format!("a file server that gets {signals:?}"));
        guest.says("127.0.0.1");
        // The machine is there as soon as it is spoken to.
        while fs::read_dir(&there).unwrap().next().is_none() {}
        std::thread::sleep(Duration::from_millis(after));
        signals.iter().for_each(|signal| guest.signal(signal));
        let (code, said) = guest.end();
        // One that is hardly there yet may not be able to hear.
        let ended = signals.len() > 1 || after < 500;
        assert!(code == 0 || (ended && code == 3), "{signals:?}: {code}\n{said}");
        assert_eq!(fs::read_dir(&there).unwrap().count(), 0, "{signals:?}");
        let left = Command::new("pgrep").args(["-f", &format!("kernel {}", image.path.display())]).output();
        assert!(left.unwrap().stdout.is_empty(), "{signals:?} leaves a machine behind");
    }
}

#[test]
fn what_other_tools_read_is_well_formed_and_true() {
    let image = Image::example("block", MICROVM.target, &[]);
    let lint = Command::new("xmllint").args(["--noout", "--nonet"]).arg(beside(&image, ".xml")).output();
    let lint = lint.expect("xmllint is installed: the README's test command sees to it");
    assert!(lint.status.success(), "{}", String::from_utf8_lossy(&lint.stderr));
    let text = fs::read_to_string(beside(&image, ".xml")).unwrap();
    assert!(text.contains("<serial>data</serial>") && !text.contains("<interface"), "{text}");
    let text = fs::read_to_string(beside(&image, ".firecracker.json")).unwrap();
    let config: serde_json::Value =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(config["drives"][0]["drive_id"], "data", "{config}");
    assert_eq!(config["network-interfaces"].as_array().map(Vec::len), Some(0), "{config}");
    assert!(
        config["boot-source"]["kernel_image_path"].as_str().unwrap().ends_with("/block.virtio"),
        "{config}"
    );

    let image = Image::example("file-server", MICROVM.target, &[]);
    let text = fs::read_to_string(beside(&image, ".xml")).unwrap();
    assert!(text.contains("<interface type=\"network\">") && text.contains("tcp port 8080"), "{text}");
}

#[test]
fn the_image_is_what_is_loaded_and_the_whole_lies_beside_it() {
    let image = Image::example("hello", MICROVM.target, &[]);
    let (stripped, whole) = (fs::read(&image.path).unwrap(), fs::read(beside(&image, ".debug")).unwrap());
    assert!(stripped.len() < whole.len());
    // No section header table; the whole has one.
    assert_eq!((&stripped[60..62], whole[60] > 0), (&[0, 0][..], true));
}
