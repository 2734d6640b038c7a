//! Answers of every kind, made up, cut and damaged: the resolver believes none that is wrong, and ends.

use simple_dns::RCODE;
use unik::concurrent::race;
use unik::net::Resolver as _;
use unik::random::Random;

use crate::support::{Dice, Question, SERVERS, Server, message, run};

#[test]
fn no_answer_stops_a_resolver() {
    for seed in 0..200 {
        let dice = Dice::new(seed);
        let reply = move |question: &Question| {
            let draw = |below: usize| (dice.next_u64() % below.max(1) as u64) as usize;
            let records = [
                ("x.example", 60, "y.example"),
                ("y.example", 60, "192.0.2.1"),
                ("x.example", 60, "2001:db8::1"),
                ("zone", 60, "SOA 30"),
            ];
            let packet = message(question, RCODE::NoError, &records[draw(3)..]);
            (0..40)
                .map(|_| {
                    let mut bytes = match draw(2) {
                        0 => packet.build_bytes_vec().unwrap(),
                        _ => packet.build_bytes_vec_compressed().unwrap(),
                    };
                    for _ in 0..1 + draw(6) {
                        let at = 12 + draw(bytes.len().saturating_sub(12));
                        match draw(4) {
                            0 if at < bytes.len() => bytes.truncate(at),
                            1 if at + 1 < bytes.len() => {
                                // A pointer to anywhere (RFC 1035, 4.1.4).
                                bytes[at] = 0xc0 | draw(2) as u8;
                                bytes[at + 1] = dice.next_u64() as u8;
                            }
                            2 if at < bytes.len() => bytes[at] = dice.next_u64() as u8,
                            _ => {
                                let at = 6 + draw(6);
                                if at < bytes.len() {
                                    bytes[at] = draw(4) as u8;
                                }
                            }
                        }
                    }
                    bytes
                })
                .collect()
        };
        run(async |world| {
            let host = world.host(1).await;
            let server = Server::new(reply);
            let ask = async {
                let resolver = world.resolver(&SERVERS[..1]).await;
                if let Ok(found) = resolver.resolve("x.example").await {
                    assert!(!found.is_empty());
                }
            };
            race(server.run(&host), ask).await;
        });
    }
}
