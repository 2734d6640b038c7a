//! Networks beyond one interface with an address of IPv4: several interfaces, IPv6, frames longer than usual.

use unik_boot_tests::image::Image;
use unik_boot_tests::project;
use unik_boot_tests::xen::Host;

use super::examples::{ADDRESS, TARGET};

/// Gets a file of a site from an address, in dom0; fails after two seconds, or as many as are said.
const ASK: &str = "#!/bin/sh
printf 'GET /%s HTTP/1.0\\r\\n\\r\\n' \"$2\" | timeout ${3:-2} nc \"$1\" 8080 2>/dev/null
";

/// Two interfaces on bridges that nothing connects. The inner one has a router (QEMU's own network) that gives it an address of IPv6, the outer
/// one a given address, and long frames.
#[test]
fn an_image_has_two_interfaces_with_two_addresses_each() {
    let image = Image::build(&project::troubles(), TARGET, "sites", &["--unikernel", "sites"]);
    let big = project::big();
    let mut host = Host::start(&[]);
    host.write("/bin/ask", ASK.as_bytes());
    host.write("/run/big.bin", &big);
    host.sh("set -e; chmod 755 /bin/ask
        brctl addbr outside; echo 0 >/proc/sys/net/ipv6/conf/outside/accept_dad
        ip link set outside mtu 9000; ip addr add 10.9.8.1/24 dev outside; ip addr add fd17::1/64 dev outside; ip link set outside up");
    let attach =
        ["--nic", "outside=outside,mac=02:00:00:00:00:17", "--nic", "inside=xenbr0,mac=02:00:00:00:00:16"];
    let inner = ADDRESS.replace("--", "--inside-");
    host.launch(&image, &attach, &[&inner, "--outside-ipv4=10.9.8.16/24", "--outside-ipv6=fd17::16/64"]);
    // The second one is made of the router's prefix and the interface's own address.
    for (address, own) in [("10.0.2.16", 16), ("fec0::ff:fe00:16", 16), ("10.9.8.16", 17), ("fd17::16", 17)] {
        host.sh(&format!("until ask {address} small.txt | grep -q '^small$'; do usleep 50000; done"));
        // Whose address it is, which is told by name.
        let known = host.sh(&format!("ip neigh show {address}"));
        assert!(known.contains(&format!("02:00:00:00:00:{own}")), "{address}: {known}");
        host.sh(&format!("ask {address} big.bin 30 | tail -c {} | cmp - /run/big.bin", big.len()));
    }

    // Packets of one frame each, which nothing cuts as it would a segment of TCP.
    let count = |host: &mut Host| -> (u64, u64) {
        let both = host.sh("cd /sys/class/net/vif*.1/statistics; cat rx_packets rx_bytes");
        let (frames, bytes) = both.split_once('\n').unwrap();
        (frames.parse().unwrap(), bytes.parse().unwrap())
    };
    for address in ["10.9.8.16", "fd17::16"] {
        let before = count(&mut host);
        let said = host.sh(&format!("ping -c 10 -i 0.05 -s 8900 {address}"));
        assert!(said.contains(" 10 packets received"), "{said}");
        let after = count(&mut host);
        let (frames, bytes) = (after.0 - before.0, after.1 - before.1);
        assert!(bytes >= 89_000 && frames < 20, "{address}: {bytes} bytes in {frames} frames");
    }
    host.stops();
}
