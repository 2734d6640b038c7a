//! Network interfaces.

use std::future::poll_fn;
use std::rc::Rc;

use unik::net::{Capabilities, Checksum, Detached, Mac, Nic, Segment, Transmit};
use unik_executor::Executor;
use unik_virtio::fault::Fault;
use unik_virtio::net::{KIND, Net, SIZES, Sizes};

use crate::bench::{self, Bench, Device, Driver, Numbers};
use crate::network::{self, ALL, Network, config};
use crate::peer::{ANY_LAYOUT, EVENT_IDX, INDIRECT, Peer, VERSION_1};
use crate::transports::{WAYS, Way};
use unik_driver::space::{Piece, Space};

pub type Interface = Rc<Net<Piece>>;

impl Driver for Net<Piece> {
    fn poll(&self) -> bool {
        Net::poll(self)
    }

    fn arm(&self) -> bool {
        Net::arm(self)
    }
}

/// An interface and the device behind it.
pub fn interface(
    way: Way,
    features: u64,
    limits: [u16; 2],
    sizes: Sizes,
) -> Result<(Interface, Rc<Network>), Fault> {
    let offered = features | VERSION_1 | INDIRECT;
    let peer = Peer::new(&Space::default(), KIND, way.is_legacy(), offered, &limits, &config(1500));
    let device = Network::new(&peer, way.has_messages());
    let net = Net::start(way.transport(&peer)?, &peer.space, sizes)?;
    Ok((Rc::new(net), device))
}

pub fn usual(features: u64) -> (Interface, Rc<Network>) {
    interface(Way::Mmio, features, [256, 256], SIZES).expect("it starts")
}

pub async fn ready(net: &Interface) {
    poll_fn(|cx| net.poll_ready(cx)).await;
}

/// Sends a frame, waiting for room.
async fn send(net: &Interface, frame: &[u8]) {
    let write = |bytes: &mut [u8]| {
        bytes.copy_from_slice(frame);
        ((), Transmit::default())
    };
    while net.transmit(frame.len(), write).is_none() {
        ready(net).await;
    }
}

/// Waits for a frame.
async fn receive(net: &Interface) -> Vec<u8> {
    loop {
        if let Some(frame) = net.receive(|bytes, _| bytes.to_vec()) {
            return frame;
        }
        ready(net).await;
    }
}

/// Every set of features that makes a difference.
fn feature_sets() -> Vec<u64> {
    let sets = [0, network::MRG_RXBUF, network::CSUM | network::GUEST_CSUM, ALL, ALL & !network::MRG_RXBUF];
    sets.into_iter().flat_map(|set| [set, set | EVENT_IDX, set | ANY_LAYOUT | EVENT_IDX]).collect()
}

#[test]
fn frames_go_out_and_come_back_over_every_transport_and_with_all_features() {
    for way in WAYS {
        for features in feature_sets() {
            for lazy in [false, true] {
                bench::run(async |bench: Rc<Bench>, _| {
                    let (net, device) = interface(way, features, [64, 32], SIZES).expect("it starts");
                    device.echoes.set(true);
                    bench.lazy.set(lazy);
                    bench.add(net.clone(), device.clone());
                    echo(&net).await;
                    assert_eq!(net.fault(), None, "{way:?} {features:#x}");
                    assert_eq!(device.outgoing.borrow().len(), ECHOES as usize);
                });
            }
        }
    }
}

/// How many frames go there and back.
const ECHOES: u64 = 60;

/// Frames there and back: one task sends as long as there is room, and takes what has come.
async fn echo(net: &Interface) {
    let frame = |seed: u64| {
        let mut numbers = Numbers(seed + 1);
        let length = 14 + numbers.below(1500);
        numbers.bytes(length)
    };
    let sender = net.clone();
    let mut next = 0;
    let mut received = 0;
    while received < ECHOES {
        while next < ECHOES {
            let bytes = frame(next);
            let sent = sender.transmit(bytes.len(), |room| {
                room.copy_from_slice(&bytes);
                ((), Transmit::default())
            });
            if sent.is_none() {
                break;
            }
            next += 1;
        }
        sender.flush();
        while let Some(bytes) = net.receive(|bytes, _| bytes.to_vec()) {
            assert!(bytes == frame(received), "frame {received} is another");
            received += 1;
        }
        if received < ECHOES {
            ready(net).await;
        }
    }
}

#[test]
fn what_is_offered_is_what_it_can_do() {
    let check = |features, expected: Capabilities| {
        let (net, _) = usual(features);
        assert_eq!(net.capabilities(), expected, "{features:#x}");
    };
    let least =
        Capabilities { mtu: 1500, longest: 1514, checksum: false, segments_v4: false, segments_v6: false };
    check(0, least);
    check(network::HOST_TSO, least);
    check(network::CSUM, Capabilities { checksum: true, ..least });
    let all = Capabilities { longest: 65_549, checksum: true, segments_v4: true, segments_v6: true, ..least };
    check(ALL, all);
    let (net, _) = usual(ALL);
    assert_eq!(net.mac(), Mac([2, 0, 0, 0xaa, 0xbb, 0xcc]));
    assert!(net.has_address() && !usual(0).0.has_address());
}

#[test]
fn an_impossible_mtu_is_not_used() {
    for (mtu, expected) in [(9000, 9000), (1280, 1280), (1279, 1500), (0, 1500), (u16::MAX, 1500)] {
        let peer = Peer::new(&Space::default(), KIND, false, ALL | VERSION_1, &[64, 64], &config(mtu));
        let transport = Way::Mmio.transport(&peer).expect("it is there");
        let net = Net::start(transport, &peer.space, SIZES).expect("it starts");
        assert_eq!(net.capabilities().mtu, expected);
    }
}

#[test]
fn long_frames_are_lent_in_one_piece() {
    for (limit, backwards) in [(256, false), (32, false), (8, false), (64, true)] {
        bench::run(async |bench: Rc<Bench>, _| {
            let (net, device) = interface(Way::Mmio, ALL, [limit, 64], SIZES).expect("it starts");
            bench.add(net.clone(), device.clone());
            device.backwards.set(backwards);
            for round in 0..60 {
                let mut numbers = Numbers(round + 1);
                let length = if backwards { 100 } else { 14 + numbers.below(65_535) };
                let frame = numbers.bytes(length);
                device.arrive(2, frame.clone());
                assert!(receive(&net).await == frame, "round {round} of {limit}");
            }
            assert_eq!(net.fault(), None);
        });
    }
}

#[test]
fn checksums_and_segments_are_left_to_the_device() {
    bench::run(async |bench: Rc<Bench>, _| {
        let (net, device) = usual(ALL);
        bench.add(net.clone(), device.clone());
        let checksum = Some(Checksum { start: 34, offset: 16 });
        let segment = Some(Segment { size: 1460, headers: 54, v6: false });
        net.transmit(65_549, |bytes| {
            bytes.fill(7);
            ((), Transmit { checksum, segment })
        })
        .expect("there is room");
        net.flush();
        device.work();
        let (header, frame) = device.outgoing.borrow_mut().remove(0);
        assert_eq!(header, [1, 1, 54, 0, 0xb4, 5, 34, 0, 16, 0, 0, 0]);
        assert!(frame == vec![7; 65_549]);
        for (flags, verified) in [(0, false), (1, true), (2, true), (4, false)] {
            device.arrive(flags, vec![0; 60]);
            ready(&net).await;
            assert_eq!(net.receive(|_, received| received.verified), Some(verified), "{flags}");
        }
    });
    bench::run(async |bench: Rc<Bench>, _| {
        let (net, device) = usual(0);
        bench.add(net.clone(), device.clone());
        device.arrive(3, vec![0; 60]);
        ready(&net).await;
        assert_eq!(
            net.receive(|_, received| received.verified),
            Some(false),
            "flags that were not agreed on"
        );
    });
}

#[test]
fn a_frame_is_answered_while_it_is_looked_at() {
    bench::run(async |bench: Rc<Bench>, _| {
        let (net, device) = usual(ALL | EVENT_IDX);
        bench.add(net.clone(), device.clone());
        for byte in 0..200 {
            device.arrive(0, vec![byte; 60]);
        }
        let mut seen = 0;
        while seen < 200 {
            ready(&net).await;
            while let Some(()) = net.receive(|bytes, _| {
                let answered = net.transmit(bytes.len(), |room| {
                    room.copy_from_slice(bytes);
                    ((), Transmit::default())
                });
                assert!(answered.is_some());
                seen += 1;
            }) {}
            net.flush();
        }
        device.work();
        let frames = device.outgoing.borrow();
        assert!(frames.iter().enumerate().all(|(index, (_, frame))| *frame == [index as u8; 60]));
        assert_eq!(frames.len(), 200);
    });
}

#[test]
fn frames_that_are_sent_together_cost_one_notification() {
    let (net, device) = usual(ALL | EVENT_IDX);
    let before = device.peer.notifications.get();
    for _ in 0..20 {
        net.transmit(100, |_| ((), Transmit::default())).expect("there is room");
    }
    net.flush();
    net.flush();
    assert_eq!(device.peer.notifications.get() - before, 1);
}

#[test]
fn a_frame_that_is_too_long_is_not_taken() {
    let (net, _) = usual(0);
    assert!(net.transmit(1515, |_| -> ((), Transmit) { panic!("nobody asks for its bytes") }).is_none());
    assert!(net.transmit(1514, |_| ((), Transmit::default())).is_some());
}

#[test]
fn an_idle_interface_lets_the_machine_sleep() {
    bench::run(async |bench: Rc<Bench>, executor: Executor<Rc<Bench>>| {
        let (net, device) = usual(ALL | EVENT_IDX);
        bench.add(net.clone(), device.clone());
        let waiting = net.clone();
        executor.spawn(async move { ready(&waiting).await });
        executor.sleep(std::time::Duration::from_secs(3600)).await;
        assert_eq!(bench.sleeps.get(), 1, "it sleeps once, for an hour");
        device.arrive(0, vec![0; 60]);
    });
}

#[test]
fn too_little_memory_is_an_error() {
    for limit in [0, 4096, 100_000, 300_000] {
        let space = Space::default();
        space.limit(limit);
        let peer = Peer::new(&space, KIND, false, ALL | VERSION_1, &[256, 256], &config(1500));
        let transport = Way::Mmio.transport(&peer).expect("it is there");
        let error = Net::start(transport, &space, SIZES).err();
        assert!(matches!(error, Some(Fault::Memory(_))), "{limit}: {error:?}");
        assert_eq!(peer.status.get(), 0, "it is reset");
    }
}

#[test]
fn a_wrong_device_is_given_up() {
    type Lie = fn(&Network);
    let check = |name: &str, expected: Fault, lie: Lie| {
        let (net, device) = usual(ALL);
        bench::run(async |bench: Rc<Bench>, _| {
            bench.add(net.clone(), device.clone());
            unik_conformance::nic::detaches(&*net, async || {
                lie(&device);
                // Whoever waits for frames is woken even if it is somebody else who finds out.
                while net.receive(|_, _| ()).is_some() {}
                net.can_transmit();
                for _ in 0..200 {
                    net.transmit(65_000, |_| ((), Transmit::default()));
                }
            })
            .await;
        });
        assert_eq!(net.fault(), Some(expected), "{name}");
        let reason = format!("the virtio device at 0xfeb00000 was given up: {expected}");
        assert_eq!(net.detached(), Some(Detached::new(reason)), "{name}");
        assert_eq!(device.peer.status.get(), 0, "{name}: it is reset");
        assert!(!net.poll() && !net.arm());
    };
    /// Says of a buffer that it holds a frame of so many buffers and bytes.
    fn put(device: &Network, head: u16, buffers: u16, length: u32) {
        let space = &device.peer.space;
        let chain = device.peer.ring(0, |ring| ring.take(space)).flatten().expect("there are buffers");
        let mut header = [0; 12];
        header[10..].copy_from_slice(&buffers.to_le_bytes());
        chain.write(space, 0, &header);
        device.peer.put(0, head, length, false);
    }
    check("no buffers", Fault::FrameBuffers, |device| put(device, 0, 0, 100));
    check("too many buffers", Fault::FrameBuffers, |device| put(device, 0, 500, 100));
    check("more than a packet holds", Fault::FrameBuffers, |device| {
        put(device, 0, 33, 2048);
        for head in 1..33 {
            device.peer.put(0, head, 2048, false);
        }
    });
    check("no header", Fault::FrameBuffers, |device| put(device, 0, 1, 11));
    check("more than fits", Fault::UsedLength, |device| put(device, 0, 1, 2049));
    check("a buffer twice", Fault::UsedId, |device| {
        put(device, 0, 2, 2048);
        device.peer.put(0, 0, 2048, false);
    });
    check("a buffer that is none", Fault::UsedId, |device| put(device, 700, 1, 100));
    check("an index too far", Fault::UsedIndex, |device| {
        device.peer.ring(0, |ring| ring.advance(&device.peer.space, 300));
    });
    check("frames sent that were not", Fault::UsedIndex, |device| {
        device.peer.ring(1, |ring| ring.advance(&device.peer.space, 200));
    });
}

#[test]
fn a_device_that_asks_for_a_reset_is_given_up() {
    for way in WAYS.into_iter().filter(|way| !way.is_legacy()) {
        bench::run(async |bench: Rc<Bench>, executor: Executor<Rc<Bench>>| {
            let (net, device) = interface(way, ALL, [64, 64], SIZES).expect("it starts");
            bench.add(net.clone(), device.clone());
            unik_conformance::nic::detaches(&*net, async || {
                executor.sleep(std::time::Duration::from_millis(1)).await;
                device.peer.break_down(way.has_messages());
            })
            .await;
            assert_eq!(net.fault(), Some(Fault::NeedsReset), "{way:?}");
            assert_eq!(device.peer.status.get(), 0, "{way:?}: it is reset");
        });
    }
}

#[test]
fn a_link_goes_down_and_comes_up() {
    for way in WAYS {
        bench::run(async |bench: Rc<Bench>, executor: Executor<Rc<Bench>>| {
            let (net, device) = interface(way, ALL, [64, 64], SIZES).expect("it starts");
            bench.add(net.clone(), device.clone());
            let waiting = net.clone();
            executor.spawn(async move { ready(&waiting).await });
            for up in [true, false, false, true] {
                device.peer.config.borrow_mut()[6] = up.into();
                device.peer.raise(2, way.has_messages());
                executor.sleep(std::time::Duration::from_millis(1)).await;
                assert_eq!(net.is_up(), up, "{way:?}");
                assert_eq!(net.detached(), None, "{way:?}: a link may come up again");
            }
            assert_eq!(net.fault(), None);
        });
    }
}

#[test]
fn a_device_that_resets_itself_is_given_up() {
    for way in WAYS {
        bench::run(async |bench: Rc<Bench>, executor: Executor<Rc<Bench>>| {
            let (net, device) = interface(way, ALL, [64, 64], SIZES).expect("it starts");
            bench.add(net.clone(), device.clone());
            unik_conformance::nic::detaches(&*net, async || {
                executor.sleep(std::time::Duration::from_millis(1)).await;
                device.peer.lose_itself(way.has_messages());
            })
            .await;
            assert_eq!(net.fault(), Some(Fault::Lost), "{way:?}");
        });
    }
}

/// A device that writes anything into rings and buffers: frames may be rubbish, but nothing breaks.
#[test]
fn rubbish_does_not_break_the_driver() {
    let mut given_up = 0;
    for seed in 1..500 {
        let mut numbers = Numbers(seed);
        let features = feature_sets()[seed as usize % 15];
        let sizes = Sizes { queue: 16, buffers: 16, buffer: 256, transmit: 4096 };
        let way = WAYS[seed as usize % 5];
        let (net, device) = interface(way, features, [16, 16], sizes).expect("it starts");
        let addresses: Vec<[u64; 3]> =
            (0..2).filter_map(|queue| device.peer.ring(queue, |ring| ring.addresses)).collect();
        for _ in 0..100 {
            let ring = addresses[numbers.below(2)];
            let index = 1 + numbers.below(2) as u16;
            device.peer.space.write16(ring[2] + 2, index.wrapping_mul(numbers.below(4) as u16));
            device.peer.space.write(ring[2] + 4 + numbers.below(128) as u64, &[numbers.below(20) as u8]);
            device.arrive(0, vec![1; 60]);
            net.receive(|bytes, _| bytes.len());
            net.transmit(14 + numbers.below(1500), |bytes| {
                bytes.fill(1);
                ((), Transmit::default())
            });
            net.flush();
            net.poll();
            net.arm();
        }
        given_up += usize::from(net.fault().is_some());
    }
    assert!(given_up > 400, "{given_up} of 499 given up");
}

#[test]
fn nothing_is_lost_when_frames_come_one_by_one() {
    bench::run(async |bench: Rc<Bench>, _| {
        let (net, device) = usual(ALL | EVENT_IDX);
        bench.add(net.clone(), device.clone());
        device.echoes.set(true);
        for round in 0..66_000u32 {
            send(&net, &round.to_le_bytes().repeat(15)).await;
            net.flush();
            assert_eq!(receive(&net).await[..4], round.to_le_bytes());
        }
    });
}
