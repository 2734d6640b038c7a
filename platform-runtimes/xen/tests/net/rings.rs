//! A back end that writes anything into rings and pages: frames may be rubbish, but nothing breaks.

use std::rc::Rc;

use unik::net::{Checksum, Nic as _, Segment, Transmit};
use unik_xen::net::Sizes;

use crate::back::{ALL, Frame, LEAST, SCATTERED, SUMS};
use crate::machine::{Machine, Numbers, Tasks, interface, run, settle};

#[test]
fn rubbish_does_not_break_the_driver() {
    let mut given_up = 0;
    for seed in 1..400 {
        run(async |machine: Rc<Machine>, tasks: Tasks| {
            let mut numbers = Numbers(seed);
            let offers = [LEAST, SUMS, SCATTERED, ALL][seed as usize % 4];
            let sizes = Sizes { receive: 32, transmit: 17 };
            let (nic, net, back) = interface(&machine, &tasks, offers, sizes).await.expect("it connects");
            let rings =
                back.connection.borrow().as_ref().map(|connection| [connection.sent, connection.received]);
            let rings = rings.expect("it is connected");
            back.stalled.set(true);
            for _ in 0..100 {
                let ring = rings[numbers.below(2)];
                // A count that may be, an entry near it.
                if net.is_up() {
                    back.store(ring.page + 8, numbers.below(6) as u32);
                    let at = ring.page + 64 + numbers.below(72) as u64;
                    machine.played.space.write(at, &[numbers.below(20) as u8]);
                }
                if numbers.below(3) == 0 {
                    back.incoming.borrow_mut().push_back(Frame::plain(vec![1; 60]));
                }
                nic.receive(|bytes, _| bytes.len());
                let length = 14 + numbers.below(nic.capabilities().longest - 13);
                let v6 = numbers.below(2) == 0;
                nic.transmit(length, |bytes| {
                    bytes.fill(1);
                    let checksum = Some(Checksum { start: 34, offset: 16 });
                    let possible = nic.capabilities().segments_v4 && numbers.below(2) == 0;
                    let segment = possible.then_some(Segment { size: 1460, headers: 54, v6 });
                    let checksum = checksum.filter(|_| nic.capabilities().checksum);
                    ((), Transmit { checksum, segment })
                });
                nic.flush();
                net.poll();
                net.arm();
            }
            let fault = net.fault();
            settle(&tasks).await;
            assert!(fault.is_none() || !net.is_up());
            given_up += usize::from(fault.is_some());
        });
    }
    assert!(given_up > 300, "{given_up} of 399 given up");
}
