//! The addresses of the host's interfaces, as the kernel tells them (rtnetlink(7)).

use std::net::IpAddr;

use rustix::io::Errno;
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType};
use unik::net::Cidr;

/// More than the kernel tells at a time.
const BUFFER: usize = 64 * 1024;

const HEADER: usize = 16;
/// `struct ifaddrmsg`: family, length of the prefix, flags, scope, index of the interface.
const ADDRESS: usize = 8;

const DONE: u16 = 3;
const ERROR: u16 = 2;
const NEW_ADDRESS: u16 = 20;
const GET_ADDRESS: u16 = 22;
const REQUEST_ALL: u16 = 0x301;

const FAMILY_V4: u8 = 2;
const FAMILY_V6: u8 = 10;
/// The address; of a connection between two hosts, that of the other one.
const ATTRIBUTE_ADDRESS: u16 = 1;
/// Our own address.
const ATTRIBUTE_LOCAL: u16 = 2;

/// All addresses of all interfaces, in the kernel's order.
pub(crate) fn of_host() -> Result<Vec<Cidr>, Errno> {
    // Without a protocol it is that of addresses and routes.
    let socket =
        rustix::net::socket_with(AddressFamily::NETLINK, SocketType::RAW, SocketFlags::CLOEXEC, None)?;
    let mut request = [0; HEADER + ADDRESS];
    request[..4].copy_from_slice(&24u32.to_ne_bytes());
    request[4..6].copy_from_slice(&GET_ADDRESS.to_ne_bytes());
    request[6..8].copy_from_slice(&REQUEST_ALL.to_ne_bytes());
    rustix::net::send(&socket, &request, SendFlags::empty())?;
    let (mut addresses, mut buffer) = (Vec::new(), vec![0; BUFFER]);
    // The kernel answers at once.
    loop {
        let (length, _) = rustix::net::recv(&socket, &mut buffer[..], RecvFlags::empty())?;
        if length == 0 || read(&buffer[..length], &mut addresses) {
            return Ok(addresses);
        }
    }
}

/// Reads the messages of an answer; whether the last one was among them.
fn read(mut messages: &[u8], addresses: &mut Vec<Cidr>) -> bool {
    while let Some((length, kind)) = word(messages, 0).zip(half(messages, 4)) {
        let length = length as usize;
        if kind == DONE || kind == ERROR || length < HEADER {
            return true;
        }
        let Some(message) = messages.get(HEADER..length) else { return true };
        if kind == NEW_ADDRESS {
            addresses.extend(address(message));
        }
        messages = messages.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    false
}

/// The address of a message behind its header.
fn address(message: &[u8]) -> Option<Cidr> {
    let (&family, &prefix) = message.first().zip(message.get(1))?;
    let mut attributes = message.get(ADDRESS..)?;
    let mut found = None;
    while let Some((length, kind)) = half(attributes, 0).zip(half(attributes, 2)) {
        let length = usize::from(length);
        let Some(data) = attributes.get(4..length) else { break };
        match kind {
            ATTRIBUTE_LOCAL => found = ip(family, data),
            ATTRIBUTE_ADDRESS => found = found.or_else(|| ip(family, data)),
            _ => {}
        }
        attributes = attributes.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    Cidr::new(found?, prefix)
}

fn ip(family: u8, bytes: &[u8]) -> Option<IpAddr> {
    match family {
        FAMILY_V4 => <[u8; 4]>::try_from(bytes).ok().map(IpAddr::from),
        FAMILY_V6 => <[u8; 16]>::try_from(bytes).ok().map(IpAddr::from),
        _ => None,
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn half(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_ne_bytes(*bytes.get(at..)?.first_chunk()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A message about an address with these attributes.
    fn message(kind: u16, family: u8, prefix: u8, attributes: &[(u16, &[u8])]) -> Vec<u8> {
        let mut body = vec![family, prefix, 0, 0, 1, 0, 0, 0];
        for (kind, data) in attributes {
            body.extend((4 + data.len() as u16).to_ne_bytes());
            body.extend(kind.to_ne_bytes());
            body.extend(*data);
            body.resize(body.len().next_multiple_of(4), 0);
        }
        let mut all = (16 + body.len() as u32).to_ne_bytes().to_vec();
        all.extend(kind.to_ne_bytes());
        all.extend([0; 10]);
        all.extend(body);
        all
    }

    fn answer() -> Vec<u8> {
        let v6 = [0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2];
        [
            message(NEW_ADDRESS, FAMILY_V4, 24, &[(1, &[10, 0, 0, 9]), (2, &[10, 0, 0, 2]), (3, b"eth")]),
            message(NEW_ADDRESS, FAMILY_V6, 64, &[(1, &v6)]),
            message(16, FAMILY_V4, 8, &[(1, &[127, 0, 0, 1])]),
            message(DONE, 0, 0, &[]),
        ]
        .concat()
    }

    #[test]
    fn our_own_addresses_are_read_and_other_messages_passed_over() {
        let mut addresses = Vec::new();
        assert!(read(&answer(), &mut addresses));
        let shown: Vec<String> = addresses.iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["10.0.0.2/24", "fd00::2/64"]);
    }

    #[test]
    fn an_answer_that_is_cut_or_damaged_ends() {
        let answer = answer();
        for length in 0..answer.len() {
            read(&answer[..length], &mut Vec::new());
        }
        for at in 0..answer.len() {
            for byte in [0, 1, 0xff] {
                let mut damaged = answer.clone();
                damaged[at] = byte;
                read(&damaged, &mut Vec::new());
            }
        }
    }

    #[test]
    fn the_host_has_its_loopback_address() {
        let addresses = of_host().unwrap();
        assert!(addresses.iter().any(|address| address.to_string() == "127.0.0.1/8"), "{addresses:?}");
    }
}
