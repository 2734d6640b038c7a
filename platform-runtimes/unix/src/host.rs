//! What the host is called on its networks, and whom it asks for names.

use std::net::IpAddr;

use unik::net::{Cidr, Host};

use crate::error::Error;
use crate::sockets::Sockets;

/// Where the host keeps its name servers (resolv.conf(5)).
const NAME_SERVERS: &str = "/etc/resolv.conf";

impl Host for Sockets {
    type Error = Error;

    /// The address that is listened on; that of all addresses if it is all of them.
    fn addresses(&self) -> Vec<Cidr> {
        let address = self.address();
        let whole = if address.is_ipv4() { 32 } else { 128 };
        Cidr::new(address, whole).into_iter().collect()
    }

    fn name_servers(&self) -> Vec<IpAddr> {
        // A host without the file asks nobody.
        std::fs::read_to_string(NAME_SERVERS).map(|text| name_servers(&text)).unwrap_or_default()
    }
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
    fn name_servers_are_read_in_order_and_the_rest_is_passed_over() {
        let text = "# a comment\nsearch example.org\n nameserver\t192.0.2.1 \n;nameserver 192.0.2.9\nnameserver ::1\n\
                    nameserver fe80::1%eth0\nnameserver\nnameserver name\noptions ndots:2\n";
        let expected: Vec<IpAddr> = vec!["192.0.2.1".parse().unwrap(), "::1".parse().unwrap()];
        assert_eq!(name_servers(text), expected);
        assert!(name_servers("").is_empty());
    }
}
