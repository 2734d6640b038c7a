//! Connections.

use unik::concurrent::join;
use unik_conformance::memory::{Offers, Wire};
use unik_conformance::net;

use crate::support::{Listening, at, at_v6, run};

const OFFERS: [Offers; 3] = [
    Offers { mtu: 1500, checksum: false, segments: false },
    Offers { mtu: 1500, checksum: true, segments: false },
    Offers::ALL,
];

#[test]
fn a_port_is_a_listener() {
    for (a, b) in [(0, 0), (1, 1), (2, 2), (0, 2), (2, 0)] {
        run(async |world| {
            let wire = Wire::new(&world.timer);
            let server = world.host(&wire, 1, OFFERS[a]).await;
            let client = world.host(&wire, 2, OFFERS[b]).await;
            let listener = Listening(server.tcp.listen(80).await.unwrap());
            net::listener(&listener, async || client.tcp.connect(at(1, 80)).await.unwrap()).await;
        });
    }
}

#[test]
fn a_port_is_a_listener_over_ipv6() {
    run(async |world| {
        let wire = Wire::new(&world.timer);
        let server = world.host(&wire, 1, Offers::ALL).await;
        let client = world.host(&wire, 2, Offers::ALL).await;
        let listener = Listening(server.tcp.listen(80).await.unwrap());
        net::listener(&listener, async || client.tcp.connect(at_v6(1, 80)).await.unwrap()).await;
    });
}

#[test]
fn a_host_reaches_itself() {
    for offers in OFFERS {
        run(async |world| {
            let wire = Wire::new(&world.timer);
            let host = world.host(&wire, 1, offers).await;
            let listener = Listening(host.tcp.listen(80).await.unwrap());
            net::listener(&listener, async || host.tcp.connect(at(1, 80)).await.unwrap()).await;
            let (_a, _b) = join(host.tcp.connect(at_v6(1, 80)), unik::net::Listener::accept(&listener)).await;
        });
    }
}
