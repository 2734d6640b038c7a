//! Much to carry, back ends that go meanwhile, and little room.

use unik_boot_tests::client::{curl, forward};
use unik_boot_tests::image::Image;
use unik_boot_tests::project;
use unik_boot_tests::xen::Host;

use super::examples::{ADDRESS, TARGET};

fn site() -> Image {
    Image::build(&project::troubles(), TARGET, "site", &["--unikernel", "site"])
}

/// Starts the site, and waits until it answers dom0.
fn serve(host: &mut Host) {
    host.launch(&site(), &[], &[ADDRESS]);
    host.write("/bin/ask", ASK.as_bytes());
    host.sh("chmod 755 /bin/ask; until ask small.txt | grep -q small; do usleep 50000; done");
}

/// Gets a file in dom0, head and all; it fails after two seconds.
const ASK: &str = "#!/bin/sh
printf 'GET /%s HTTP/1.0\\r\\n\\r\\n' \"$1\" | timeout 2 nc 10.0.2.16 8080 2>/dev/null
";

fn disks() -> Image {
    Image::build(&project::troubles(), TARGET, "disks", &["--unikernel", "disks"])
}

#[test]
fn a_megabyte_arrives_byte_by_byte() {
    let big = project::big();
    let (port, lead) = forward(8080);
    let mut host = Host::start(&[&lead]);
    serve(&mut host);
    let url = format!("http://127.0.0.1:{port}/big.bin");
    for _ in 0..3 {
        assert!(curl(&[&url]) == big, "it differs");
    }
    let part = curl(&["--range", "1000000-1048652", &url]);
    assert!(part == big[1_000_000..], "the end differs");
    host.stops();
}

/// 1,000 connections from dom0, fifty at a time, each with one question; then one more is answered as ever.
#[test]
fn a_thousand_connections_are_answered() {
    let mut host = Host::start(&[]);
    serve(&mut host);
    // Fewer processes than by `ask`: it is dom0 that takes the time.
    let answered = host.sh(
        r"for worker in $(seq 50); do
            for i in $(seq 20); do printf 'GET /small.txt HTTP/1.0\r\n\r\n' | nc 10.0.2.16 8080; done 2>/dev/null >/run/$worker.answers &
        done
        wait
        cat /run/*.answers | grep -c '^small$'",
    );
    assert_eq!(answered, "1000");
    assert_eq!(host.sh("ask small.txt | tail -n 1"), "small");
    host.stops();
}

/// Two disks, written by the guest and read by dom0.
#[test]
fn disks_hold_what_was_written() {
    const SECTORS: u64 = 8192;
    let mut host = Host::start(&[]);
    host.sh(&format!("truncate -s {} /guest/one.img /guest/two.img", SECTORS * 512));
    let attach = ["--disk", "first=/guest/one.img", "--disk", "second=/guest/two.img"];
    host.launch(&disks(), &attach, &["--rounds=2"]);
    host.exits(0, &format!("copied {SECTORS} sectors"));
    let byte = |at: u64| (at ^ at >> 9 ^ (at >> 17).wrapping_mul(7) ^ 37) as u8;
    let first: Vec<u8> = (0..SECTORS * 512).map(byte).collect();
    let second: Vec<u8> = first.iter().map(|byte| !byte).collect();
    host.write("/guest/expected", &first);
    host.sh("cmp /guest/expected /guest/one.img");
    host.write("/guest/expected", &second);
    host.sh("cmp /guest/expected /guest/two.img");
}

/// Takes the back end away from the last device of a kind: its driver lets it go, as if it had been told to.
fn take_away(host: &mut Host, kind: &str) {
    host.sh(&format!(
        "cd /sys/bus/xen-backend/devices && device=$(ls | grep '^{kind}-' | tail -n 1) && echo $device >/run/device
        xenstore-write /local/domain/0/backend/$(echo $device | tr - /)/state 5
        echo $device >../drivers/{kind}/unbind"
    ));
}

/// Gives it back.
fn give_back(host: &mut Host, kind: &str) {
    host.sh(&format!("cat /run/device >/sys/bus/xen-backend/drivers/{kind}/bind"));
}

/// The application sees an error, and so ends; the guest does not hang or crash.
#[test]
fn a_disk_whose_back_end_goes_under_load_is_an_error() {
    let mut host = Host::start(&[]);
    host.sh("truncate -s 4M /guest/one.img /guest/two.img");
    let attach = ["--disk", "first=/guest/one.img", "--disk", "second=/guest/two.img"];
    host.launch(&disks(), &attach, &["--rounds=1000000"]);
    host.says("copied 8192 sectors");
    take_away(&mut host, "vbd");
    let (code, said) = host.end();
    let told =
        said.lines().any(|line| line.contains("back end is not there") && line.contains("(vdev=xvdb, "));
    assert!(code == 1 && told, "{code}");
}

/// Connections break; once the back end is there again, the same guest answers new ones.
#[test]
fn an_interface_whose_back_end_goes_under_load_comes_back() {
    let mut host = Host::start(&[]);
    serve(&mut host);
    host.sh(
        "while :; do [ $(ask big.bin | wc -c) -gt 1048653 ] && echo one >>/run/got; done >/dev/null 2>&1 &",
    );
    host.sh("until [ -s /run/got ]; do usleep 50000; done");
    take_away(&mut host, "vif");
    assert_eq!(host.sh("ask small.txt | wc -c"), "0", "there is no interface, and still it answers");
    give_back(&mut host, "vif");
    // What a daemon of the tools would do.
    host.sh("until ifconfig vif1.0 >/dev/null 2>&1; do usleep 10000; done
        XENBUS_PATH=/local/domain/0/backend/vif/1/0 vif=vif1.0 /etc/xen/scripts/vif-bridge online");
    host.sh("until ask small.txt | grep -q small; do usleep 50000; done");
    host.stops();
}

/// What an operator sees of a guest that cannot be suspended: `xl` waits a minute for it to agree, takes the request back, and the guest has never
/// stood still.
#[test]
fn a_save_is_refused_and_changes_nothing() {
    let mut host = Host::start(&[]);
    serve(&mut host);
    host.sh("{ xl save site /run/saved; echo status $?; } >/run/save 2>&1 &");
    host.sh("until xenstore-read /local/domain/1/control/shutdown | grep -q suspend; do usleep 50000; done");
    assert_eq!(host.sh("ask small.txt | tail -n 1"), "small", "while it is asked");
    let said = host.sh("until grep -q status /run/save; do usleep 200000; done; cat /run/save");
    assert!(said.contains("didn't acknowledge suspend, cancelling request"), "{said}");
    assert!(said.ends_with("status 1"), "{said}");
    assert_eq!(host.sh("xenstore-read /local/domain/1/control/shutdown"), "");
    assert_eq!(host.sh("ask small.txt | tail -n 1"), "small", "after it has refused");
    // It hears what is asked next. How long that takes is no matter of this test.
    host.sh("xl shutdown -w site");
}

/// Image, stack, rings and buffers: all of it.
#[test]
fn little_memory_is_enough_to_serve() {
    let image = Image::example("file-server", TARGET, &[]);
    let (port, lead) = forward(8080);
    let mut host = Host::start(&[&lead]);
    host.launch(&image, &["--memory", "4"], &[ADDRESS]);
    curl(&[&format!("http://127.0.0.1:{port}/images/crane.svg")]);
    assert_eq!(
        host.sh("xl list | awk '$1 == \"filesrv\" { print $3 }'"),
        "4",
        "the guest's own memory, in MiB"
    );
    host.stops();
}
