//! Examples, run in dom0 by the script that lies beside each image.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;

use unik_boot_tests::client::{connect, curl, curl_text, forward};
use unik_boot_tests::image::Image;
use unik_boot_tests::xen::Host;
use unik_boot_tests::{examples, root};

pub(super) const TARGET: &str = "xen";
/// The address to which the ports of this machine lead.
pub(super) const ADDRESS: &str = "--ipv4=10.0.2.16/24";

fn example(name: &str) -> Image {
    Image::example(name, TARGET, &[])
}

/// The tests below that hold a conversation with an example.
const CONVERSATIONS: &[(&str, fn())] = &[
    ("block", block),
    ("dhcp-client", dhcp_client),
    ("disk-lottery", disk_lottery),
    ("file-server", file_server),
    ("functors", functors),
    ("hello", hello),
    ("keys", keys),
    ("ping", ping),
    ("skeleton-network", skeleton_network),
    ("two-servers", two_servers),
];

#[test]
fn every_example_is_booted() {
    let known: BTreeSet<String> = CONVERSATIONS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(examples(), known, "each example has a conversation, and each conversation an example");
}

#[test]
fn hello() {
    let image = example("hello");
    let mut host = Host::start(&[]);
    let boot = ["--name=it's a \"unikernel\" \\ $HOME", "--count=2", "--pause=10ms"];
    host.launch(&image, &[], &boot);
    let (code, said) = host.end();
    assert_eq!((code, said.matches("Hello it's a \"unikernel\" \\ $HOME!").count()), (0, 2), "{said}");
    host.launch(&image, &[], &["--help"]);
    host.exits(0, "Whom to greet");
    host.launch(&image, &[], &["--cuont=1"]);
    host.exits(64, "--count");
    host.launch(&image, &["--memory", "1"], &[]);
    host.exits(69, "xl could not create the domain");
}

#[test]
fn a_guest_that_the_tools_start_again_has_not_crashed() {
    let image = example("hello");
    let mut host = Host::start(&[]);
    host.launch(&image, &[], &["--count=100000", "--pause=10ms"]);
    host.says("Hello World!");
    host.sh("xl reboot hello");
    host.exits(0, "asked to start again");
}

#[test]
fn the_configurations_beside_an_image_make_a_guest_of_it() {
    let image = example("file-server");
    let (port, lead) = forward(8080);
    let mut host = Host::start(&[&lead]);
    // Where the file says that it lies.
    host.sh("mkdir -p /var/lib/xen/images");
    host.put("/var/lib/xen/images/filesrv.xen", &image.path);
    let beside = |suffix: &str| {
        let mut path = image.path.clone().into_os_string();
        path.push(suffix);
        fs::read_to_string(path).unwrap()
    };
    let (plain, template) = (beside(".xl"), beside(".xl.in"));
    let filled = [
        ("@NAME@", "filled"),
        ("@KERNEL@", "/var/lib/xen/images/filesrv.xen"),
        ("@CMDLINE@", ADDRESS),
        ("@MEMORY@", "65"),
        ("@BRIDGE:service@", "xenbr0"),
        ("@MAC:service@", "02:00:00:00:00:01"),
    ];
    let filled = filled.iter().fold(template, |text, (mark, value)| text.replace(mark, value));
    let settings = filled.lines().filter(|line| !line.starts_with('#'));
    assert_eq!(settings.filter(|line| line.contains('@')).count(), 0, "{filled}");
    for (name, text) in [
        ("filesrv", plain.replace("cmdline = \"\"", &format!("cmdline = \"{ADDRESS}\""))),
        ("filled", filled),
    ] {
        host.write("/run/domain.xl", text.as_bytes());
        host.sh("xl create /run/domain.xl </dev/null");
        let page = curl(&[&format!("http://127.0.0.1:{port}/")]);
        assert_eq!(page, fs::read(root().join("examples/file-server/data/index.html")).unwrap(), "{name}");
        host.sh(&format!("xl shutdown -w {name}"));
    }
}

#[test]
fn keys() {
    let image = example("keys");
    let mut host = Host::start(&[]);
    let boot = ["--owner=me", "-p", "9000", "--debug", "--names=a,b", "--output=/tmp/x", "--volume=loud"];
    host.launch(&image, &[], &boot);
    host.says("port 9000, next 9001, volume Loud, debug true, owner me, workers 2");
    host.exits(0, "timeout 50s, cache 65536 bytes");
    host.launch(&image, &[], &["--owner=me", "--workers=65"]);
    host.exits(65, "workers are 1 to 64");
}

#[test]
fn file_server() {
    let (port, lead) = forward(8080);
    let mut host = Host::start(&[&lead]);
    host.launch(&example("file-server"), &[], &[ADDRESS]);
    let url = format!("http://127.0.0.1:{port}");
    for (path, file) in [("/", "index.html"), ("/images/crane.svg", "images/crane.svg")] {
        let content = fs::read(root().join("examples/file-server/data").join(file)).unwrap();
        assert_eq!(curl(&[&format!("{url}{path}")]), content, "{file}");
    }
    assert!(curl_text(&format!("{url}/none")).starts_with("HTTP/1.1 404"));
    host.stops();
}

#[test]
fn functors() {
    let (port, lead) = forward(9000);
    let mut host = Host::start(&[&lead]);
    host.launch(&example("functors"), &[], &[ADDRESS, "--port", "9000"]);
    let answer = curl_text(&format!("http://127.0.0.1:{port}/v1/hello.txt"));
    assert!(answer.contains("X-Count: ") && answer.contains("Hello from under two layers."), "{answer}");
    host.stops();
}

#[test]
fn two_servers() {
    let leads = [8080, 9081, 8082].map(forward);
    let mut host = Host::start(&leads.each_ref().map(|(_, lead)| lead.as_str()));
    host.launch(&example("two-servers"), &[], &[ADDRESS, "--mirror-port=9081"]);
    for ((port, _), words) in leads.iter().zip(["<title>public", "<title>public", "<title>admin"]) {
        let answer = curl_text(&format!("http://127.0.0.1:{port}/"));
        assert!(answer.contains(words), "{answer}");
    }
    host.stops();
}

#[test]
fn disk_lottery() {
    let image = example("disk-lottery");
    let mut host = Host::start(&[]);
    host.sh("truncate -s 32K /guest/data.img");
    let attach = ["--disk", "data=/guest/data.img"];
    host.launch(&image, &attach, &["-n", "3"]);
    host.says("the disk was empty: it has 64 tickets now");
    host.exits(0, "drawn: ");
    // The last ticket, on the disk itself.
    host.sh("tail -c 512 /guest/data.img | head -c 16 | grep 'unikc lottery v1'");
    host.launch(&image, &attach, &[]);
    host.says("drawn: ");
    host.exits(0, "drawn: ");
}

#[test]
fn skeleton_network() {
    let (port, lead) = forward(8080);
    let mut host = Host::start(&[&lead]);
    host.launch(&example("skeleton-network"), &[], &[ADDRESS]);
    host.says("listening on");
    let mut stream = connect(port).unwrap();
    stream.write_all(&[7; 100_000]).unwrap();
    drop(stream);
    host.says("100000 bytes, then the end");
    host.stops();
}

#[test]
fn ping() {
    let mut host = Host::start(&[]);
    host.launch(
        &example("ping"),
        &[],
        &[ADDRESS, "--to=10.0.2.15", "--count=3", "--pause=10ms", "--patience=5s"],
    );
    host.exits(0, "3 of 3 requests were answered, 0 lost");
}

/// A server in dom0, on a bridge that leads nowhere else.
#[test]
fn dhcp_client() {
    let mut host = Host::start(&[]);
    host.write(
        "/run/udhcpd.conf",
        b"interface lan0\nstart 10.9.8.20\nend 10.9.8.20\nlease_file /run/leases\noption subnet 255.255.255.0\n\
          option router 10.9.8.1\noption dns 10.9.8.3\n",
    );
    host.sh("brctl addbr lan0; ip addr add 10.9.8.1/24 dev lan0; ip link set lan0 up; touch /run/leases
        udhcpd -f /run/udhcpd.conf >/run/udhcpd.log 2>&1 &");
    host.launch(&example("dhcp-client"), &["--nic", "service=lan0"], &[]);
    host.says("address 10.9.8.20/24");
    host.says("routers: 10.9.8.1");
    host.exits(0, "name servers: 10.9.8.3");
    let log = host.sh("cat /run/udhcpd.log");
    assert!(log.contains("10.9.8.20"), "{log}");
}

#[test]
fn block() {
    let image = example("block");
    let mut host = Host::start(&[]);
    host.sh("truncate -s 2M /guest/data.img");
    host.launch(&image, &["--disk", "data=/guest/data.img"], &[]);
    host.says("4096 sectors of 512 bytes");
    host.exits(0, "the disk is well");
    host.launch(&image, &["--disk", "data=/guest/data.img,ro"], &[]);
    host.exits(1, "the disk cannot be written");
}

#[test]
fn a_device_that_is_absent_is_told_with_its_name() {
    let mut host = Host::start(&[]);
    host.launch(&example("block"), &["--disk", "data=none"], &[]);
    host.exits(2, "data");
    host.launch(&example("file-server"), &["--nic", "service=none"], &[ADDRESS]);
    host.exits(2, "service");
}
