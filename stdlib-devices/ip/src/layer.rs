//! The module types of the parts of a stack: which part a device is, so that a graph can be put together in one way only.
//!
//! All parts of a stack share one object. A part is a handle of it, and says so to the parts above.

use unik::net::{Ping, Udp as Datagrams};

use crate::link::{Link, World};

/// A part of a stack.
pub trait Layer: Clone + 'static {
    /// The devices that the stack stands on.
    type World: World;

    /// What the parts of the stack share.
    fn link(&self) -> &Link<Self::World>;
}

/// Frames of Ethernet (IEEE 802.3), and all that is shared: `std/ip.Ethernet`.
pub trait Ethernet: Layer {}

/// Who has an address of IPv4 (RFC 826): `std/ip.Arp`.
pub trait Arp: Layer {}

/// Packets of IPv4 (RFC 791): `std/ip.V4`.
pub trait V4: Layer {}

/// Packets of IPv6 (RFC 8200): `std/ip.V6`.
pub trait V6: Layer {}

/// Control messages (RFC 792, RFC 4443): `std/ip.Icmp`.
pub trait Icmp: Layer + Ping {}

/// Datagrams (RFC 768): `std/ip.Udp`.
pub trait Udp: Layer + Datagrams {}

/// Connections (RFC 9293): `std/ip.Tcp`.
pub trait Tcp: Layer {}
