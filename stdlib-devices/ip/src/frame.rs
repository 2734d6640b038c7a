//! What a frame that has arrived is about, as far as must be known to bring it to whom it is for.
//!
//! Frames that no part of the stack wants are dropped here: those of other stations, fragments (RFC 791, RFC 8200: they are
//! not put together), packets with IPv6 extension headers, packets that claim to come from nowhere or from this host itself, and those
//! whose checksum is wrong. What is left is parsed again, and checked in full, by whom it is brought to.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use smoltcp::wire::{
    ArpPacket, ArpRepr, EthernetAddress, EthernetFrame, EthernetProtocol, IpProtocol, Ipv4Packet, Ipv6Packet,
    TcpPacket, UdpPacket,
};

/// Bytes of an Ethernet header.
pub(crate) const ETHERNET: usize = 14;

/// A frame that may be for this host.
#[derive(Debug)]
pub(crate) enum Frame<'a> {
    /// Who has an address (RFC 826).
    Arp(ArpRepr),
    /// A packet of IPv4 or IPv6.
    Ip(Packet<'a>),
}

/// A packet, and what it carries.
#[derive(Debug)]
pub(crate) struct Packet<'a> {
    pub(crate) source: IpAddr,
    pub(crate) target: IpAddr,
    pub(crate) hop_limit: u8,
    pub(crate) content: Content<'a>,
}

/// What a packet carries.
#[derive(Debug)]
pub(crate) enum Content<'a> {
    Tcp(TcpPacket<&'a [u8]>),
    Udp(UdpPacket<&'a [u8]>),
    /// A message of ICMP for IPv4 or IPv6, its checksum not looked at yet.
    Icmp(&'a [u8]),
}

/// Takes a frame apart. `own` is the station that it must be for, unless it is for many. Nothing if nobody wants it.
pub(crate) fn parse(bytes: &[u8], own: EthernetAddress) -> Option<Frame<'_>> {
    let frame = EthernetFrame::new_checked(bytes).ok()?;
    let to = frame.dst_addr();
    if to != own && !to.is_broadcast() && !to.is_multicast() {
        return None;
    }
    if !frame.src_addr().is_unicast() {
        return None;
    }
    match frame.ethertype() {
        EthernetProtocol::Arp => {
            let packet = ArpPacket::new_checked(frame.payload()).ok()?;
            ArpRepr::parse(&packet).ok().map(Frame::Arp)
        }
        EthernetProtocol::Ipv4 => ipv4(frame.payload()).map(Frame::Ip),
        EthernetProtocol::Ipv6 => ipv6(frame.payload()).map(Frame::Ip),
        EthernetProtocol::Unknown(_) => None,
    }
}

fn ipv4(bytes: &[u8]) -> Option<Packet<'_>> {
    let packet = Ipv4Packet::new_checked(bytes).ok()?;
    if packet.version() != 4 || packet.more_frags() || packet.frag_offset() != 0 {
        return None;
    }
    let (source, target) = (packet.src_addr(), packet.dst_addr());
    // Only who asks for an address has none (RFC 1122, 3.2.1.3), and whom it asks is no client.
    if source.is_unspecified() || source.is_broadcast() || source.is_multicast() || target.is_unspecified() {
        return None;
    }
    let content = content(packet.next_header(), packet.payload(), IpProtocol::Icmp)?;
    Some(Packet { source: source.into(), target: target.into(), hop_limit: packet.hop_limit(), content })
}

fn ipv6(bytes: &[u8]) -> Option<Packet<'_>> {
    let packet = Ipv6Packet::new_checked(bytes).ok()?;
    let (source, target) = (packet.src_addr(), packet.dst_addr());
    if packet.version() != 6 || source.is_unspecified() || source.is_multicast() || target.is_unspecified() {
        return None;
    }
    let content = content(packet.next_header(), packet.payload(), IpProtocol::Icmpv6)?;
    Some(Packet { source: source.into(), target: target.into(), hop_limit: packet.hop_limit(), content })
}

fn content(protocol: IpProtocol, bytes: &[u8], icmp: IpProtocol) -> Option<Content<'_>> {
    match protocol {
        IpProtocol::Tcp => TcpPacket::new_checked(bytes).ok().map(Content::Tcp),
        IpProtocol::Udp => UdpPacket::new_checked(bytes).ok().map(Content::Udp),
        protocol if protocol == icmp => Some(Content::Icmp(bytes)),
        _ => None,
    }
}

impl Packet<'_> {
    /// Whether the checksum of what it carries is right. That of ICMP is verified where the message is read.
    pub(crate) fn is_intact(&self) -> bool {
        let (source, target) = (self.source.into(), self.target.into());
        match &self.content {
            Content::Tcp(segment) => segment.verify_checksum(&source, &target),
            // Over IPv6 there must be one (RFC 8200, 8.1).
            Content::Udp(datagram) => {
                datagram.verify_checksum(&source, &target)
                    && (datagram.checksum() != 0 || self.target.is_ipv4())
            }
            Content::Icmp(_) => true,
        }
    }

    /// Whether it can have come over a wire: not from or to the inside of a host (RFC 1122, 3.2.1.3; RFC 4291, 2.5.3).
    pub(crate) fn is_of_the_wire(&self) -> bool {
        !self.source.is_loopback() && !self.target.is_loopback()
    }
}

/// What a message about a packet that could not be delivered quotes of it (RFC 792, RFC 4443).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Quoted {
    pub(crate) protocol: IpProtocol,
    pub(crate) source: IpAddr,
    pub(crate) target: IpAddr,
    /// The first four bytes after the headers: the ports, of TCP and UDP.
    pub(crate) ports: (u16, u16),
    /// The four bytes after them: the sequence number, of TCP; the identifier and number, of an echo.
    pub(crate) next: [u8; 4],
}

/// Reads the packet that an ICMP message quotes.
pub(crate) fn quoted(bytes: &[u8]) -> Option<Quoted> {
    let (protocol, source, target, rest) = match bytes.first()? >> 4 {
        4 => {
            let header = usize::from(bytes[0] & 0xf) * 4;
            let address = |at: usize| Some(Ipv4Addr::from(<[u8; 4]>::try_from(bytes.get(at..at + 4)?).ok()?));
            (*bytes.get(9)?, IpAddr::V4(address(12)?), IpAddr::V4(address(16)?), bytes.get(header..)?)
        }
        6 => {
            let address =
                |at: usize| Some(Ipv6Addr::from(<[u8; 16]>::try_from(bytes.get(at..at + 16)?).ok()?));
            (*bytes.get(6)?, IpAddr::V6(address(8)?), IpAddr::V6(address(24)?), bytes.get(40..)?)
        }
        _ => return None,
    };
    let ports = rest.get(..4)?;
    Some(Quoted {
        protocol: protocol.into(),
        source,
        target,
        ports: (u16::from_be_bytes([ports[0], ports[1]]), u16::from_be_bytes([ports[2], ports[3]])),
        next: rest.get(4..8)?.try_into().ok()?,
    })
}
