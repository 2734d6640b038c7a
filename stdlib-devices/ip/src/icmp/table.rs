//! Who waits for the answer to an echo (RFC 792, RFC 4443).

use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;
use core::net::IpAddr;
use core::task::{Context, Poll, Waker};

use smoltcp::phy::ChecksumCapabilities;
use smoltcp::socket::icmp::{Endpoint, PacketBuffer, PacketMetadata, Socket};
use smoltcp::wire::{Icmpv4Packet, Icmpv4Repr, Icmpv6Packet, Icmpv6Repr};
use unik::net::Nic;

use crate::Error;
use crate::agenda::{Item, Plan};
use crate::net::{Net, Towards};
use crate::slot::Slot;

/// Bytes of an echo before its payload.
const HEADER: usize = 8;
/// The number of the one echo of each identifier.
const SEQUENCE: u16 = 1;

/// All echoes that were not answered yet, by their identifiers.
#[derive(Debug, Default)]
pub(crate) struct Table {
    waiting: BTreeMap<u16, Echo>,
}

/// An echo that was sent.
#[derive(Debug)]
struct Echo {
    slot: Slot,
    to: IpAddr,
    payload: Vec<u8>,
    result: Option<Result<(), Error>>,
    waker: Option<Waker>,
    inside: bool,
}

impl Table {
    /// Sends an echo; gives its identifier, which nobody can guess.
    pub(crate) fn send<N: Nic>(
        &mut self,
        net: &mut Net<'_, N>,
        to: IpAddr,
        length: usize,
    ) -> Result<u16, Error> {
        net.attached()?;
        let headers = HEADER + if to.is_ipv4() { 20 } else { 40 };
        if length + headers > net.nic.capabilities().mtu {
            return Err(Error::TooLarge(length));
        }
        net.route(to)?;
        let identifier = (0..64)
            .map(|_| net.random.next_u64() as u16)
            .find(|identifier| !self.waiting.contains_key(identifier))
            .ok_or(Error::Exhausted)?;
        let mut payload = vec![0; length];
        net.random.fill(&mut payload);
        let echo = Echo {
            slot: Slot::new(socket(net, identifier, to, &payload)?),
            to,
            payload,
            result: None,
            waker: None,
            inside: net.is_ours(to),
        };
        let echo = self.waiting.entry(identifier).or_insert(echo);
        net.agenda.mark(Item::Ping(identifier), &mut echo.slot.plan);
        Ok(identifier)
    }

    pub(crate) fn plan(&mut self, identifier: u16) -> Option<&mut Plan> {
        Some(&mut self.waiting.get_mut(&identifier)?.slot.plan)
    }

    /// What has become of an echo.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>, identifier: u16) -> Poll<Result<(), Error>> {
        let Some(echo) = self.waiting.get_mut(&identifier) else { return Poll::Pending };
        if let Some(result) = &echo.result {
            return Poll::Ready(result.clone());
        }
        echo.waker = Some(cx.waker().clone());
        Poll::Pending
    }

    /// The interface has gone for good: no answer will come.
    pub(crate) fn detach(&mut self, cause: &Error) {
        self.waiting.values_mut().for_each(|echo| echo.end(Err(cause.clone())));
    }

    /// Nobody waits any more.
    pub(crate) fn forget<N: Nic>(&mut self, net: &mut Net<'_, N>, identifier: u16) {
        if let Some(mut echo) = self.waiting.remove(&identifier) {
            net.agenda.forget(Item::Ping(identifier), &mut echo.slot.plan);
        }
    }

    /// Lets an echo be sent.
    pub(crate) fn work<N: Nic>(&mut self, net: &mut Net<'_, N>, identifier: u16) {
        let Some(echo) = self.waiting.get_mut(&identifier) else { return };
        let to = Towards { address: Some(echo.to), inside: echo.inside };
        let next = net.send(Item::Ping(identifier), &mut echo.slot, to);
        net.agenda.plan(Item::Ping(identifier), &mut echo.slot.plan, next);
    }

    /// An answer has come. One that does not say what was said is none.
    pub(crate) fn answer(&mut self, from: IpAddr, identifier: u16, sequence: u16, payload: &[u8]) {
        let Some(echo) = self.waiting.get_mut(&identifier) else { return };
        if sequence == SEQUENCE && echo.to == from && echo.payload == payload {
            echo.end(Ok(()));
        }
    }

    /// A router or a host says that an echo could not be delivered.
    pub(crate) fn undeliverable(&mut self, to: IpAddr, identifier: u16) {
        if let Some(echo) = self.waiting.get_mut(&identifier)
            && echo.to == to
        {
            echo.end(Err(Error::Unreachable(to)));
        }
    }
}

impl Echo {
    fn end(&mut self, result: Result<(), Error>) {
        self.result.get_or_insert(result);
        self.waker.take().into_iter().for_each(Waker::wake);
    }
}

/// A socket that has an echo to send. Answers are not brought to it.
fn socket<N: Nic>(
    net: &mut Net<'_, N>,
    identifier: u16,
    to: IpAddr,
    payload: &[u8],
) -> Result<Socket<'static>, Error> {
    let receive = PacketBuffer::new(Vec::new(), Vec::new());
    let send = PacketBuffer::new(vec![PacketMetadata::EMPTY], vec![0; HEADER + payload.len()]);
    let mut socket = Socket::new(receive, send);
    socket.bind(Endpoint::Ident(identifier)).map_err(|_| Error::Unreachable(to))?;
    let source = net.iface.get_source_address(&to.into()).ok_or(Error::NoRoute(to))?;
    let room = socket.send(HEADER + payload.len(), to.into()).map_err(|_| Error::Unreachable(to))?;
    let checksums = ChecksumCapabilities::default();
    match (IpAddr::from(source), to) {
        (IpAddr::V6(source), IpAddr::V6(to)) => {
            let echo = Icmpv6Repr::EchoRequest { ident: identifier, seq_no: SEQUENCE, data: payload };
            echo.emit(&source, &to, &mut Icmpv6Packet::new_unchecked(room), &checksums);
        }
        _ => {
            let echo = Icmpv4Repr::EchoRequest { ident: identifier, seq_no: SEQUENCE, data: payload };
            echo.emit(&mut Icmpv4Packet::new_unchecked(room), &checksums);
        }
    }
    Ok(socket)
}
