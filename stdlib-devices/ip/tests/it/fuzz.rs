//! Frames of every kind, made up, cut and damaged: the stack drops them, and goes on.

use std::collections::VecDeque;
use std::time::Duration;

use embedded_io_async::Write;
use unik::clock::Sleep;
use unik::concurrent::{join, race};
use unik::net::{Accept, Nic as _, Ping};
use unik::random::Random;
use unik_conformance::memory::{Nic, Offers, Wire};

use crate::support::{Dice, Host, at, at_v6, read_all, run, send};

/// Frames that a host really gets: connections, datagrams and echoes of both versions, neighbours asking.
async fn real_frames(ear: &Nic, a: &Host, b: &Host) -> Vec<Vec<u8>> {
    let talk = async {
        for (to, number) in [(at(1, 80), 80), (at_v6(1, 81), 81)] {
            let acceptor = a.tcp.listen(number).await.unwrap();
            let (accepted, connected) = join(acceptor.accept(), b.tcp.connect(to)).await;
            let (mut a, mut b) = (accepted.unwrap(), connected.unwrap());
            join(send(&mut b, &[1; 5000]), read_all(&mut a)).await;
        }
        for to in [at(1, 0).ip(), at_v6(1, 0).ip()] {
            b.icmp.ping(to, 100, Duration::from_secs(1)).await.unwrap();
            let mut socket = unik::net::Udp::bind(&b.udp, 0).await.unwrap();
            let to = std::net::SocketAddr::new(to, 9);
            unik::net::UdpSocket::send(&mut socket, b"datagram", to).await.unwrap();
        }
    };
    let mut frames = Vec::new();
    let listen = async {
        loop {
            frames.push(ear.next().await);
        }
    };
    race(talk, listen).await;
    // For the host that is fuzzed, or for all.
    frames.retain(|frame| frame[0] & 1 == 1 || frame[5] == 1);
    frames
}

/// Makes checksums right again, so that what is wrong gets further in.
fn mend(frame: &mut [u8]) {
    use smoltcp::wire::{
        EthernetFrame, EthernetProtocol, Icmpv4Packet, IpProtocol, Ipv4Packet, TcpPacket, UdpPacket,
    };
    let Ok(mut ethernet) = EthernetFrame::new_checked(frame) else { return };
    if ethernet.ethertype() != EthernetProtocol::Ipv4 {
        return;
    }
    let Ok(mut packet) = Ipv4Packet::new_checked(ethernet.payload_mut()) else { return };
    packet.fill_checksum();
    let (source, target) = (packet.src_addr().into(), packet.dst_addr().into());
    match packet.next_header() {
        IpProtocol::Tcp => {
            if let Ok(mut segment) = TcpPacket::new_checked(packet.payload_mut()) {
                segment.fill_checksum(&source, &target);
            }
        }
        IpProtocol::Udp => {
            if let Ok(mut datagram) = UdpPacket::new_checked(packet.payload_mut()) {
                datagram.fill_checksum(&source, &target);
            }
        }
        IpProtocol::Icmp => {
            if let Ok(mut message) = Icmpv4Packet::new_checked(packet.payload_mut()) {
                message.fill_checksum();
            }
        }
        _ => {}
    }
}

fn mutate(dice: &Dice, frame: &mut Vec<u8>) {
    let draw = |below: usize| (dice.next_u64() % below.max(1) as u64) as usize;
    for _ in 0..1 + draw(4) {
        match draw(5) {
            0 => frame.truncate(14 + draw(frame.len())),
            1 => frame.extend(vec![0; draw(100)]),
            // Mostly the headers.
            2 | 3 if frame.len() > 20 => {
                let at = 12 + draw((frame.len() - 12).min(64));
                frame[at] = dice.next_u64() as u8;
            }
            _ if frame.len() > 20 => {
                let at = 12 + draw(frame.len() - 12);
                frame[at] ^= 1 << draw(8);
            }
            _ => {}
        }
    }
}

#[test]
fn no_frame_stops_a_stack() {
    for (seed, offers) in [(1, Offers::default()), (2, Offers::ALL)] {
        run(async |world| {
            let wire = Wire::new(&world.timer);
            let bad = wire.curious(9);
            let host = world.host(&wire, 1, offers).await;
            let other = world.host(&wire, 2, Offers::default()).await;
            let mut frames = real_frames(&bad, &host, &other).await;
            assert!(frames.len() > 20, "{} frames", frames.len());
            let acceptor = host.tcp.listen(80).await.unwrap();
            let (mut kept, mut open) = (Vec::new(), VecDeque::new());
            let dice = Dice::new(seed);
            for round in 0..30_000 {
                let mut frame = if round % 10 == 0 {
                    let mut noise = vec![0; 14 + (dice.next_u64() % 200) as usize];
                    dice.fill(&mut noise);
                    noise[..6].copy_from_slice(&[2, 0, 0, 0, 0, 1]);
                    noise[6] = 2;
                    let kinds = [[8, 0], [8, 6], [0x86, 0xdd]];
                    noise[12..14].copy_from_slice(&kinds[round / 10 % 3]);
                    noise
                } else {
                    frames[(dice.next_u64() % frames.len() as u64) as usize].clone()
                };
                mutate(&dice, &mut frame);
                if dice.next_u64().is_multiple_of(2) {
                    mend(&mut frame);
                }
                bad.send(&frame);
                if round % 16 == 0 {
                    world.timer.sleep(Duration::from_millis(1)).await;
                    if let Some(flow) = race(async { acceptor.accept().await.ok() }, async { None }).await {
                        kept.push(flow);
                        kept.truncate(20);
                    }
                }
                if round % 200 == 0 {
                    // Connections that are open now are damaged too.
                    let patience = async {
                        world.timer.sleep(Duration::from_millis(20)).await;
                        None
                    };
                    open.extend(race(async { other.tcp.connect(at(1, 80)).await.ok() }, patience).await);
                    for flow in &mut open {
                        let write = async { flow.write(&[5; 3000]).await.is_ok() };
                        race(write, async { false }).await;
                    }
                    open.truncate(5);
                    open.pop_front();
                    while let Some(frame) = bad.receive(|frame, _| frame.to_vec()) {
                        if frame[5] == 1 {
                            frames.push(frame);
                        }
                    }
                    frames.drain(..frames.len().saturating_sub(100));
                }
            }
            drop((kept, open));
            while race(async { acceptor.accept().await.ok() }, async { None }).await.is_some() {}
            // Whatever it believes of its neighbours now, it still talks to itself, and to others after a while.
            host.icmp.ping(at(1, 0).ip(), 10, Duration::from_secs(5)).await.unwrap();
            world.timer.sleep(Duration::from_secs(700)).await;
            let (accepted, connected) = join(acceptor.accept(), other.tcp.connect(at(1, 80))).await;
            let (mut a, mut b) = (accepted.unwrap(), connected.unwrap());
            let ((), came) = join(send(&mut a, &[3; 100_000]), read_all(&mut b)).await;
            assert!(came == [3; 100_000]);
        });
    }
}
