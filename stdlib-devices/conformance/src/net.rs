//! What listeners and flows promise.

use alloc::vec;
use alloc::vec::Vec;
use core::future::{Future, poll_fn};
use core::pin::pin;
use core::task::Poll;

use unik::concurrent::{join, join_all};
use unik::net::{Flow, Listener};

/// How much goes through one connection in each direction: more than the buffers on the way hold.
const LARGE: usize = 8 << 20;
/// How many connections are open at once.
const MANY: usize = 100;

/// A listener and the flows of both its ends. `connect` makes a connection to the listener.
pub async fn listener<L: Listener, C: Flow>(listener: &L, connect: impl AsyncFn() -> C) {
    let both = async || join(listen(listener), connect()).await;

    let (server, client) = both().await;
    echo(server, client).await;
    let (server, client) = both().await;
    echo(client, server).await;
    let (server, client) = both().await;
    half_close(server, client).await;
    let (server, client) = both().await;
    large(server, client).await;
    let (server, client) = both().await;
    dropped_read(server, client).await;
    let (server, client) = both().await;
    peer_gone(server, client).await;
    let (server, client) = both().await;
    peer_gone(client, server).await;
    dropped_accept(listener, &connect).await;
    many(listener, &connect).await;
}

async fn listen<L: Listener>(listener: &L) -> L::Flow {
    listener.accept().await.unwrap_or_else(|error| panic!("no connection is accepted: {error}"))
}

/// What is written on one side is read on the other, from several slices too.
async fn echo(mut a: impl Flow, mut b: impl Flow) {
    write(&mut a, b"ping").await;
    assert_eq!(read(&mut b, 4).await, b"ping");
    let parts: [&[u8]; 4] = [b"", b"po", b"", b"ng"];
    assert!(matches!(b.write_vectored(&parts[2..3]).await, Ok(0)), "nothing is written of nothing");
    let mut sent = 0;
    while sent < 4 {
        let rest: &[&[u8]] = if sent < 2 { &[&parts[1][sent..], parts[3]] } else { &[&parts[3][sent - 2..]] };
        let count = b.write_vectored(rest).await.unwrap_or_else(|error| panic!("not written: {error:?}"));
        assert!(count > 0, "a write takes at least a byte");
        sent += count;
    }
    b.flush().await.unwrap_or_else(|error| panic!("not flushed: {error:?}"));
    assert_eq!(read(&mut a, 4).await, b"pong");
    assert!(matches!(a.read(&mut []).await, Ok(0)), "nothing is read into nothing");
    assert!(matches!(a.write(&[]).await, Ok(0)), "nothing is written of nothing");
}

/// After `close` the other side reads the rest, then the end, again and again; the other direction goes on.
async fn half_close(mut a: impl Flow, mut b: impl Flow) {
    write(&mut a, b"last words").await;
    a.close().await.unwrap_or_else(|error| panic!("not closed: {error:?}"));
    assert_eq!(read(&mut b, 10).await, b"last words");
    for _ in 0..3 {
        let mut byte = [0];
        assert!(matches!(b.read(&mut byte).await, Ok(0)), "the end stays the end");
    }
    write(&mut b, b"answer").await;
    drop(b);
    assert_eq!(read(&mut a, 6).await, b"answer");
    let mut byte = [0];
    assert!(matches!(a.read(&mut byte).await, Ok(0)), "a flow that was dropped has ended");
}

/// Much goes through in each direction, in order and whole.
async fn large(mut a: impl Flow, mut b: impl Flow) {
    let text: Vec<u8> = (0..LARGE).map(|n| (n % 251) as u8).collect();
    join(transfer(&mut a, &text), receive(&mut b, &text)).await;
    join(transfer(&mut b, &text), receive(&mut a, &text)).await;
}

async fn transfer(flow: &mut impl Flow, text: &[u8]) {
    write(flow, text).await;
    flow.close().await.unwrap_or_else(|error| panic!("not closed: {error:?}"));
}

async fn receive(flow: &mut impl Flow, text: &[u8]) {
    let mut all = Vec::new();
    let mut buffer = vec![0; 10_000];
    loop {
        match flow.read(&mut buffer).await {
            Ok(0) => break,
            Ok(count) => all.extend_from_slice(&buffer[..count]),
            Err(error) => panic!("not read: {error:?}"),
        }
    }
    assert!(all == text, "{} bytes came otherwise", all.len());
}

/// A read that is dropped while it waits has taken nothing.
async fn dropped_read(mut a: impl Flow, mut b: impl Flow) {
    let mut buffer = [0; 4];
    once(b.read(&mut buffer)).await;
    write(&mut a, b"kept").await;
    assert_eq!(read(&mut b, 4).await, b"kept");
}

/// Whose peer has gone reads the end, and is told so by an error when it goes on writing.
async fn peer_gone(mut a: impl Flow, b: impl Flow) {
    drop(b);
    let mut buffer = [0; 4];
    assert!(matches!(a.read(&mut buffer).await, Ok(0)), "a peer that has gone sends no more");
    let chunk = vec![0; 64 * 1024];
    let mut taken = 0;
    while let Ok(count) = a.write(&chunk).await {
        assert!(count > 0, "a write takes at least a byte, or fails");
        taken += count;
        assert!(taken < LARGE, "nobody reads {taken} bytes, and writing goes on");
        // The peer's refusal takes its way; reading waits for it.
        let _ = a.read(&mut buffer).await;
    }
}

/// An accept that is dropped while it waits has taken no connection.
async fn dropped_accept<L: Listener, C: Flow>(listener: &L, connect: &impl AsyncFn() -> C) {
    once(listener.accept()).await;
    let (server, client) = join(listen(listener), connect()).await;
    echo(server, client).await;
}

/// Many connections at once do not meet.
async fn many<L: Listener, C: Flow>(listener: &L, connect: &impl AsyncFn() -> C) {
    let servers = async {
        let mut flows = Vec::new();
        for _ in 0..MANY {
            flows.push(listen(listener).await);
        }
        join_all(flows.into_iter().map(|mut flow| async move {
            let line = read(&mut flow, 4).await;
            write(&mut flow, &line).await;
        }))
        .await;
    };
    let clients = join_all((0..MANY).map(|number| async move {
        let mut flow = connect().await;
        let line = (number as u32).to_be_bytes();
        write(&mut flow, &line).await;
        assert_eq!(read(&mut flow, 4).await, line, "the answer is another connection's");
    }));
    join(servers, clients).await;
}

/// Polls once, then drops.
async fn once<T>(future: impl Future<Output = T>) {
    let mut future = pin!(future);
    poll_fn(|cx| {
        assert!(future.as_mut().poll(cx).is_pending(), "nothing has happened yet");
        Poll::Ready(())
    })
    .await;
}

async fn write(flow: &mut impl Flow, bytes: &[u8]) {
    flow.write_all(bytes).await.unwrap_or_else(|error| panic!("not written: {error:?}"));
}

async fn read(flow: &mut impl Flow, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    flow.read_exact(&mut bytes).await.unwrap_or_else(|error| panic!("not read: {error:?}"));
    bytes
}
