//! What the host is called on its networks, who leads out of them, and whom it asks for names.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use unik::net::{Cidr, Host};

use crate::addresses;
use crate::error::Error;
use crate::sockets::Sockets;

/// Where the host keeps its name servers (resolv.conf(5)).
const NAME_SERVERS: &str = "/etc/resolv.conf";
/// Where the kernel shows its routes (proc_net(5)).
const ROUTES_V4: &str = "/proc/net/route";
const ROUTES_V6: &str = "/proc/net/ipv6_route";

impl Host for Sockets {
    type Error = Error;

    /// The addresses that are listened on.
    fn addresses(&self) -> Vec<Cidr> {
        let own = self.address();
        let all = addresses::of_host().unwrap_or_else(|errno| {
            log::debug!("the host does not tell its addresses: {errno}");
            Vec::new()
        });
        listened(own, &all)
    }

    /// Those of the kernel, of the versions of IP that are listened on.
    fn routers(&self) -> Vec<IpAddr> {
        let shown = |path| std::fs::read_to_string(path).unwrap_or_default();
        let v4 = router_v4(&shown(ROUTES_V4)).map(IpAddr::from);
        let v6 = router_v6(&shown(ROUTES_V6)).map(IpAddr::from).filter(|_| self.address().is_ipv6());
        v4.into_iter().chain(v6).collect()
    }

    fn name_servers(&self) -> Vec<IpAddr> {
        // A host without the file asks nobody.
        std::fs::read_to_string(NAME_SERVERS).map(|text| name_servers(&text)).unwrap_or_default()
    }
}

/// Those of `all` that somebody has who listens on `own`, which is one of them or stands for many.
fn listened(own: IpAddr, all: &[Cidr]) -> Vec<Cidr> {
    let is_one = |other: IpAddr| own == other || own.is_unspecified() && (own.is_ipv6() || other.is_ipv4());
    let found: Vec<Cidr> = all.iter().filter(|cidr| is_one(cidr.address())).copied().collect();
    if found.is_empty() && !own.is_unspecified() {
        // Of 127.0.0.0/8, the kernel tells one address and takes all.
        let whole = if own.is_ipv4() { 32 } else { 128 };
        return Cidr::new(own, whole).into_iter().collect();
    }
    found
}

/// The router of the default route of IPv4 with the lowest metric: interface, destination, router, flags, three numbers of which the
/// last is the metric, mask. Addresses are shown as they lie in memory.
fn router_v4(text: &str) -> Option<Ipv4Addr> {
    let routes = text.lines().filter_map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let hex = |at: usize| u32::from_str_radix(words.get(at)?, 16).ok();
        let metric: u32 = words.get(6)?.parse().ok()?;
        let (destination, router, mask) = (hex(1)?, hex(2)?, hex(7)?);
        let leads_out = destination == 0 && mask == 0 && router != 0;
        leads_out.then(|| (metric, Ipv4Addr::from(router.to_ne_bytes())))
    });
    routes.min_by_key(|(metric, _)| *metric).map(|(_, router)| router)
}

/// That of IPv6: destination, its prefix, source, its prefix, router, metric in hexadecimal.
fn router_v6(text: &str) -> Option<Ipv6Addr> {
    let routes = text.lines().filter_map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let hex = |at: usize| u128::from_str_radix(words.get(at)?, 16).ok();
        let (destination, prefix, router, metric) = (hex(0)?, hex(1)?, hex(4)?, hex(5)?);
        let leads_out = destination == 0 && prefix == 0 && router != 0;
        leads_out.then(|| (metric, Ipv6Addr::from(router)))
    });
    routes.min_by_key(|(metric, _)| *metric).map(|(_, router)| router)
}

fn name_servers(text: &str) -> Vec<IpAddr> {
    let server = |line: &str| {
        let mut words = line.split_whitespace();
        let address = words.next().filter(|word| *word == "nameserver").and_then(|_| words.next())?;
        // What stands behind `%` is the interface of a link-local address, which an address alone cannot say.
        if address.contains('%') { None } else { address.parse().ok() }
    };
    text.lines().filter_map(server).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_has_the_addresses_that_it_listens_on() {
        let all: Vec<Cidr> =
            ["127.0.0.1/8", "10.0.0.2/24", "::1/128"].iter().map(|text| text.parse().unwrap()).collect();
        for (own, expected) in [
            ("127.0.0.1", &["127.0.0.1/8"][..]),
            ("127.0.0.9", &["127.0.0.9/32"]),
            ("0.0.0.0", &["127.0.0.1/8", "10.0.0.2/24"]),
            ("::", &["127.0.0.1/8", "10.0.0.2/24", "::1/128"]),
        ] {
            let found: Vec<String> =
                listened(own.parse().unwrap(), &all).iter().map(ToString::to_string).collect();
            assert_eq!(found, expected, "{own}");
        }
    }

    #[test]
    fn the_router_is_that_of_the_best_default_route() {
        let shown = |address: [u8; 4]| format!("{:08X}", u32::from_ne_bytes(address));
        let route = |to: [u8; 4], router: [u8; 4], metric: u32, mask: [u8; 4]| {
            let (to, router, mask) = (shown(to), shown(router), shown(mask));
            format!("eth0\t{to}\t{router}\t0003\t0\t0\t{metric}\t{mask}\t0\t0\t0\n")
        };
        let head = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n";
        let own = route([10, 0, 0, 0], [0; 4], 0, [255, 0, 0, 0]);
        let text = format!("{head}{own}{}", route([0; 4], [10, 0, 0, 9], 20, [0; 4]));
        assert_eq!(router_v4(&text), Some(Ipv4Addr::new(10, 0, 0, 9)));
        let better = text.clone() + &route([0; 4], [10, 0, 0, 1], 10, [0; 4]);
        assert_eq!(router_v4(&better), Some(Ipv4Addr::new(10, 0, 0, 1)));
        // A default route of the interface alone, and half of all addresses.
        let none = format!(
            "{head}{}{}",
            route([0; 4], [0; 4], 0, [0; 4]),
            route([0; 4], [10, 0, 0, 1], 0, [128, 0, 0, 0])
        );
        assert_eq!(router_v4(&none), None);
        assert_eq!(router_v4(""), None);
    }

    #[test]
    fn the_router_of_ipv6_is_read_alike() {
        let zero = "0".repeat(32);
        let route = |to: &str, prefix: &str, router: &str, metric: &str| {
            format!("{to} {prefix} {zero} 00 {router} {metric} 00000001 00000000 00000003 eth0\n")
        };
        let (first, second) = ("fe800000000000000000000000000001", "fe800000000000000000000000000002");
        let text = route("fe800000000000000000000000000000", "40", &zero, "00000100")
            + &route(&zero, "00", first, "00000400")
            + &route(&zero, "00", second, "00000100")
            + &route(&zero, "00", &zero, "ffffffff");
        assert_eq!(router_v6(&text), Some("fe80::2".parse().unwrap()));
        assert_eq!(router_v6(""), None);
    }

    #[test]
    fn name_servers_are_read_in_order_and_the_rest_is_passed_over() {
        let text = "# a comment\nsearch example.org\n nameserver\t192.0.2.1 \n;nameserver 192.0.2.9\nnameserver ::1\n\
                    nameserver fe80::1%eth0\nnameserver\nnameserver name\noptions ndots:2\n";
        let expected: Vec<IpAddr> = vec!["192.0.2.1".parse().unwrap(), "::1".parse().unwrap()];
        assert_eq!(name_servers(text), expected);
        assert!(name_servers("").is_empty());
    }
}
