//! Messages of ICMP: echoes, neighbours and routers, and what could not be delivered (RFC 792, 4443, 4861).

use alloc::vec::Vec;
use core::net::IpAddr;

use smoltcp::iface::SocketSet;
use smoltcp::wire::{Icmpv4Message, Icmpv4Packet, Icmpv6Message, Icmpv6Packet};
use unik::net::Nic;

use super::Parts;
use crate::frame::Packet;
use crate::net::Net;

/// The hop limit of what has crossed no router (RFC 4861, 6.1.2 and 7.1).
const FROM_THE_LINK: u8 = 255;
/// The code of a port that nobody has (RFC 792; RFC 4443, 3.1).
const PORT_V4: u8 = 3;
const PORT_V6: u8 = 4;

impl Parts {
    /// A message has arrived; its checksum was not looked at.
    pub(super) fn message<N: Nic>(
        &mut self,
        net: &mut Net<'_, N>,
        frame: &[u8],
        packet: &Packet<'_>,
        message: &[u8],
    ) {
        match (packet.source, packet.target) {
            (IpAddr::V6(source), IpAddr::V6(target)) => {
                let Ok(read) = Icmpv6Packet::new_checked(message) else { return };
                if read.verify_checksum(&source, &target) {
                    self.message_v6(net, frame, packet, message, &read);
                }
            }
            _ => {
                let Ok(read) = Icmpv4Packet::new_checked(message) else { return };
                if read.verify_checksum() && !packet.source.is_unspecified() {
                    self.message_v4(net, frame, packet, &read);
                }
            }
        }
    }

    fn message_v4<N: Nic>(
        &mut self,
        net: &mut Net<'_, N>,
        frame: &[u8],
        packet: &Packet<'_>,
        message: &Icmpv4Packet<&[u8]>,
    ) {
        match message.msg_type() {
            Icmpv4Message::EchoRequest => self.echo(net, frame, packet),
            Icmpv4Message::EchoReply if net.is_ours(packet.target) => {
                self.answer(packet.source, message.echo_ident(), message.echo_seq_no(), message.data());
            }
            Icmpv4Message::DstUnreachable if net.is_ours(packet.target) => {
                self.undeliverable(net, message.data(), message.msg_code() == PORT_V4);
            }
            _ => {}
        }
    }

    fn message_v6<N: Nic>(
        &mut self,
        net: &mut Net<'_, N>,
        frame: &[u8],
        packet: &Packet<'_>,
        bytes: &[u8],
        message: &Icmpv6Packet<&[u8]>,
    ) {
        let near = packet.hop_limit == FROM_THE_LINK;
        match message.msg_type() {
            Icmpv6Message::EchoRequest => self.echo(net, frame, packet),
            Icmpv6Message::EchoReply if net.is_ours(packet.target) => {
                self.answer(packet.source, message.echo_ident(), message.echo_seq_no(), message.payload());
            }
            Icmpv6Message::DstUnreachable if net.is_ours(packet.target) => {
                self.undeliverable(net, message.payload(), message.msg_code() == PORT_V6);
            }
            Icmpv6Message::NeighborSolicit | Icmpv6Message::NeighborAdvert if near => {
                let inside = net.is_ours(packet.source);
                net.deliver(frame, &mut SocketSet::new(Vec::new()), inside);
                self.wake_asking(net);
            }
            Icmpv6Message::RouterAdvert if near => self.routers.arrive(net, packet.source, bytes),
            _ => {}
        }
    }

    /// An echo is asked for: smoltcp answers.
    fn echo<N: Nic>(&mut self, net: &mut Net<'_, N>, frame: &[u8], packet: &Packet<'_>) {
        if self.has_icmp() {
            let inside = net.is_ours(packet.source);
            net.deliver(frame, &mut SocketSet::new(Vec::new()), inside);
        }
    }

    fn answer(&mut self, from: IpAddr, identifier: u16, sequence: u16, payload: &[u8]) {
        #[cfg(feature = "icmp")]
        if let Some(icmp) = &mut self.icmp {
            icmp.answer(from, identifier, sequence, payload);
        }
    }
}
