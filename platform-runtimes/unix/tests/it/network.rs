//! Tests in a network of their own: the test runs itself again in a network namespace that nobody else sees.

use std::process::Command;

/// Says to the test that it is inside.
const INSIDE: &str = "UNIK_TEST_INSIDE";

/// Runs the test `name` of this binary again inside a new network; whether this is that run, whose work it then is.
///
/// Root makes the network as it is; others need a host that lets them make user namespaces, and fail where it does not.
pub(crate) fn is_inside(name: &str) -> bool {
    if std::env::var_os(INSIDE).is_some() {
        return true;
    }
    let mut command = Command::new("unshare");
    command.arg("--net");
    if !rustix::process::geteuid().is_root() {
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
pub(crate) fn ip(words: &str) {
    let status = Command::new("ip").args(words.split(' ')).status().expect("ip of iproute2 is installed");
    assert!(status.success(), "ip {words}");
}
