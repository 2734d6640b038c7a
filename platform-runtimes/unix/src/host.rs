//! What the host is called on its networks, and whom it asks for names.

use std::net::IpAddr;

use unik::net::{Cidr, Host};

use crate::addresses;
use crate::error::Error;
use crate::sockets::Sockets;

/// Where the host keeps its name servers (resolv.conf(5)).
const NAME_SERVERS: &str = "/etc/resolv.conf";

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
    fn name_servers_are_read_in_order_and_the_rest_is_passed_over() {
        let text = "# a comment\nsearch example.org\n nameserver\t192.0.2.1 \n;nameserver 192.0.2.9\nnameserver ::1\n\
                    nameserver fe80::1%eth0\nnameserver\nnameserver name\noptions ndots:2\n";
        let expected: Vec<IpAddr> = vec!["192.0.2.1".parse().unwrap(), "::1".parse().unwrap()];
        assert_eq!(name_servers(text), expected);
        assert!(name_servers("").is_empty());
    }
}
