//! Echo requests through the host's ICMP sockets (RFC 792, RFC 4443).
//!
//! Linux lets programs of the groups in `net.ipv4.ping_group_range` send them through datagram sockets, where it sees
//! to the identifier and to what arrives for others; who may open raw sockets does without, and both are done here.

use std::future::poll_fn;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::{BorrowedFd, OwnedFd};
use std::task::Context;
use std::time::Duration;

use rustix::io::Errno;
use rustix::net::{AddressFamily, Protocol, RecvFlags, SendFlags, SocketType, ipproto};
use unik::concurrent::race;
use unik::net::Ping;

use crate::error::{Cause, Error};
use crate::sockets::{FLAGS, Sockets};
use crate::source::Source;

/// An ICMP header: type, code, checksum, identifier, sequence number.
const HEADER: usize = 8;
/// The most that an IP packet holds behind a header of 20 bytes, as datagrams do.
const LONGEST: usize = 65_535 - 20 - HEADER;

impl Ping for Sockets {
    async fn ping(&self, to: IpAddr, payload: usize, patience: Duration) -> Result<Duration, Error> {
        let fail = |errno| Error::at(SocketAddr::new(to, 0), errno);
        if payload > LONGEST {
            return Err(fail(Errno::MSGSIZE));
        }
        let socket = Socket::open(self, to)?;
        let request = Request::new(to, payload)?;
        let start = self.executor().now();
        let answer = async {
            socket.send(&request).await?;
            socket.receive(&request).await.map(|()| self.executor().now().saturating_sub(start))
        };
        let late = async {
            self.executor().sleep(patience).await;
            Err(Errno::TIMEDOUT)
        };
        race(answer, late).await.map_err(fail)
    }
}

struct Socket {
    source: Source,
    /// Gets the messages of all, behind their IP headers if they are of version 4.
    raw: bool,
}

impl Socket {
    fn open(sockets: &Sockets, to: IpAddr) -> Result<Self, Error> {
        let at = |cause| Error { address: Some(SocketAddr::new(to, 0)), cause };
        let (fd, raw) = match opened(to, SocketType::DGRAM) {
            Ok(fd) => (fd, false),
            Err(Errno::ACCESS | Errno::PERM) => match opened(to, SocketType::RAW) {
                Ok(fd) => (fd, true),
                Err(Errno::ACCESS | Errno::PERM) => return Err(at(Cause::EchoDenied)),
                Err(errno) => return Err(at(Cause::System(errno))),
            },
            Err(errno) => return Err(at(Cause::System(errno))),
        };
        rustix::net::connect(&fd, &SocketAddr::new(to, 0)).map_err(|errno| at(Cause::System(errno)))?;
        Ok(Self { source: Source::new(sockets.reactor(), fd, true)?, raw })
    }

    async fn send(&self, request: &Request) -> Result<(), Errno> {
        let send = |cx: &mut Context<'_>| {
            let call = |fd: BorrowedFd<'_>| rustix::net::send(fd, &request.message, SendFlags::NOSIGNAL);
            self.source.poll_write(cx, call)
        };
        poll_fn(send).await.map(|_| ())
    }

    /// Waits for the answer to a request.
    async fn receive(&self, request: &Request) -> Result<(), Errno> {
        // An IPv4 header has up to 60 bytes.
        let mut buffer = vec![0; 60 + request.message.len()];
        loop {
            let receive = |cx: &mut Context<'_>| {
                let call = |fd: BorrowedFd<'_>| rustix::net::recv(fd, &mut buffer[..], RecvFlags::empty());
                self.source.poll_read(cx, call, |_| false)
            };
            let (length, _) = poll_fn(receive).await?;
            if request.is_answered_by(&buffer[..length], self.raw) {
                return Ok(());
            }
        }
    }
}

fn opened(to: IpAddr, kind: SocketType) -> Result<OwnedFd, Errno> {
    let (family, protocol): (_, Protocol) = match to {
        IpAddr::V4(_) => (AddressFamily::INET, ipproto::ICMP),
        IpAddr::V6(_) => (AddressFamily::INET6, ipproto::ICMPV6),
    };
    rustix::net::socket_with(family, kind, FLAGS, Some(protocol))
}

struct Request {
    to: IpAddr,
    message: Vec<u8>,
}

impl Request {
    fn new(to: IpAddr, payload: usize) -> Result<Self, Error> {
        let mut message = vec![0; HEADER + payload];
        // The identifier, the sequence number and the payload tell our answer from all others.
        crate::devices::fill(&mut message[4..])?;
        match to {
            IpAddr::V4(_) => {
                message[0] = 8;
                let sum = checksum(&message);
                message[2..4].copy_from_slice(&sum.to_be_bytes());
            }
            // The host computes the checksum, which covers the addresses (RFC 3542, 3.1).
            IpAddr::V6(_) => message[0] = 128,
        }
        Ok(Self { to, message })
    }

    fn is_answered_by(&self, received: &[u8], raw: bool) -> bool {
        let mut message = received;
        if raw && self.to.is_ipv4() {
            let header = received.first().map_or(0, |byte| usize::from(byte & 0xf) * 4);
            message = received.get(header..).unwrap_or_default();
        }
        let answer = if self.to.is_ipv4() { 0 } else { 129 };
        // A datagram socket has an identifier of its own in both.
        let same = if raw { 4 } else { 6 };
        message.starts_with(&[answer, 0]) && message.get(same..) == self.message.get(same..)
    }
}

/// The Internet checksum (RFC 1071).
fn checksum(bytes: &[u8]) -> u16 {
    let mut sum: u32 = 0;
    for pair in bytes.chunks(2) {
        sum += u32::from(pair[0]) << 8 | pair.get(1).map_or(0, |byte| u32::from(*byte));
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_of_a_message_with_its_checksum_is_zero() {
        for payload in [0, 1, 2, 55, 1000] {
            let request = Request::new(IpAddr::from([127, 0, 0, 1]), payload).unwrap();
            assert_eq!(checksum(&request.message), 0, "{payload} bytes");
        }
    }

    #[test]
    fn only_its_own_answer_answers_a_request() {
        let request = Request::new(IpAddr::from([127, 0, 0, 1]), 10).unwrap();
        let mut answer = request.message.clone();
        answer[0] = 0;
        let behind = |message: &[u8]| [&[0x45; 20][..], message].concat();
        assert!(request.is_answered_by(&answer, false));
        assert!(request.is_answered_by(&behind(&answer), true));
        assert!(!request.is_answered_by(&behind(&request.message), true), "the request itself");
        assert!(!request.is_answered_by(&answer[..17], false), "cut");
        assert!(!request.is_answered_by(&[], true));
        for byte in 4..answer.len() {
            let mut other = answer.clone();
            other[byte] ^= 1;
            assert!(!request.is_answered_by(&behind(&other), true), "byte {byte}");
        }
    }
}
