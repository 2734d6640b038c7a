//! Interfaces whose other end is the host's network code, which leaves checksums to them and takes theirs.

use std::net::UdpSocket;
use std::os::unix::fs::MetadataExt;
use std::process::Command;
use std::time::Duration;

use crate::machines::exchange;
use crate::virtual_machine::{Machine, SETUPS};

/// Set in a network of the test's own.
const INSIDE: &str = "UNIK_TEST_NETWORK";

/// Whether the test runs in a network of its own. If not, it has been run in one.
fn is_inside(name: &str) -> bool {
    if std::env::var_os(INSIDE).is_some() {
        return true;
    }
    let mut command = Command::new("unshare");
    command.arg("--net");
    if std::fs::metadata("/proc/self").expect("proc is mounted").uid() != 0 {
        command.arg("--map-root-user");
    }
    command.arg(std::env::current_exe().expect("the test has a path"));
    let status = command.args(["--exact", name, "--nocapture"]).env(INSIDE, "1").status();
    assert!(
        status.expect("unshare of util-linux is installed").success(),
        "the test failed in a network of its own; to make one takes root, or a host with user namespaces"
    );
    false
}

/// Runs `ip` with words.
fn ip(words: &str) {
    let status = Command::new("ip").args(words.split(' ')).status().expect("ip of iproute2 is installed");
    assert!(status.success(), "ip {words}");
}

#[test]
fn the_host_and_an_interface_leave_work_to_each_other() {
    if !is_inside("tap::the_host_and_an_interface_leave_work_to_each_other") {
        return;
    }
    ip("tuntap add dev tap0 mode tap vnet_hdr");
    ip("addr add 10.0.2.1/24 dev tap0");
    ip("link set tap0 up");
    for setup in [SETUPS[0], SETUPS[3], SETUPS[4]] {
        for (options, all) in [("", true), (",mrg_rxbuf=off", true), (",csum=off,guest_csum=off", false)] {
            let mut running = Machine::new(setup, "echo").tap("tap0", options).start();
            running.line("ready");
            let socket = UdpSocket::bind("10.0.2.1:0").expect("there is a port");
            socket.connect("10.0.2.15:7").expect("it is an address");
            socket.set_read_timeout(Some(Duration::from_secs(20))).expect("it is a time");
            exchange(&socket, &format!("{setup:?} {options}"));
            socket.send(b"a datagram that says stop").expect("it is sent");
            let text = running.end(0);
            let able = format!("checksum: {all}, segments_v4: {all}, segments_v6: {all}");
            assert!(text.contains(&able), "{setup:?} {options}: {text}");
        }
    }
}
