//! Prints what a network says of a host that has joined it.

#![no_std]

extern crate alloc;

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::IpAddr;

use unik::Failure;
use unik::net::Host;

/// Prints the addresses, the routers and the name servers of a host, and fails if it has no address of IPv4.
pub async fn start(host: impl Host) -> Result<(), Failure> {
    let addresses = host.addresses();
    for address in &addresses {
        log::info!("address {address}");
    }
    log::info!("routers: {}", shown(&host.routers()));
    log::info!("name servers: {}", shown(&host.name_servers()));
    if addresses.iter().any(|address| address.address().is_ipv4()) {
        Ok(())
    } else {
        Err(Failure::new("nobody has given an address of IPv4"))
    }
}

fn shown(all: &[IpAddr]) -> String {
    let all: Vec<String> = all.iter().map(ToString::to_string).collect();
    if all.is_empty() { "none".into() } else { all.join(", ") }
}
