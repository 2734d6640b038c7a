//! Tells which values arrived: one parameter per value type of the language.

#![no_std]

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::time::Duration;

use unik::Failure;
use unik::net::{Cidr, Mac};

/// `enum Volume` of `app.unik`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Volume {
    /// As little as possible.
    Quiet,
    /// What is useful.
    Normal,
    /// Everything.
    Loud,
}

/// Prints every value.
#[expect(clippy::too_many_arguments, reason = "one per key of the example")]
pub async fn report(
    port: u16,
    next_port: u16,
    volume: Volume,
    debug: bool,
    owner: &str,
    workers: i64,
    peer: IpAddr,
    ipv4: Ipv4Addr,
    ipv6: Ipv6Addr,
    network: Cidr,
    mac: Mac,
    timeout: Duration,
    cache: u64,
    output: Option<&str>,
    names: &[&str],
) -> Result<(), Failure> {
    log::info!(
        "port {port}, next {next_port}, volume {volume:?}, debug {debug}, owner {owner}, workers {workers}"
    );
    log::info!("peer {peer}, ipv4 {ipv4}, ipv6 {ipv6}, network {network}, mac {mac}");
    log::info!("timeout {timeout:?}, cache {cache} bytes, output {output:?}, names {names:?}");
    Ok(())
}

/// Prints one line.
pub async fn brief(owner: &str, timeout: Duration) -> Result<(), Failure> {
    log::info!("{owner}, {timeout:?}");
    Ok(())
}
