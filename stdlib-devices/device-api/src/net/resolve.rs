//! Names of hosts: `std/dns.Resolver`.

use alloc::vec::Vec;
use core::net::IpAddr;

use crate::Error;

/// What knows the addresses of names.
pub trait Resolver {
    /// What goes wrong.
    type Error: Error;

    /// The addresses of a name, IPv6 before IPv4 if it has both, in the order in which they were given; at least one.
    /// A text that is an address means itself. Kinds: `NotFound`, `Invalid`, `TimedOut`, `Corrupt`, `Unreachable`.
    async fn resolve(&self, name: &str) -> Result<Vec<IpAddr>, Self::Error>;
}

impl<T: Resolver> Resolver for &T {
    type Error = T::Error;

    async fn resolve(&self, name: &str) -> Result<Vec<IpAddr>, T::Error> {
        T::resolve(self, name).await
    }
}
