//! What is left to the interface: checksums and the cutting of long segments.
//!
//! A frame that was written is read once more, its headers only, for where the interface must go on.

use core::num::{NonZeroU16, NonZeroUsize};

use smoltcp::phy::{Checksum as Sum, DeviceCapabilities, Medium};
use smoltcp::wire::{
    EthernetFrame, EthernetProtocol, IpAddress, IpProtocol, Ipv4Packet, Ipv6Packet, TcpPacket, checksum,
};
use unik::net::{Capabilities, Checksum, Segment, Transmit};

use crate::frame::ETHERNET;

/// The longest frame with a packet whose length its own header can say (RFC 791).
const LONGEST: usize = ETHERNET + 65_535;

/// The capabilities of an interface in smoltcp's words. What has arrived is verified before it gets there.
pub(crate) fn capabilities(of: &Capabilities) -> DeviceCapabilities {
    let mut capabilities = DeviceCapabilities::default();
    capabilities.medium = Medium::Ethernet;
    capabilities.max_transmission_unit = of.mtu + ETHERNET;
    let sum = if of.checksum { Sum::None } else { Sum::Tx };
    capabilities.checksum.tcp = sum;
    capabilities.checksum.udp = sum;
    #[cfg(feature = "tcp")]
    if of.checksum && of.segments_v4 {
        capabilities.segmentation.tcpv4 = NonZeroUsize::new(of.longest.min(LONGEST));
    }
    // smoltcp 0.14.0 drops every packet of IPv6 that is longer than the MTU, so that nothing is left to cut over it.
    capabilities
}

/// Completes a frame for an interface that makes checksums: fills in the sum of the pseudo header, and says what is left to do.
/// `size` is how many bytes of payload each piece may have, if the frame must be cut.
pub(crate) fn complete(frame: &mut [u8], size: Option<NonZeroU16>) -> Transmit {
    transport(frame).and_then(|found| found.complete(frame, size)).unwrap_or_default()
}

/// Where the transport header of a frame is.
struct Transport {
    start: usize,
    protocol: IpProtocol,
    source: IpAddress,
    target: IpAddress,
}

fn transport(frame: &[u8]) -> Option<Transport> {
    let frame = EthernetFrame::new_checked(frame).ok()?;
    match frame.ethertype() {
        EthernetProtocol::Ipv4 => {
            let packet = Ipv4Packet::new_unchecked(frame.payload());
            Some(Transport {
                start: ETHERNET + usize::from(packet.header_len()),
                protocol: packet.next_header(),
                source: packet.src_addr().into(),
                target: packet.dst_addr().into(),
            })
        }
        EthernetProtocol::Ipv6 => {
            let packet = Ipv6Packet::new_unchecked(frame.payload());
            Some(Transport {
                start: ETHERNET + smoltcp::wire::IPV6_HEADER_LEN,
                protocol: packet.next_header(),
                source: packet.src_addr().into(),
                target: packet.dst_addr().into(),
            })
        }
        EthernetProtocol::Arp | EthernetProtocol::Unknown(_) => None,
    }
}

impl Transport {
    fn complete(&self, frame: &mut [u8], size: Option<NonZeroU16>) -> Option<Transmit> {
        let offset = match self.protocol {
            IpProtocol::Tcp => 16,
            IpProtocol::Udp => 6,
            _ => return None,
        };
        let length = u32::try_from(frame.len() - self.start).ok()?;
        let sum = checksum::pseudo_header(&self.source, &self.target, self.protocol, length);
        let field = self.start + offset;
        frame.get_mut(field..field + 2)?.copy_from_slice(&sum.to_be_bytes());
        let segment = size.and_then(|size| {
            let header = TcpPacket::new_checked(&frame[self.start..]).ok()?.header_len();
            Some(Segment {
                size: size.get(),
                headers: u16::try_from(self.start).ok()? + u16::from(header),
                v6: matches!(self.source, IpAddress::Ipv6(_)),
            })
        });
        let start = u16::try_from(self.start).ok()?;
        Some(Transmit { checksum: Some(Checksum { start, offset: offset as u16 }), segment })
    }
}
