//! As much of a host on a network as a driver's test needs: ARP, answers to pings, UDP echoes, each address the first 15 of its network.

use alloc::format;
use alloc::vec::Vec;
use core::future::poll_fn;
use core::task::Poll;

use unik::clock::Monotonic;
use unik::net::{Checksum, Nic as _, Transmit};
use unik_platform::Failure;
use unik_virtio::{Nic, Timer};

use crate::{failed, say};

/// The interface `number` is 10.0.(2 + number).15.
fn address(number: usize) -> [u8; 4] {
    [10, 0, 2 + number as u8, 15]
}

/// Answers on all interfaces, until a datagram says `stop`.
pub(crate) async fn echo(nics: &[Nic]) -> Result<(), Failure> {
    for (number, nic) in nics.iter().enumerate() {
        say(format!("nic {number}: {} {:?}", nic.mac(), nic.capabilities())).await;
        announce(nic, address(number));
    }
    say("ready").await;
    let (mut stop, mut frames, mut longest) = (false, 0, 0);
    while !stop {
        poll_fn(|cx| {
            // All of them are asked, so that all of them wake.
            let ready = nics.iter().filter(|nic| nic.poll_ready(cx).is_ready()).count();
            if ready > 0 { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        for (number, nic) in nics.iter().enumerate() {
            while let Some(length) = nic.receive(|frame, _| {
                stop |= frame.ends_with(b"stop");
                answer(nic, number, frame);
                frame.len()
            }) {
                frames += 1;
                longest = longest.max(length);
            }
            nic.flush();
        }
    }
    say(format!("{frames} frames, the longest of {longest} bytes")).await;
    Ok(())
}

/// Tells a switch where we are, by asking for ourselves.
fn announce(nic: &Nic, address: [u8; 4]) {
    let mut frame = Vec::from([0xff; 6]);
    frame.extend(nic.mac().0);
    frame.extend([8, 6, 0, 1, 8, 0, 6, 4, 0, 1]);
    frame.extend(nic.mac().0);
    frame.extend(address);
    frame.extend([0; 6]);
    frame.extend(address);
    send(nic, &frame, None);
    nic.flush();
}

fn send(nic: &Nic, frame: &[u8], checksum: Option<Checksum>) {
    nic.transmit(frame.len(), |room| {
        room.copy_from_slice(frame);
        ((), Transmit { checksum, segment: None })
    });
}

fn answer(nic: &Nic, number: usize, frame: &[u8]) {
    let is_ours = |at: usize| frame.get(at..at + 4) == Some(&address(number)[..]);
    let mut reply = frame.to_vec();
    match frame.get(12..14) {
        Some([8, 6]) if is_ours(38) && frame[21] == 1 => {
            reply.truncate(42);
            reply[21] = 2;
            reply.copy_within(22..32, 32);
            reply[22..28].copy_from_slice(&nic.mac().0);
            reply[28..32].copy_from_slice(&address(number));
        }
        Some([8, 0]) if is_ours(30) && frame[14] == 0x45 => {
            reply.copy_within(26..30, 30);
            reply[26..30].copy_from_slice(&address(number));
            match frame[23] {
                // The sum of an echo changes by what its type does: 8 to 0.
                1 if frame[34] == 8 => {
                    reply[34] = 0;
                    let sum = u16::from_be_bytes([frame[36], frame[37]]);
                    let sum = sum.checked_add(0x800).unwrap_or_else(|| sum.wrapping_add(0x801));
                    reply[36..38].copy_from_slice(&sum.to_be_bytes());
                }
                17 => {
                    reply[34..36].copy_from_slice(&frame[36..38]);
                    reply[36..38].copy_from_slice(&frame[34..36]);
                    udp_sum(nic, &mut reply);
                }
                _ => return,
            }
        }
        _ => return,
    }
    reply.copy_within(6..12, 0);
    reply[6..12].copy_from_slice(&nic.mac().0);
    send(nic, &reply, checksum(nic, &reply));
}

/// The sum of the pseudo header for the interface to complete, or none (RFC 768).
fn udp_sum(nic: &Nic, frame: &mut [u8]) {
    frame[40..42].fill(0);
    if nic.capabilities().checksum {
        let words = frame[26..34].chunks(2).chain(frame[38..40].chunks(2));
        let sum: u32 = words.map(|word| u32::from(word[0]) << 8 | u32::from(word[1])).sum::<u32>() + 17;
        let sum = (sum & 0xffff) + (sum >> 16);
        let sum = (sum & 0xffff) + (sum >> 16);
        frame[40..42].copy_from_slice(&(sum as u16).to_be_bytes());
    }
}

fn checksum(nic: &Nic, frame: &[u8]) -> Option<Checksum> {
    let is_udp = frame[12..14] == [8, 0] && frame[23] == 17;
    (is_udp && nic.capabilities().checksum).then_some(Checksum { start: 34, offset: 6 })
}

/// Sends as many frames as it can for a second, and tells how many.
pub(crate) async fn flood(nic: &Nic) -> Result<(), Failure> {
    let timer = Timer::new().await.map_err(failed)?;
    for length in [60, 1514, nic.capabilities().longest.min(1514)] {
        let (start, mut sent) = (timer.now(), 0u64);
        while (timer.now() - start).as_millis() < 1000 {
            let room = nic.transmit(length, |bytes| {
                bytes[..6].fill(0xff);
                bytes[6..12].copy_from_slice(&nic.mac().0);
                // An Ethernet type for experiments (IEEE 802).
                bytes[12..14].copy_from_slice(&[0x88, 0xb5]);
                ((), Transmit::default())
            });
            match room {
                Some(()) => sent += 1,
                None => poll_fn(|cx| nic.poll_ready(cx)).await,
            }
            if sent % 32 == 0 {
                nic.flush();
            }
        }
        say(format!("{sent} frames of {length} bytes in a second")).await;
    }
    Ok(())
}
