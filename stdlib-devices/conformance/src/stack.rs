//! What network stacks promise about ports and addresses; what flows promise is in [`crate::net`].

use core::net::{IpAddr, SocketAddr};

use embedded_io_async::{Read, Write};
use unik::concurrent::join;
use unik::net::{Accept, Flow, Stack};
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
