//! What datagrams promise: whole, from whom they say, on a port that one socket has.

use alloc::vec;
use core::future::{Future, poll_fn};
use core::net::{IpAddr, SocketAddr};
use core::pin::pin;
use core::task::Poll;

use unik::net::{Udp, UdpSocket};
use unik::{Error, ErrorKind};

/// More than a datagram over IPv4 or IPv6 holds.
const TOO_LONG: usize = 65_536;

/// Datagrams of a host that reaches itself at `address`.
pub async fn udp<U: Udp>(host: &U, address: IpAddr) {
    echo(host, address).await;
    truncated(host, address).await;
    dropped_receive(host, address).await;
    to_nobody(host, address).await;
    too_long(host, address).await;
    ports(host).await;
}

/// What is sent arrives, an empty one too, and the answer finds its way back.
async fn echo<U: Udp>(host: &U, address: IpAddr) {
    let (mut a, mut b) = (bind(host, 0).await, bind(host, 0).await);
    for text in [&b"ping"[..], b"", &[7; 1200]] {
        send(&mut a, text, SocketAddr::new(address, b.local().port())).await;
        let mut buffer = [0; 1500];
        let (length, from) = receive(&mut b, &mut buffer).await;
        assert_eq!(&buffer[..length], text, "a datagram arrives as it was sent");
        assert_eq!(from, SocketAddr::new(address, a.local().port()), "the sender is who has sent it");
        send(&mut b, text, from).await;
        let (length, from) = receive(&mut a, &mut buffer).await;
        assert_eq!(&buffer[..length], text, "the answer arrives");
        assert_eq!(from.port(), b.local().port());
    }
}

/// One that is longer than the buffer is cut; its rest is not taken for the next.
async fn truncated<U: Udp>(host: &U, address: IpAddr) {
    let (mut a, mut b) = (bind(host, 0).await, bind(host, 0).await);
    let to = SocketAddr::new(address, b.local().port());
    send(&mut a, b"longer than the buffer", to).await;
    send(&mut a, b"next", to).await;
    let mut buffer = [0; 6];
    let (length, _) = receive(&mut b, &mut buffer).await;
    assert_eq!(&buffer[..length], b"longer", "the buffer is filled, and its length is given");
    let (length, _) = receive(&mut b, &mut buffer).await;
    assert_eq!(&buffer[..length], b"next", "the rest of a cut datagram is gone");
}

/// A receive that is dropped while it waits has taken nothing.
async fn dropped_receive<U: Udp>(host: &U, address: IpAddr) {
    let (mut a, mut b) = (bind(host, 0).await, bind(host, 0).await);
    let mut buffer = [0; 8];
    {
        let mut waiting = pin!(b.receive(&mut buffer));
        poll_fn(|cx| {
            assert!(waiting.as_mut().poll(cx).is_pending(), "nothing was sent yet");
            Poll::Ready(())
        })
        .await;
    }
    let to = SocketAddr::new(address, b.local().port());
    send(&mut a, b"kept", to).await;
    let (length, _) = receive(&mut b, &mut buffer).await;
    assert_eq!(&buffer[..length], b"kept");
}

/// To send to a port that nobody has is no error, neither then nor later.
async fn to_nobody<U: Udp>(host: &U, address: IpAddr) {
    let (mut a, mut b) = (bind(host, 0).await, bind(host, 0).await);
    let free = bind(host, 0).await.local().port();
    send(&mut a, b"anybody?", SocketAddr::new(address, free)).await;
    send(&mut a, b"hello", SocketAddr::new(address, b.local().port())).await;
    let mut buffer = [0; 8];
    let (_, from) = receive(&mut b, &mut buffer).await;
    send(&mut b, b"answer", from).await;
    let (length, _) = receive(&mut a, &mut buffer).await;
    assert_eq!(&buffer[..length], b"answer");
}

async fn too_long<U: Udp>(host: &U, address: IpAddr) {
    let mut socket = bind(host, 0).await;
    let to = SocketAddr::new(address, socket.local().port());
    let error = socket.send(&vec![0; TOO_LONG], to).await.err();
    assert_eq!(error.map(|error| error.kind()), Some(ErrorKind::TooLarge), "no datagram is so long");
    send(&mut socket, b"short", to).await;
    let mut buffer = [0; 8];
    assert_eq!(receive(&mut socket, &mut buffer).await.0, 5, "the socket goes on");
}

/// A port has one socket, and is free when that is dropped.
async fn ports<U: Udp>(host: &U) {
    let (first, other) = (bind(host, 0).await, bind(host, 0).await);
    let port = first.local().port();
    assert_ne!(port, 0, "a free port has a number");
    assert_ne!(port, other.local().port(), "a free port is nobody else's");
    for _ in 0..2 {
        let error = host.bind(port).await.err();
        assert_eq!(error.map(|error| error.kind()), Some(ErrorKind::InUse), "port {port} has a socket");
    }
    drop(first);
    let again = bind(host, port).await;
    assert_eq!(again.local().port(), port, "a port is free when its socket is dropped");
    let error = host.bind(port).await.err();
    assert_eq!(error.map(|error| error.kind()), Some(ErrorKind::InUse), "port {port} has a socket again");
}

async fn bind<U: Udp>(host: &U, port: u16) -> U::Socket {
    host.bind(port).await.unwrap_or_else(|error| panic!("port {port} is not taken: {error}"))
}

async fn send(socket: &mut impl UdpSocket, bytes: &[u8], to: SocketAddr) {
    socket.send(bytes, to).await.unwrap_or_else(|error| panic!("not sent to {to}: {error}"));
}

async fn receive(socket: &mut impl UdpSocket, buffer: &mut [u8]) -> (usize, SocketAddr) {
    socket.receive(buffer).await.unwrap_or_else(|error| panic!("not received: {error}"))
}
