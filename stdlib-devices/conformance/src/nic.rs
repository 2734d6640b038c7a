//! What network interfaces promise: frames whole and in order, room that is there when it is said to be, and no wait that is missed.

use alloc::vec::Vec;
use core::future::poll_fn;
use core::task::{Context, Waker};

use unik::concurrent::join;
use unik::net::{Checksum, Nic, Segment, Transmit};
use unik::{Error, ErrorKind};

/// Bytes of an Ethernet header.
const HEADER: usize = 14;
/// An EtherType for experiments (IEEE 802, 9.2.3), which no stack of a host looks at.
const EXPERIMENT: [u8; 2] = [0x88, 0xb5];
/// How many frames go one after the other.
const MANY: usize = 500;

/// Two interfaces that hear each other, and nobody else meanwhile; neither loses frames.
pub async fn pair<A: Nic, B: Nic>(a: &A, b: &B) {
    capabilities(a);
    capabilities(b);
    nothing_yet(a);
    frames(a, b).await;
    frames(b, a).await;
    answer_while_receiving(a, b).await;
    many(a, b).await;
    if a.capabilities().checksum {
        checksum(a, b).await;
    }
    if a.capabilities().segments_v4 {
        segments(a, b).await;
    }
    assert_eq!((a.detached(), b.detached()), (None, None), "frames flow: both are there");
}

/// An interface that goes for good by `detach`, which may use it: who waits is told, and later callers need not wait.
pub async fn detaches<N: Nic>(nic: &N, detach: impl AsyncFnOnce()) {
    assert_eq!(nic.detached(), None, "it is there at first");
    let promised = (nic.mac(), nic.capabilities());
    let told = async {
        while nic.detached().is_none() {
            ready(nic).await;
            while nic.receive(|_, _| ()).is_some() {}
        }
    };
    join(told, detach()).await;
    let cause = nic.detached();
    assert_eq!(cause.as_ref().map(Error::kind), Some(ErrorKind::Detached), "who waits is told");
    // Again and again: nobody gets anywhere, and nothing changes.
    for _ in 0..3 {
        assert!(!nic.has_received() && nic.receive(|_, _| ()).is_none(), "no frame arrives any more");
        assert!(!nic.can_transmit(), "there is no room any more");
        let sent = nic.transmit(60, |_| -> ((), Transmit) { panic!("nobody asks for a frame any more") });
        assert_eq!(sent, None, "no frame goes out any more");
        nic.flush();
        let ready = nic.poll_ready(&mut Context::from_waker(Waker::noop()));
        assert!(ready.is_ready(), "nobody waits for what will never happen");
        assert_eq!(nic.detached(), cause, "it stays so, for the same reason");
        assert_eq!((nic.mac(), nic.capabilities()), promised, "what it was is still told");
    }
}

/// Capabilities make sense, and stay.
fn capabilities(nic: &impl Nic) {
    let own = nic.capabilities();
    assert_eq!(own, nic.capabilities(), "capabilities stay the same");
    assert!(own.mtu >= 576, "every host takes packets of 576 bytes (RFC 791)");
    assert!(own.longest >= own.mtu + HEADER, "a packet as long as the MTU can be sent");
    let segments = own.segments_v4 || own.segments_v6;
    assert!(own.checksum || !segments, "who cuts segments completes their checksums");
    assert_eq!(nic.mac().0[0] & 1, 0, "an interface's address is no group's");
    assert_eq!(nic.mac(), nic.mac(), "an interface's address stays the same");
}

/// Nothing has arrived: nobody is called.
fn nothing_yet(nic: &impl Nic) {
    assert!(!nic.has_received(), "nothing has arrived");
    assert!(nic.receive(|_, _| ()).is_none(), "nothing is lent");
    // It may be ready early, but then there is still nothing.
    let _ = nic.poll_ready(&mut Context::from_waker(Waker::noop()));
    assert!(nic.receive(|_, _| ()).is_none(), "nothing is lent");
}

/// Frames of all lengths arrive as they were sent.
async fn frames(a: &impl Nic, b: &impl Nic) {
    let longest = a.capabilities().mtu.min(b.capabilities().mtu) + HEADER;
    for length in [60, 61, 64, 100, 1000, longest - 1, longest] {
        let frame = frame(a, b, length);
        send(a, &frame, Transmit::default()).await;
        a.flush();
        assert_eq!(receive(b).await, frame, "a frame of {length} bytes arrives as it was sent");
    }
    assert!(b.receive(|_, _| ()).is_none(), "a frame arrives once");
}

/// A frame may be sent while another is looked at.
async fn answer_while_receiving(a: &impl Nic, b: &impl Nic) {
    let (question, answer) = (frame(a, b, 100), frame(b, a, 200));
    while !b.can_transmit() {
        ready(b).await;
    }
    send(a, &question, Transmit::default()).await;
    a.flush();
    ready(b).await;
    let write = |room: &mut [u8]| {
        room.copy_from_slice(&answer);
        ((), Transmit::default())
    };
    let answered = loop {
        if let Some(answered) = b.receive(|_, _| b.transmit(answer.len(), write)) {
            break answered;
        }
        ready(b).await;
    };
    assert_eq!(answered, Some(()), "there is room for an answer");
    b.flush();
    assert_eq!(receive(a).await, answer);
}

/// Many frames arrive in order, and `flush` is all that it takes.
async fn many(a: &impl Nic, b: &impl Nic) {
    let mut sent = 0;
    let mut arrived = 0;
    while arrived < MANY {
        // A frame may arrive before its sender has its room back: once all have, only room is waited for.
        while sent < MANY && sent < arrived + 32 && (sent == arrived || a.can_transmit()) {
            let mut frame = frame(a, b, 100);
            frame[HEADER..HEADER + 4].copy_from_slice(&(sent as u32).to_be_bytes());
            send(a, &frame, Transmit::default()).await;
            sent += 1;
        }
        a.flush();
        let frame = receive(b).await;
        assert_eq!(frame[HEADER..HEADER + 4], (arrived as u32).to_be_bytes(), "frames stay in order");
        arrived += 1;
    }
}

/// A checksum that is left to the interface is completed, or the receiver is told not to look at it.
async fn checksum(a: &impl Nic, b: &impl Nic) {
    let frame = datagram(a, b, 101);
    let left = Transmit { checksum: Some(Checksum { start: 34, offset: 6 }), segment: None };
    send(a, &frame, left).await;
    a.flush();
    let (arrived, verified) = receive_known(b).await;
    assert_eq!(arrived[42..frame.len()], frame[42..], "the content stays");
    assert!(verified || is_intact(&arrived), "a checksum is completed, or must not be looked at");
}

/// A long segment arrives as several, or as one that is said to be verified; nothing of it is lost.
async fn segments(a: &impl Nic, b: &impl Nic) {
    let (size, count) = (1000, 5);
    let frame = segment(a, b, size * count);
    let left = Transmit {
        checksum: Some(Checksum { start: 34, offset: 16 }),
        segment: Some(Segment { size: size as u16, headers: 54, v6: false }),
    };
    send(a, &frame, left).await;
    a.flush();
    let mut content = Vec::new();
    while content.len() < size * count {
        let (piece, verified) = receive_known(b).await;
        let length = usize::from(u16::from_be_bytes([piece[16], piece[17]]));
        let sequence = u32::from_be_bytes([piece[38], piece[39], piece[40], piece[41]]);
        assert_eq!(sequence as usize, content.len(), "each piece says where it belongs");
        assert!(verified || is_intact(&piece), "each piece has its checksum");
        assert!(verified || length <= size + 40, "a piece that is not said to be several is short");
        content.extend_from_slice(&piece[54..HEADER + length]);
        let last = content.len() == size * count;
        assert_eq!(piece[47] & 1 != 0, last, "the last piece alone ends the connection");
    }
    assert_eq!(content, frame[54..], "nothing is lost and nothing added");
}

/// A frame that no stack looks at.
fn frame(from: &impl Nic, to: &impl Nic, length: usize) -> Vec<u8> {
    let mut frame = [&to.mac().0[..], &from.mac().0, &EXPERIMENT].concat();
    frame.extend((frame.len()..length).map(|at| (at % 251) as u8));
    frame
}

/// The headers of Ethernet and IPv4, between hosts that are nowhere (RFC 5737).
fn packet(from: &impl Nic, to: &impl Nic, protocol: u8, content: usize) -> Vec<u8> {
    let mut frame = [&to.mac().0[..], &from.mac().0, &[8, 0]].concat();
    let length = (20 + content) as u16;
    frame.extend([0x45, 0]);
    frame.extend(length.to_be_bytes());
    frame.extend([0, 1, 0x40, 0, 64, protocol, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2]);
    let sum = !sum(&[&frame[HEADER..]]);
    frame[24..26].copy_from_slice(&sum.to_be_bytes());
    frame
}

fn datagram(from: &impl Nic, to: &impl Nic, length: usize) -> Vec<u8> {
    let mut frame = packet(from, to, 17, 8 + length);
    let whole = ((8 + length) as u16).to_be_bytes();
    frame.extend([0x30, 0x39, 0x30, 0x3a]);
    frame.extend(whole);
    let pseudo = sum(&[&frame[26..34], &[0, 17], &whole]);
    frame.extend(pseudo.to_be_bytes());
    frame.extend((0..length).map(|at| (at % 251) as u8));
    frame
}

/// A segment with FIN.
fn segment(from: &impl Nic, to: &impl Nic, length: usize) -> Vec<u8> {
    let mut frame = packet(from, to, 6, 20 + length);
    frame.extend([0x30, 0x39, 0x30, 0x3a, 0, 0, 0, 0, 0, 0, 0, 1, 0x50, 0x11, 0x20, 0]);
    let pseudo = sum(&[&frame[26..34], &[0, 6], &((20 + length) as u16).to_be_bytes()]);
    frame.extend(pseudo.to_be_bytes());
    frame.extend([0, 0]);
    frame.extend((0..length).map(|at| (at % 251) as u8));
    frame
}

/// Whether the checksum of what a packet of IPv4 carries is right.
fn is_intact(frame: &[u8]) -> bool {
    let length = usize::from(u16::from_be_bytes([frame[16], frame[17]])) - 20;
    let pseudo = [0, frame[23], (length >> 8) as u8, length as u8];
    sum(&[&frame[26..34], &pseudo, &frame[34..34 + length]]) == 0xffff
}

/// The ones' complement sum of words of 16 bits (RFC 1071).
fn sum(parts: &[&[u8]]) -> u16 {
    let words = parts.iter().flat_map(|part| part.chunks(2));
    let mut sum: u32 =
        words.map(|word| u32::from(word[0]) << 8 | u32::from(*word.get(1).unwrap_or(&0))).sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    sum as u16
}

async fn send(nic: &impl Nic, frame: &[u8], left: Transmit) {
    loop {
        let possible = nic.can_transmit();
        let mut called = false;
        let sent = nic.transmit(frame.len(), |room| {
            assert_eq!(room.len(), frame.len(), "there is as much room as was asked for");
            room.copy_from_slice(frame);
            called = true;
            ((), left)
        });
        assert_eq!(sent.is_some(), called, "the frame is asked for if there is room, and only then");
        assert!(sent.is_some() || !possible, "there is room when it is said to be");
        if sent.is_some() {
            return;
        }
        nic.flush();
        ready(nic).await;
    }
}

async fn receive(nic: &impl Nic) -> Vec<u8> {
    receive_known(nic).await.0
}

async fn receive_known(nic: &impl Nic) -> (Vec<u8>, bool) {
    loop {
        let expected = nic.has_received();
        let frame = nic.receive(|frame, known| (frame.to_vec(), known.verified));
        assert!(frame.is_some() || !expected, "a frame is there when it is said to be");
        if let Some(frame) = frame {
            return frame;
        }
        ready(nic).await;
    }
}

async fn ready(nic: &impl Nic) {
    poll_fn(|cx| nic.poll_ready(cx)).await;
}
