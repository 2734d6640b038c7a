//! A tap interface, as on a host that routes to its guests: in a network namespace of the test's own, and in a user namespace too if
//! the test is not root.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use unik_boot_tests::guest::Guest;
use unik_boot_tests::image::Image;
use unik_boot_tests::machine::{ALL, MICROVM, Machine};
use unik_boot_tests::{PATIENCE, project};

/// A network namespace, held open by a process that sleeps in it.
struct Namespace(Child);

/// Whether this process may make interfaces everywhere.
fn root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

impl Namespace {
    fn new() -> Self {
        let mut command = Command::new("unshare");
        if !root() {
            command.args(["--user", "--map-root-user"]);
        }
        let child = command.args(["--net", "sleep", "600"]).stdin(Stdio::null()).spawn();
        let namespace = Self(child.expect("unshare is installed: it is in util-linux"));
        // Until it is there, `nsenter` would find the namespace that everybody is in.
        let own = fs::read_link("/proc/self/ns/net").unwrap();
        let until = Instant::now() + PATIENCE;
        let there = format!("/proc/{}/ns/net", namespace.0.id());
        while fs::read_link(&there).is_ok_and(|net| net == own) {
            assert!(
                Instant::now() < until,
                "no network namespace can be made: this takes root, or user namespaces"
            );
            std::thread::sleep(Duration::from_millis(10));
        }
        namespace
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new("nsenter");
        if !root() {
            command.args([&format!("--user=/proc/{}/ns/user", self.0.id()), "--preserve-credentials"]);
        }
        command.arg(format!("--net=/proc/{}/ns/net", self.0.id())).arg(program);
        command
    }

    /// Runs a line of words; what it says.
    #[track_caller]
    fn run(&self, line: &str) -> String {
        let mut words = line.split_whitespace();
        let output = self.command(words.next().unwrap()).args(words).output().expect("nsenter starts");
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(output.status.success(), "{line}: {said}");
        said
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A site behind `tap0` of a namespace, at 10.9.0.2, once it answers.
fn site(net: &Namespace, machine: &Machine) -> Guest {
    let image = Image::build(&project::troubles(), machine.target, "site", &["--unikernel", "site"]);
    net.run("ip tuntap add dev tap0 mode tap");
    net.run("ip addr add 10.9.0.1/24 dev tap0");
    net.run("ip link set tap0 up");
    let mut command = net.command(image.launcher.to_str().unwrap());
    command.args(machine.options).args(["--nic", "service=tap0", "--", "--ipv4=10.9.0.2/24"]);
    let mut guest = Guest::run(command, format!("a site on {}", machine.name));
    let until = Instant::now() + PATIENCE;
    while !net.command("ping").args(["-c1", "-W1", "10.9.0.2"]).output().unwrap().status.success() {
        assert!(Instant::now() < until && !guest.has_ended(), "10.9.0.2 does not answer");
    }
    guest
}

#[test]
fn a_tap_interface_carries_echo_requests_and_files_both_ways() {
    let big = project::big();
    for machine in [&MICROVM, &ALL[1], &ALL[4]] {
        let net = Namespace::new();
        let guest = site(&net, machine);
        let said = net.run("ping -c 20 -i 0.01 -s 1400 10.9.0.2");
        assert!(said.contains(" 0% packet loss"), "{said}");
        for _ in 0..3 {
            let curl =
                net.command("curl").args(["--silent", "--fail", "http://10.9.0.2:8080/big.bin"]).output();
            assert!(curl.unwrap().stdout == big, "it differs on {}", machine.name);
        }
        guest.stops();
    }
}

/// 1,000 connections, fifty at a time, each with one question; then one more is answered as ever.
#[test]
fn a_thousand_connections_are_answered() {
    let net = Namespace::new();
    let guest = site(&net, &MICROVM);
    let many = "curl --silent --fail --max-time 50 --parallel --parallel-max 50 --header Connection:close";
    let said = net.run(&format!("{many} http://10.9.0.2:8080/small.txt#[1-1000]"));
    assert_eq!(said.matches("small\n").count(), 1000);
    assert_eq!(net.run("curl --silent --fail http://10.9.0.2:8080/small.txt"), "small\n");
    guest.stops();
}

/// Connections that are opened and left alone, or cut off in the middle of a question, take nothing from the others.
#[test]
fn connections_that_say_nothing_do_not_keep_others_out() {
    const OPEN: &str = "for i in $(seq 100); do
        exec {fd}<>/dev/tcp/10.9.0.2/8080
        [ $((i % 2)) = 0 ] || printf 'GET /sma' >&$fd
    done; echo open; sleep 30";
    let net = Namespace::new();
    let guest = site(&net, &MICROVM);
    let mut command = net.command("bash");
    command.args(["-c", OPEN]);
    let mut silent = Guest::run(command, "a hundred who say nothing".to_owned());
    silent.says("open");
    let ask = "curl --silent --fail --max-time 10 http://10.9.0.2:8080/small.txt";
    assert_eq!(net.run(ask), "small\n");
    silent.signal("-KILL");
    silent.end();
    assert_eq!(net.run(ask), "small\n");
    guest.stops();
}
