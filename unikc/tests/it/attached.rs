//! Examples whose interfaces and disks the host attaches, as programs of unix: a file is a disk, a tap interface a network card.
//!
//! Each test with an interface runs itself again in a network namespace of its own, which root can make, and others where the host has
//! user namespaces and `/dev/net/tun` is everybody's. Where neither is so, the tests fail.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::served::{Program, build, connect, curl, ended, file};

/// A file of so many bytes in a folder that is gone at the end.
fn disk(bytes: u64) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("disk.img");
    std::fs::File::create(&path).unwrap().set_len(bytes).unwrap();
    let path = path.to_str().expect("temporary folders are text").to_owned();
    (folder, path)
}

#[test]
fn block_checks_a_disk() {
    let program = build("block/app.unik", "block", &[]);
    let (_folder, path) = disk(64 * 512);
    let (code, said) = ended(&program, &["--disk", &format!("data={path}")]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("the disk is well"), "{said}");
    let bytes = std::fs::read(&path).unwrap();
    assert!(bytes.len() == 64 * 512 && bytes[63 * 512..].iter().any(|byte| *byte != 0), "it was written");

    let (code, said) = ended(&program, &[]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("no disk is attached as data: give --disk data=FILE"), "{said}");
    let (code, said) = ended(&program, &["--disk", "date=x"]);
    assert_eq!(code, Some(64), "{said}");
    assert!(said.contains("there is no disk `date`: did you mean data?"), "{said}");
    let (_folder, small) = disk(8 * 512);
    let (code, said) = ended(&program, &["--disk", &format!("data={small}")]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("needs a disk of 16 sectors"), "{said}");
    let (code, help) = ended(&program, &["--help"]);
    assert_eq!(code, Some(0));
    assert!(help.contains("--disk data=<VALUE>") && help.contains("UNIK_DISK_DATA"), "{help}");
}

#[test]
fn disk_lottery_draws_what_it_has_numbered() {
    let program = build("disk-lottery/app.unik", "disk-lottery", &[]);
    let (_folder, path) = disk(100 * 512);
    let disk = format!("data={path}");
    let (code, said) = ended(&program, &["--disk", &disk]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("it has 100 tickets now"), "{said}");
    let full = std::fs::read(&path).unwrap();
    for draws in [1, 100] {
        let (code, said) = ended(&program, &["--disk", &disk, &format!("--draws={draws}")]);
        assert_eq!(code, Some(0), "{said}");
        let (_, drawn) = said.split_once("drawn: ").expect("it tells what it has drawn");
        let drawn: std::collections::BTreeSet<u32> =
            drawn.split_whitespace().map(|ticket| ticket.parse().unwrap()).collect();
        assert_eq!(drawn.len(), draws, "no ticket is drawn twice: {said}");
        assert!(drawn.iter().all(|ticket| *ticket < 100), "{said}");
    }
    assert!(std::fs::read(&path).unwrap() == full, "drawing changes nothing");
    std::fs::write(&path, vec![b'x'; 100 * 512]).unwrap();
    let (code, said) = ended(&program, &["--disk", &disk]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("is no ticket"), "{said}");
}

/// Runs the test `name` of this file again in a network of its own, with what `build` gives; inside, gives that program.
///
/// The network has the interface `service`, whose other end the host has: 10.9.0.1/24 and fd09::1/64.
fn inside(name: &str, build: impl FnOnce() -> PathBuf) -> Option<PathBuf> {
    const PROGRAM: &str = "UNIKC_TEST_PROGRAM";
    if let Some(program) = std::env::var_os(PROGRAM) {
        for words in [
            "link set lo up",
            "tuntap add dev service mode tap",
            "addr add 10.9.0.1/24 dev service",
            "addr add fd09::1/64 dev service nodad",
            "link set service up",
        ] {
            let status = Command::new("ip").args(words.split(' ')).status();
            assert!(status.expect("ip of iproute2 is installed").success(), "ip {words}");
        }
        return Some(PathBuf::from(program));
    }
    let mut command = Command::new("unshare");
    command.arg("--net");
    // What is everybody's is the way of those who are not root.
    if std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) != 0) {
        command.arg("--map-root-user");
    }
    command.arg(std::env::current_exe().expect("the test has a path"));
    command.args(["--exact", &format!("attached::{name}"), "--nocapture"]).env(PROGRAM, build());
    let status = command.status().expect("unshare of util-linux is installed");
    assert!(
        status.success(),
        "it failed in a network of its own, which takes root or a host with user namespaces"
    );
    None
}

/// The address of the program, as its boot arguments.
const OURS: [&str; 2] = ["--ipv4=10.9.0.2/24", "--ipv6=fd09::2/64"];

fn pinged(address: &str, size: &str) {
    let output = Command::new("ping").args(["-c", "3", "-i", "0.2", "-W", "5", "-s", size, address]).output();
    let output = output.expect("ping of iputils-ping is installed");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains(" 0% packet loss"), "{said}");
}

#[test]
fn file_server_serves_over_a_stack_of_its_own() {
    let build = || build("file-server/app.unik", "file-server-direct", &["--net", "direct"]);
    let Some(program) = inside("file_server_serves_over_a_stack_of_its_own", build) else { return };
    let index = std::fs::read_to_string(file("file-server/data/index.html")).unwrap();
    let running = Program::start(&program, &OURS);
    drop(connect("10.9.0.2:8080"));
    for host in ["10.9.0.2", "[fd09::2]"] {
        let answer = curl(&["--globoff", &format!("http://{host}:8080/")]);
        assert!(answer.starts_with("HTTP/1.1 200 OK\n") && answer.ends_with(&index), "{answer}");
    }
    assert!(curl(&["http://10.9.0.2:8080/nowhere"]).starts_with("HTTP/1.1 404"));
    for address in ["10.9.0.2", "fd09::2"] {
        pinged(address, "56");
        pinged(address, "1400");
    }
    assert_eq!(running.stop(), Some(0));
    // The interface is free again.
    let again = Program::start(&program, &[&OURS[..], &["--nic", "service=service"]].concat());
    drop(connect("10.9.0.2:8080"));
    assert_eq!(again.stop(), Some(0));
}

#[test]
fn ping_asks_over_a_stack_of_its_own() {
    let build = || build("ping/app.unik", "ping-direct", &["--net", "direct"]);
    let Some(program) = inside("ping_asks_over_a_stack_of_its_own", build) else { return };
    for to in ["--to=10.9.0.1", "--to=fd09::1"] {
        let (code, said) = ended(&program, &[&OURS[..], &[to, "--count=3", "--pause=10ms"]].concat());
        assert_eq!(code, Some(0), "{said}");
        assert!(said.contains("3 of 3 requests were answered, 0 lost"), "{said}");
    }
    let nobody = [&OURS[..], &["--to=10.9.0.77", "--count=1", "--patience=200ms"]].concat();
    let (code, said) = ended(&program, &nobody);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("10.9.0.77 has not answered"), "{said}");
}

#[test]
fn ping_asks_through_the_sockets_of_the_host() {
    let build = || build("ping/app.unik", "ping", &[]);
    let Some(program) = inside("ping_asks_through_the_sockets_of_the_host", build) else { return };
    // Raw sockets, then datagram sockets.
    for groups in ["1 0", "0 0"] {
        // The setting is of this network alone.
        std::fs::write("/proc/sys/net/ipv4/ping_group_range", groups).unwrap();
        for to in ["--to=127.0.0.1", "--to=::1", "--to=10.9.0.1"] {
            let (code, said) = ended(&program, &[to, "--count=2", "--pause=10ms", "--size=1000"]);
            assert_eq!(code, Some(0), "{groups} {said}");
            assert!(said.contains("2 of 2 requests were answered, 0 lost"), "{groups} {said}");
        }
    }
}

/// A DHCP server of others, for 10.9.0.50 alone.
struct Dnsmasq(Child, tempfile::TempDir);

impl Dnsmasq {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).display().to_string();
        let mut command = Command::new("dnsmasq");
        command.args([
            "--no-daemon",
            "--conf-file=/dev/null",
            "--user=root",
            "--port=0",
            "--interface=service",
        ]);
        command.args(["--bind-interfaces", "--dhcp-range=10.9.0.50,10.9.0.50,255.255.255.0,2m"]);
        command.args(["--dhcp-option=option:dns-server,10.9.0.53,10.9.0.54", "--dhcp-authoritative"]);
        command.args([format!("--dhcp-leasefile={}", at("leases")), format!("--pid-file={}", at("pid"))]);
        let mut child = command.stderr(Stdio::piped()).spawn().expect("dnsmasq of dnsmasq-base is installed");
        let stderr = child.stderr.take().expect("it is piped");
        let mut lines = BufReader::new(stderr).lines().map_while(Result::ok);
        assert!(lines.any(|line| line.contains("sockets bound")), "dnsmasq listens");
        std::thread::spawn(move || lines.for_each(drop));
        Self(child, folder)
    }

    fn leases(&self) -> String {
        std::fs::read_to_string(self.1.path().join("leases")).unwrap()
    }
}

impl Drop for Dnsmasq {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn dhcp_client_gets_an_address_of_a_real_server() {
    let build = || build("dhcp-client/app.unik", "dhcp-client", &[]);
    let Some(program) = inside("dhcp_client_gets_an_address_of_a_real_server", build) else { return };
    let server = Dnsmasq::start();
    let mac = "02:00:00:00:09:02";
    let (code, said) = ended(&program, &["--nic", &format!("service=service,mac={mac}")]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("address 10.9.0.50/24"), "{said}");
    assert!(said.contains("name servers: 10.9.0.53, 10.9.0.54"), "{said}");
    let leases = server.leases();
    assert!(leases.contains(&format!("{mac} 10.9.0.50")), "{leases}");
    drop(server);
    lends_nothing(&program);
}

/// With an address that is given, nobody is asked.
fn lends_nothing(program: &Path) {
    let (code, said) = ended(program, &["--ipv4=10.9.0.2/24"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("address 10.9.0.2/24") && said.contains("name servers: none"), "{said}");
}
