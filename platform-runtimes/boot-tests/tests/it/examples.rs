//! The examples, column by column: what somebody who knows them would say to each.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;

use unik_boot_tests::client::{connect, curl, curl_text, forward};
use unik_boot_tests::guest::Guest;
use unik_boot_tests::image::Image;
use unik_boot_tests::machine::{ALL, MICROVM, Machine};
use unik_boot_tests::{examples, folder, root};

/// A test for each example, and their names.
macro_rules! conversations {
    ($($folder:literal $name:ident on $machines:expr;)*) => {
        const CONVERSATIONS: &[&str] = &[$($folder),*];
        $(
            #[test]
            fn $name() {
                let machines: &[Machine] = $machines;
                for machine in machines {
                    talk::$name(machine);
                }
            }
        )*
    };
}

conversations! {
    "block" block on ALL;
    "dhcp-client" dhcp_client on &[MICROVM];
    "disk-lottery" disk_lottery on &[MICROVM];
    "file-server" file_server on ALL;
    "functors" functors on &[MICROVM];
    "hello" hello on ALL;
    "keys" keys on &[MICROVM];
    "ping" ping on &[MICROVM];
    "skeleton-network" skeleton_network on &[MICROVM];
    "two-servers" two_servers on &[MICROVM];
}

#[test]
fn every_example_is_booted() {
    let known: BTreeSet<String> = CONVERSATIONS.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(examples(), known, "each example has a conversation, and each conversation an example");
}

mod talk {
    use super::*;

    pub(super) fn hello(machine: &Machine) {
        let image = Image::example("hello", machine.target, &[]);
        let boot = ["--name=it's a \"unikernel\"", "--count=2", "--pause=10ms"];
        let (code, said) = Guest::start(&image, machine, &[], &boot).end();
        assert_eq!((code, said.matches("Hello it's a \"unikernel\"!").count()), (0, 2), "{said}");
        Guest::start(&image, machine, &[], &["--help"]).ends(0, "Whom to greet");
    }

    pub(super) fn keys(machine: &Machine) {
        let image = Image::example("keys", machine.target, &[]);
        Guest::start(&image, machine, &[], &[]).ends(64, "--owner");
        let boot = ["--owner=me", "-p", "9000", "--debug", "--names=a,b", "--output=/tmp/x", "--volume=loud"];
        let mut guest = Guest::start(&image, machine, &[], &boot);
        guest.says("port 9000, next 9001, volume Loud, debug true, owner me, workers 2");
        guest.ends(0, "timeout 50s, cache 65536 bytes");
        Guest::start(&image, machine, &[], &["--owner=me", "--workers=65"]).ends(65, "workers are 1 to 64");
    }

    pub(super) fn file_server(machine: &Machine) {
        let image = Image::example("file-server", machine.target, &[]);
        let (port, lead) = forward(8080);
        let guest = Guest::start(&image, machine, &["--forward", &lead], &[]);
        let url = format!("http://127.0.0.1:{port}");
        for (path, file) in [("/", "index.html"), ("/images/crane.svg", "images/crane.svg")] {
            let content = fs::read(root().join("examples/file-server/data").join(file)).unwrap();
            assert_eq!(curl(&[&format!("{url}{path}")]), content, "{file} on {}", machine.name);
        }
        assert!(curl_text(&format!("{url}/none")).starts_with("HTTP/1.1 404"));
        guest.stops();
    }

    pub(super) fn functors(machine: &Machine) {
        let image = Image::example("functors", machine.target, &[]);
        let (port, lead) = forward(9000);
        let guest = Guest::start(&image, machine, &["--forward", &lead], &["--port", "9000"]);
        let answer = curl_text(&format!("http://127.0.0.1:{port}/v1/hello.txt"));
        assert!(answer.contains("X-Count: ") && answer.contains("Hello from under two layers."), "{answer}");
        guest.stops();
    }

    pub(super) fn two_servers(machine: &Machine) {
        let image = Image::example("two-servers", machine.target, &[]);
        let guests = [8080, 9081, 8082];
        let leads: Vec<(u16, String)> = guests.into_iter().map(forward).collect();
        let options: Vec<&str> = leads.iter().flat_map(|(_, lead)| ["--forward", lead]).collect();
        let guest = Guest::start(&image, machine, &options, &["--mirror-port=9081"]);
        for ((port, _), words) in leads.iter().zip(["<title>public", "<title>public", "<title>admin"]) {
            let answer = curl_text(&format!("http://127.0.0.1:{port}/"));
            assert!(answer.contains(words), "{answer}");
        }
        guest.stops();
    }

    pub(super) fn skeleton_network(machine: &Machine) {
        let image = Image::example("skeleton-network", machine.target, &[]);
        let (port, lead) = forward(8080);
        let mut guest = Guest::start(&image, machine, &["--forward", &lead], &[]);
        guest.says("listening on");
        let mut stream = connect(port).unwrap();
        stream.write_all(&[7; 100_000]).unwrap();
        drop(stream);
        guest.says("100000 bytes, then the end");
        guest.stops();
    }

    /// QEMU's own network gives addresses.
    pub(super) fn dhcp_client(machine: &Machine) {
        let image = Image::example("dhcp-client", machine.target, &[]);
        let mut guest = Guest::start(&image, machine, &["--nic", "service=user,net=10.9.8.0/24"], &[]);
        guest.says("address 10.9.8.15/24");
        guest.says("routers: 10.9.8.2");
        guest.ends(0, "name servers: 10.9.8.3");
    }

    /// QEMU's own network answers for its gateway.
    pub(super) fn ping(machine: &Machine) {
        let image = Image::example("ping", machine.target, &[]);
        let boot = ["--to=10.0.2.2", "--count=3", "--pause=10ms", "--patience=5s"];
        Guest::start(&image, machine, &[], &boot).ends(0, "3 of 3 requests were answered, 0 lost");
        let boot = ["--to=10.0.2.77", "--count=1", "--patience=300ms"];
        Guest::start(&image, machine, &[], &boot).ends(1, "10.0.2.77 has not answered");
    }

    pub(super) fn block(machine: &Machine) {
        const SECTORS: usize = 4096;
        let image = Image::example("block", machine.target, &[]);
        let disk = folder(&format!("block-{}", machine.name.replace(", ", "-"))).join("data, one.img");
        fs::write(&disk, vec![0; SECTORS * 512]).unwrap();
        let attach = format!("data={}", disk.display());
        let mut guest = Guest::start(&image, machine, &["--disk", &attach], &[]);
        guest.says("4096 sectors of 512 bytes");
        guest.ends(0, "the disk is well");
        // What the example has written first and last, read from outside.
        let content = fs::read(&disk).unwrap();
        let byte = |sector: usize, at: usize, salt: u8| {
            (sector.wrapping_mul(31) ^ (sector >> 8) ^ (at % 251)) as u8 ^ salt.wrapping_mul(37)
        };
        for (sector, salt) in [(0, 1), (SECTORS / 2, 3), (SECTORS - 1, 8)] {
            let found = &content[sector * 512..][..512];
            let expected: Vec<u8> = (0..512).map(|at| byte(sector, at, salt)).collect();
            assert_eq!(found, expected, "sector {sector} on {}", machine.name);
        }
        let read_only = format!("{attach},ro");
        Guest::start(&image, machine, &["--disk", &read_only], &[]).ends(1, "the disk cannot be written");
    }

    pub(super) fn disk_lottery(machine: &Machine) {
        let image = Image::example("disk-lottery", machine.target, &[]);
        let disk = folder("disk-lottery").join("data.img");
        fs::write(&disk, vec![0; 64 * 512]).unwrap();
        let attach = format!("data={}", disk.display());
        let mut guest = Guest::start(&image, machine, &["--disk", &attach], &["-n", "3"]);
        guest.says("the disk was empty: it has 64 tickets now");
        guest.ends(0, "drawn: ");
        let content = fs::read(&disk).unwrap();
        let ticket = [&b"unikc lottery v1"[..], &63_u64.to_le_bytes()].concat();
        assert!(content[63 * 512..].starts_with(&ticket));
        let (code, said) = Guest::start(&image, machine, &["--disk", &attach], &[]).end();
        assert!(code == 0 && !said.contains("empty"), "{said}");
    }
}
