//! What asking a host whether it is there promises.

use core::net::IpAddr;
use core::time::Duration;

use unik::concurrent::join_all;
use unik::net::Ping;
use unik::{Error, ErrorKind};

/// Enough for an answer of a machine that is busy with other tests.
const PATIENCE: Duration = Duration::from_secs(20);
/// So long nobody answers at the address where nobody is.
const SHORT: Duration = Duration::from_millis(200);
/// More than a packet holds.
const TOO_LONG: usize = 65_536;

/// A host that reaches itself at `own`, and nobody at `silent`.
pub async fn ping<P: Ping>(host: &P, own: IpAddr, silent: IpAddr) {
    for payload in [0, 1, 56, 1200] {
        answered(host, own, payload).await;
    }
    // The answers to many do not meet.
    join_all((0..20).map(|payload| answered(host, own, payload))).await;

    let error = host.ping(silent, 56, SHORT).await.err();
    let kind = error.map(|error| error.kind());
    assert!(
        matches!(kind, Some(ErrorKind::TimedOut | ErrorKind::Unreachable)),
        "nobody is at {silent}, but: {kind:?}"
    );
    let error = host.ping(own, TOO_LONG, SHORT).await.err();
    assert_eq!(error.map(|error| error.kind()), Some(ErrorKind::TooLarge), "no packet is so long");
}

async fn answered<P: Ping>(host: &P, own: IpAddr, payload: usize) {
    let time = host
        .ping(own, payload, PATIENCE)
        .await
        .unwrap_or_else(|error| panic!("{own} does not answer {payload} bytes: {error}"));
    assert!(time <= PATIENCE, "an answer takes no longer than the patience, but {time:?}");
}
