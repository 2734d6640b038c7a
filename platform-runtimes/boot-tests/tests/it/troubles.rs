//! What goes wrong ends with a clear message and an exit code that is not zero.

use std::fs;
use std::process::Command;
use std::time::Instant;

use unik_boot_tests::guest::Guest;
use unik_boot_tests::image::Image;
use unik_boot_tests::machine::{ALL, MICROVM};
use unik_boot_tests::{folder, project};

fn troubles() -> Image {
    let options = ["--unikernel", "troubles"];
    Image::build(&project::troubles(), MICROVM.target, "troubles", &options)
}

#[test]
fn mistakes_of_an_application_are_told_and_have_their_codes() {
    let image = troubles();
    let check = |kind: &str, code: i32, words: &str| {
        Guest::start(&image, &MICROVM, &["--memory", "16"], &["--kind", kind]).ends(code, words);
    };
    check("memory", 101, "out of memory: ");
    check("stack", 101, "stack overflow");
    check("panic", 101, "the device has a bug");
    check("failure", 1, "the job has failed");
    check("nothing", 0, "");
}

#[test]
fn boot_arguments_that_are_wrong_are_told() {
    let image = troubles();
    let check = |boot: &[&str], words: &str| Guest::start(&image, &MICROVM, &[], boot).ends(64, words);
    check(&[], "--kind is required");
    check(&["--kin=panic"], "did you mean --kind?");
    check(&["--kind"], "--kind needs a value");
    check(&["panic"], "`panic` is not expected");
    check(&["--nic", "service=tap0"], "--nic");
}

/// What no launcher would write: a quote that is never closed.
#[test]
fn a_command_line_that_is_no_list_of_words_is_told() {
    let image = troubles();
    let line = Command::new(&image.launcher).args(["--kvm", "off", "--print"]).output().unwrap();
    let line = String::from_utf8(line.stdout).unwrap();
    let mut command = Command::new("sh");
    command.args(["-c", &format!("exec {} -append \"--kind='panic\"", line.trim())]);
    // isa-debug-exit: twice the code and one.
    Guest::run(command, "an open quote".to_owned()).ends(64 << 1 | 1, "that is not closed");
}

#[test]
fn an_interface_that_is_absent_is_told_with_its_name() {
    let image = Image::example("file-server", MICROVM.target, &[]);
    for machine in ALL {
        let mut guest = Guest::start(&image, machine, &["--nic", "service=none"], &[]);
        guest.ends(2, "service");
    }
}

#[test]
fn a_disk_that_is_absent_is_told_with_its_name() {
    let image = Image::example("block", MICROVM.target, &[]);
    for machine in ALL {
        Guest::start(&image, machine, &["--disk", "data=none"], &[]).ends(2, "data");
    }
}

#[test]
fn a_disk_that_fails_is_told() {
    let image = Image::example("block", MICROVM.target, &[]);
    let there = folder("failing-disk");
    let check = |event: &str, words: &str| {
        let (rules, disk) = (there.join(format!("{event}.conf")), there.join(format!("{event}.img")));
        fs::write(&disk, vec![0; 4096 * 512]).unwrap();
        let rule = format!("[inject-error]\nevent = \"{event}\"\nerrno = \"5\"\nsector = \"2048\"\n");
        fs::write(&rules, rule).unwrap();
        let attach = format!("data=blkdebug:{}:{}", rules.display(), disk.display());
        for machine in [&MICROVM, &ALL[1]] {
            Guest::start(&image, machine, &["--disk", &attach], &[]).ends(1, words);
        }
    };
    check("read_aio", "the host could not read or write");
    check("write_aio", "the host could not read or write");
}

#[test]
fn a_job_that_does_not_stop_is_ended_and_told() {
    let image = troubles();
    let mut guest = Guest::start(&image, &MICROVM, &[], &["--kind", "deaf"]);
    guest.says("busy");
    let asked = Instant::now();
    let (code, said) = guest.stop();
    // Nobody heeds the request: then there is nothing to wait for. Or somebody does, and is given five seconds.
    assert!(code == 0 || code == 3, "{code}: {said}");
    assert!(asked.elapsed().as_secs() < 10, "{said}");
}
