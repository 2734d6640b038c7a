//! A server of HTTP over the direct stack, and the client's bytes.

use std::time::Duration;

use embedded_io_async::Write;
use unik::clock::Sleep;
use unik::concurrent::{join, join_all};
use unik::http::{Request, Response, Status, from_fn};
use unik::net::Network;
use unik_conformance::memory::{Offers, Wire, WireFaults};
use unik_http::Server;

use crate::support::{Listening, Noon, at, read_all, run};

#[test]
fn a_server_answers_and_stops() {
    for faults in [WireFaults::default(), WireFaults { loss: 20, reordering: 50, ..WireFaults::default() }] {
        run(async |world| {
            let wire = Wire::with(&world.timer, faults, 1);
            let host = world.host(&wire, 1, Offers::ALL).await;
            let client = world.host(&wire, 2, Offers::default()).await;
            let listener = Listening(host.tcp.listen(80).await.unwrap());
            let server = Server::new(listener, world.timer.clone(), Noon).await.unwrap();
            let echo =
                from_fn(async |request: &Request<'_>| Response::plain(Status::OK, request.path.repeat(1000)));
            let clients = async {
                join_all((0..20).map(|number| {
                    let client = &client;
                    async move {
                        let mut flow = client.tcp.connect(at(1, 80)).await.unwrap();
                        let asked = format!("GET /{number} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
                        flow.write_all(asked.as_bytes()).await.unwrap();
                        let answer = String::from_utf8(read_all(&mut flow).await).unwrap();
                        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
                        assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
                        assert_eq!(body, format!("/{number}").repeat(1000));
                    }
                }))
                .await;
                world.timer.sleep(Duration::from_secs(1)).await;
                world.program.stop();
            };
            let (served, ()) = join(server.serve(echo), clients).await;
            assert_eq!(served, Ok(()));
        });
    }
}
