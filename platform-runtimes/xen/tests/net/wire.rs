//! Two interfaces whose back ends are wired to each other, and what all interfaces promise.

use std::rc::Rc;

use unik_xen::net::SIZES;

use crate::back::{ALL, LEAST, SCATTERED, SUMS};
use crate::machine::{Machine, Tasks, run, start};

#[test]
fn an_interface_does_what_all_of_them_promise() {
    for offers in [LEAST, SUMS, SCATTERED, ALL] {
        for others in [LEAST, ALL] {
            for (lazy, step, piece) in [(false, usize::MAX, 4096), (true, 3, 2000)] {
                run(async |machine: Rc<Machine>, tasks: Tasks| {
                    let (a, end) = start(&machine, &tasks, 0, offers, SIZES).await;
                    let (b, other) = start(&machine, &tasks, 1, others, SIZES).await;
                    *end.wire.borrow_mut() = Rc::downgrade(&other);
                    *other.wire.borrow_mut() = Rc::downgrade(&end);
                    for back in [&end, &other] {
                        back.step.set(step);
                        back.piece.set((piece, 4096 - piece));
                    }
                    let (first, second) = (a.opened().await, b.opened().await);
                    let (first, second) = (first.expect("it connects"), second.expect("it connects"));
                    machine.lazy.set(lazy);
                    unik_conformance::nic::pair(&first, &second).await;
                    unik_conformance::nic::pair(&second, &first).await;
                    assert_eq!((a.fault(), b.fault()), (None, None));
                });
            }
        }
    }
}
