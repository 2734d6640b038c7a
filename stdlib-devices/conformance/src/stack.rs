//! What network stacks promise about ports and addresses, and when their interface goes; what flows promise is in [`crate::net`].

use core::net::{IpAddr, SocketAddr};
use core::time::Duration;

use embedded_io_async::{Read, Write};
use unik::concurrent::join;
use unik::net::{Accept, Flow, Stack, UdpSocket};
use unik::{Error, ErrorKind};

/// A stack that reaches itself at `own`, and nobody at all at `silent`.
pub async fn stack<K: Stack>(stack: &K, own: IpAddr, silent: IpAddr) {
    ports(stack).await;
    connections(stack, own).await;
    refused(stack, own).await;
    unreachable(stack, silent).await;
    outlives(stack, own).await;
}

/// A port has one listener, whose clones are the same; it is free when the last of them is dropped.
async fn ports<K: Stack>(stack: &K) {
    let (first, other) = (listen(stack, 0).await, listen(stack, 0).await);
    let port = first.local().port();
    assert_ne!(port, 0, "a free port has a number");
    assert_ne!(port, other.local().port(), "a free port is nobody else's");
    in_use(stack, port).await;
    let clone = first.clone();
    drop(first);
    in_use(stack, port).await;
    drop(clone);
    let again = listen(stack, port).await;
    assert_eq!(again.local().port(), port, "a port is free when its listener is dropped");
}

async fn in_use<K: Stack>(stack: &K, port: u16) {
    let error = stack.listen(port).await.err();
    assert_eq!(error.map(|error| error.kind()), Some(ErrorKind::InUse), "port {port} has a listener");
}

/// Both ends are what they say: who is at the other end of the one is the one at the other.
async fn connections<K: Stack>(stack: &K, own: IpAddr) {
    let acceptor = listen(stack, 0).await;
    let to = SocketAddr::new(own, acceptor.local().port());
    let (mut server, mut client) = pair(stack, &acceptor, to).await;
    if let Some(peer) = client.peer() {
        assert_eq!(peer, to, "the other end is where we have connected to");
    }
    client.write_all(b"there").await.unwrap_or_else(|error| panic!("not written: {error:?}"));
    let mut buffer = [0; 5];
    server.read_exact(&mut buffer).await.unwrap_or_else(|error| panic!("not read: {error:?}"));
    assert_eq!(&buffer, b"there");
    // A second one beside it, to the same port.
    let (second, _client) = pair(stack, &acceptor, to).await;
    if let (Some(first), Some(second)) = (server.peer(), second.peer()) {
        assert_ne!(first, second, "each connection has ends of its own");
    }
}

/// Where nobody listens, or nobody listens any more, a connection is refused.
async fn refused<K: Stack>(stack: &K, own: IpAddr) {
    let acceptor = listen(stack, 0).await;
    let to = SocketAddr::new(own, acceptor.local().port());
    drop(acceptor);
    let error = stack.connect(to).await.err();
    assert_eq!(error.map(|error| error.kind()), Some(ErrorKind::Unreachable), "nobody listens at {to}");
}

async fn unreachable<K: Stack>(stack: &K, silent: IpAddr) {
    let kind = stack.connect(SocketAddr::new(silent, 80)).await.err().map(|error| error.kind());
    assert!(
        matches!(kind, Some(ErrorKind::TimedOut | ErrorKind::Unreachable)),
        "nobody is at {silent}, but: {kind:?}"
    );
}

/// A connection goes on when the listener that it has come from is gone.
async fn outlives<K: Stack>(stack: &K, own: IpAddr) {
    let acceptor = listen(stack, 0).await;
    let to = SocketAddr::new(own, acceptor.local().port());
    let (mut server, mut client) = pair(stack, &acceptor, to).await;
    drop(acceptor);
    server.write_all(b"still").await.unwrap_or_else(|error| panic!("not written: {error:?}"));
    let mut buffer = [0; 5];
    client.read_exact(&mut buffer).await.unwrap_or_else(|error| panic!("not read: {error:?}"));
    assert_eq!(&buffer, b"still");
}

/// A stack whose interface goes for good by `detach`, while all that can wait waits: at `own` it reaches itself, at `silent` nobody, for
/// many seconds.
pub async fn detaches<K: Stack>(stack: &K, own: IpAddr, silent: IpAddr, detach: impl AsyncFnOnce()) {
    let (acceptor, idle) = (listen(stack, 0).await, listen(stack, 0).await);
    let to = SocketAddr::new(own, acceptor.local().port());
    let (mut reader, mut other) = pair(stack, &acceptor, to).await;
    let (mut unread, mut writer) = pair(stack, &acceptor, to).await;
    let bound = stack.bind(0).await;
    let mut socket = bound.unwrap_or_else(|error| panic!("no port is had: {error}"));
    let mut buffer = [0; 1000];

    let reads = async { aborted(reader.read(&mut [0]).await, "a read that waits") };
    let hears = async { other.readable().await };
    let writes = async {
        let written = loop {
            if let Err(error) = writer.write(&[7; 10_000]).await {
                break Err::<(), _>(error);
            }
        };
        aborted(written, "a write that waits for room");
    };
    let accepts = async { told(idle.accept().await, "who waits for a connection") };
    let receives = async { told(socket.receive(&mut buffer).await, "who waits for a datagram") };
    let pings = async {
        told(stack.ping(silent, 10, Duration::from_secs(3600)).await, "who waits for an echo");
    };
    let connects =
        async { told(stack.connect(SocketAddr::new(silent, 80)).await, "who waits to be connected") };
    let flows = join(join(reads, hears), writes);
    join(join(flows, join(accepts, receives)), join(join(pings, connects), detach())).await;

    // Later callers are told the same, at once.
    told(stack.listen(0).await, "who wants to listen");
    told(stack.bind(0).await, "who wants a port");
    told(stack.connect(to).await, "who connects to the host itself");
    told(stack.ping(own, 10, Duration::from_secs(3600)).await, "who asks the host itself");
    told(acceptor.accept().await, "who wants to accept");
    told(socket.send(b"lost", SocketAddr::new(own, 9)).await, "who sends a datagram");
    told(socket.receive(&mut buffer).await, "who wants a datagram");
    aborted(other.read(&mut buffer).await, "who reads");
    aborted(other.write(b"lost").await, "who writes");
    aborted(reader.write(b"lost").await, "who writes");
    // What had arrived is still there, and nothing else.
    let last = loop {
        match unread.read(&mut buffer).await {
            Ok(count) => assert!(count > 0 && buffer[..count].iter().all(|byte| *byte == 7)),
            error => break error,
        }
    };
    aborted(last, "who has read what there was");
}

/// The interface has gone, as a stack, a listener or a port say it.
fn told<T, E: Error>(result: Result<T, E>, who: &str) {
    let kind = result.err().map(|error| error.kind());
    assert_eq!(kind, Some(ErrorKind::Detached), "{who} is told");
}

/// The same as a connection says it.
fn aborted<T, E: embedded_io_async::Error>(result: Result<T, E>, who: &str) {
    let kind = result.err().map(|error| error.kind());
    assert_eq!(kind, Some(ErrorKind::Detached.into()), "{who} is told");
}

async fn listen<K: Stack>(stack: &K, port: u16) -> K::Acceptor {
    stack.listen(port).await.unwrap_or_else(|error| panic!("port {port} is not listened on: {error}"))
}

async fn pair<K: Stack>(stack: &K, acceptor: &K::Acceptor, to: SocketAddr) -> (K::Flow, K::Flow) {
    let (accepted, connected) = join(acceptor.accept(), stack.connect(to)).await;
    (
        accepted.unwrap_or_else(|error| panic!("no connection is accepted: {error}")),
        connected.unwrap_or_else(|error| panic!("not connected to {to}: {error}")),
    )
}
