//! Questions to servers and what their answers say (RFC 1035, 4; RFC 2308; RFC 6891).

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::time::Duration;

use simple_dns::rdata::{OPT, RData};
use simple_dns::{
    CLASS, Name, OPCODE, Packet, PacketFlag, QCLASS, QTYPE, Question, RCODE, ResourceRecord, TYPE,
};

/// The longest answer that we take in a datagram: it crosses every network in one piece (RFC 9715).
pub(crate) const LONGEST: u16 = 1232;
/// The bytes of a record at the least: a name, a type, a class, a time and a length.
const SHORTEST_RECORD: usize = 11;
/// The bytes of a message before its questions.
const HEADER: usize = 12;
/// How many names one answer may lead through.
const CHAIN: usize = 16;
/// How many addresses of a name are kept.
const ADDRESSES: usize = 32;
/// How long an answer is remembered at most.
const DAY: Duration = Duration::from_secs(24 * 3600);
/// How long it is remembered at most that a name has no addresses: RFC 2308 allows three hours, but who makes a name wants it soon.
const NOTHING: Duration = Duration::from_secs(300);

/// Which addresses are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    V4,
    V6,
}

/// What an answer says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Addresses, and for how long.
    Addresses(Vec<IpAddr>, Duration),
    /// The name has none, for so long.
    None(Duration),
    /// It means another name, of which the answer says nothing more.
    Alias(String),
    /// It does not fit into a datagram.
    Truncated,
    /// The server does not know how to ask for long datagrams (RFC 6891, 7).
    Old,
    /// The server cannot or will not say.
    Refused,
}

/// A question that a server understands. `extended` lets it answer in datagrams that are longer than 512 bytes.
pub(crate) fn question(number: u16, name: &str, kind: Kind, extended: bool) -> Option<Vec<u8>> {
    let mut packet = Packet::new_query(number);
    packet.set_flags(PacketFlag::RECURSION_DESIRED);
    let asked = match kind {
        Kind::V4 => TYPE::A,
        Kind::V6 => TYPE::AAAA,
    };
    packet.questions.push(Question::new(
        Name::new(name).ok()?,
        QTYPE::TYPE(asked),
        QCLASS::CLASS(CLASS::IN),
        false,
    ));
    if extended {
        *packet.opt_mut() = Some(OPT { opt_codes: Vec::new(), udp_packet_size: LONGEST, version: 0 });
    }
    packet.build_bytes_vec().ok()
}

/// What an answer to a question says; nothing if it is none to this question (RFC 5452, 9), or damaged.
pub(crate) fn answer(bytes: &[u8], number: u16, name: &str, kind: Kind) -> Option<Answer> {
    let name = Name::new(name).ok()?;
    let head = head(bytes)?;
    let [asked] = &head.questions[..] else { return None };
    let right = head.id() == number
        && head.has_flags(PacketFlag::RESPONSE)
        && head.opcode() == OPCODE::StandardQuery
        && asked.qname == name
        && asked.qtype == QTYPE::TYPE(if kind == Kind::V4 { TYPE::A } else { TYPE::AAAA })
        && asked.qclass == QCLASS::CLASS(CLASS::IN);
    if !right {
        return None;
    }
    if head.has_flags(PacketFlag::TRUNCATION) {
        return Some(Answer::Truncated);
    }
    match head.rcode() {
        RCODE::NoError => whole(bytes).and_then(|packet| follow(&packet, name, kind)),
        RCODE::NameError => whole(bytes).map(|packet| Answer::None(nothing(&packet))),
        RCODE::FormatError | RCODE::NotImplemented => Some(Answer::Old),
        _ => Some(Answer::Refused),
    }
}

/// The message without its records: they may be cut, and may be said to be more than memory holds.
fn head(bytes: &[u8]) -> Option<Packet<'static>> {
    let mut start = bytes.to_vec();
    // One question, no records.
    if start.get(4..6)? != [0, 1] {
        return None;
    }
    start.get_mut(6..HEADER)?.fill(0);
    let packet = Packet::parse(&start).ok()?;
    let mut head = Packet::new_query(packet.id());
    *head.rcode_mut() = packet.rcode();
    *head.opcode_mut() = packet.opcode();
    for flag in [PacketFlag::RESPONSE, PacketFlag::TRUNCATION] {
        if packet.has_flags(flag) {
            head.set_flags(flag);
        }
    }
    head.questions = packet.questions.iter().cloned().map(Question::into_owned).collect();
    Some(head)
}

/// The message with its records, if they can all be there.
fn whole(bytes: &[u8]) -> Option<Packet<'_>> {
    let counts = bytes.get(6..HEADER)?.as_chunks::<2>().0;
    let records: usize = counts.iter().map(|count| usize::from(u16::from_be_bytes(*count))).sum();
    if records * SHORTEST_RECORD > bytes.len() { None } else { Packet::parse(bytes).ok() }
}

/// Goes from a name to what it means, as far as the answer says.
fn follow(packet: &Packet<'_>, asked: Name<'_>, kind: Kind) -> Option<Answer> {
    let mut name = asked.clone();
    let mut lifetime = DAY;
    for _ in 0..CHAIN {
        let own = || packet.answers.iter().filter(|record| record.name == name && record.class == CLASS::IN);
        let addresses: Vec<(IpAddr, u32)> =
            own().filter_map(|record| Some((address(record, kind)?, record.ttl))).take(ADDRESSES).collect();
        if !addresses.is_empty() {
            let shortest = addresses.iter().map(|(_, seconds)| *seconds).min().unwrap_or(0);
            let lifetime = lifetime.min(time(shortest));
            return Some(Answer::Addresses(addresses.into_iter().map(|(own, _)| own).collect(), lifetime));
        }
        let alias = own().find_map(|record| match &record.rdata {
            RData::CNAME(alias) => Some((alias.0.clone(), record.ttl)),
            _ => None,
        });
        match alias {
            Some((alias, seconds)) => {
                lifetime = lifetime.min(time(seconds));
                name = alias;
            }
            // Nothing is said of the name that was asked for, or of the one that it means.
            None if name == asked => return Some(Answer::None(nothing(packet))),
            None if packet.name_servers.iter().any(is_authority) => {
                return Some(Answer::None(nothing(packet)));
            }
            None => return Some(Answer::Alias(name.to_string())),
        }
    }
    Some(Answer::Alias(name.to_string()))
}

fn address(record: &ResourceRecord<'_>, kind: Kind) -> Option<IpAddr> {
    match (&record.rdata, kind) {
        (RData::A(found), Kind::V4) => Some(Ipv4Addr::from_bits(found.address).into()),
        (RData::AAAA(found), Kind::V6) => Some(Ipv6Addr::from_bits(found.address).into()),
        _ => None,
    }
}

/// Whether a record says whose the name is, and so that there is nothing more to be found.
fn is_authority(record: &ResourceRecord<'_>) -> bool {
    matches!(record.rdata, RData::SOA(_))
}

/// How long it holds that a name has no addresses (RFC 2308, 5); not at all if nobody says.
fn nothing(packet: &Packet<'_>) -> Duration {
    let said = packet.name_servers.iter().find_map(|record| match &record.rdata {
        RData::SOA(authority) => Some(record.ttl.min(authority.minimum)),
        _ => None,
    });
    time(said.unwrap_or(0)).min(NOTHING)
}

/// A time to live; one with the highest bit set is none (RFC 2181, 8).
fn time(seconds: u32) -> Duration {
    if seconds > i32::MAX as u32 { Duration::ZERO } else { Duration::from_secs(u64::from(seconds)) }
}
