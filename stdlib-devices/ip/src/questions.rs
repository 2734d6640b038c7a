//! Questions for neighbours and routers, as frames.

use alloc::vec;
use alloc::vec::Vec;
use core::net::{Ipv4Addr, Ipv6Addr};

use smoltcp::phy::ChecksumCapabilities;
use smoltcp::wire::{
    ArpOperation, ArpPacket, ArpRepr, EthernetAddress, EthernetFrame, EthernetProtocol, Icmpv6Packet,
    Icmpv6Repr, IpProtocol, Ipv6Packet, Ipv6Repr, NdiscRepr,
};
use unik::net::Mac;

/// All routers of the link (RFC 4291, 2.7.1).
const ALL_ROUTERS: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 2);
/// The hop limit of what crosses no router (RFC 4861, 3.1).
const ON_THE_LINK: u8 = 255;

/// Asks who has an address of IPv4 (RFC 826). With our own address twice it is an announcement (RFC 5227, 2.3).
pub(crate) fn who_has(mac: Mac, own: Ipv4Addr, wanted: Ipv4Addr) -> Vec<u8> {
    let mac = EthernetAddress(mac.0);
    let arp = ArpRepr::EthernetIpv4 {
        operation: ArpOperation::Request,
        source_hardware_addr: mac,
        source_protocol_addr: own,
        target_hardware_addr: EthernetAddress([0; 6]),
        target_protocol_addr: wanted,
    };
    let mut bytes = vec![0; EthernetFrame::<&[u8]>::buffer_len(arp.buffer_len())];
    let mut frame = EthernetFrame::new_unchecked(&mut bytes);
    frame.set_src_addr(mac);
    frame.set_dst_addr(EthernetAddress::BROADCAST);
    frame.set_ethertype(EthernetProtocol::Arp);
    arp.emit(&mut ArpPacket::new_unchecked(frame.payload_mut()));
    bytes
}

/// Asks who has an address of IPv6 (RFC 4861, 4.3).
pub(crate) fn who_has_v6(mac: Mac, own: Ipv6Addr, wanted: Ipv6Addr) -> Vec<u8> {
    let lladdr = Some(EthernetAddress(mac.0).into());
    let question = NdiscRepr::NeighborSolicit { target_addr: wanted, lladdr };
    // Only who has an address with the same last 24 bits listens (RFC 4291, 2.7.1).
    let [.., a, b, c] = wanted.octets();
    let listeners = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 1, 0xff00 | u16::from(a), u16::from_be_bytes([b, c]));
    message(mac, own, listeners, question)
}

/// Asks the routers of the link who they are (RFC 4861, 4.1).
pub(crate) fn routers(mac: Mac, own: Ipv6Addr) -> Vec<u8> {
    message(mac, own, ALL_ROUTERS, NdiscRepr::RouterSolicit { lladdr: Some(EthernetAddress(mac.0).into()) })
}

/// A message to a group of the link.
fn message(mac: Mac, own: Ipv6Addr, group: Ipv6Addr, message: NdiscRepr<'_>) -> Vec<u8> {
    let message = Icmpv6Repr::Ndisc(message);
    let packet = Ipv6Repr {
        src_addr: own,
        dst_addr: group,
        next_header: IpProtocol::Icmpv6,
        payload_len: message.buffer_len(),
        hop_limit: ON_THE_LINK,
    };
    let [.., a, b, c, d] = group.octets();
    let length = packet.buffer_len() + message.buffer_len();
    let mut bytes = vec![0; EthernetFrame::<&[u8]>::buffer_len(length)];
    let mut frame = EthernetFrame::new_unchecked(&mut bytes);
    frame.set_src_addr(EthernetAddress(mac.0));
    frame.set_dst_addr(EthernetAddress([0x33, 0x33, a, b, c, d]));
    frame.set_ethertype(EthernetProtocol::Ipv6);
    let mut room = Ipv6Packet::new_unchecked(frame.payload_mut());
    packet.emit(&mut room);
    let mut content = Icmpv6Packet::new_unchecked(room.payload_mut());
    message.emit(&own, &group, &mut content, &ChecksumCapabilities::default());
    bytes
}
