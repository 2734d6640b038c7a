//! The executor in virtual time: order, fairness, timers, and nothing that depends on the clock of the host.

mod life;

use std::cell::{Cell, RefCell};
use std::future::{Future, pending, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use unik::clock::{Monotonic, Sleep};
use unik::concurrent::{join, join_all, race, yield_now};
use unik_executor::Executor;
use unik_executor::virtual_time::{Virtual, run};
use unik_platform::Platform;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn its_timer_is_a_timer() {
    run(async |timer, _| unik_conformance::clock::sleep(&timer).await);
}

#[test]
fn hours_take_no_time_and_end_in_their_order() {
    let log = RefCell::new(Vec::new());
    run(async |timer, _| {
        join_all([7200, 5, 3600, 5, 0, 1].into_iter().enumerate().map(|(index, seconds)| {
            let (timer, log) = (&timer, &log);
            async move {
                timer.sleep(seconds * SECOND).await;
                log.borrow_mut().push((index, timer.now().as_secs()));
            }
        }))
        .await;
    });
    // Equal times keep the order in which they were started.
    assert_eq!(*log.borrow(), [(4, 0), (5, 1), (1, 5), (3, 5), (2, 3600), (0, 7200)]);
}

#[test]
fn spawned_tasks_run_in_the_order_in_which_they_are_woken() {
    let log: Rc<RefCell<Vec<String>>> = Rc::default();
    run(async |timer, executor| {
        for name in ["a", "b"] {
            let (log, timer) = (log.clone(), timer.clone());
            executor.spawn(async move {
                for step in 0..2 {
                    log.borrow_mut().push(format!("{name}{step}"));
                    timer.sleep(SECOND).await;
                }
            });
        }
        log.borrow_mut().push("main".into());
        timer.sleep(10 * SECOND).await;
    });
    assert_eq!(log.borrow().join(" "), "main a0 b0 a1 b1");
}

#[test]
fn what_is_left_goes_on_at_the_next_call_and_ends_with_the_executor() {
    let executor = Executor::new(Virtual::default());
    let steps = Rc::new(Cell::new(0));
    let held = steps.clone();
    let inner = executor.clone();
    executor.spawn(async move {
        loop {
            held.set(held.get() + 1);
            inner.sleep(SECOND).await;
        }
    });
    executor.block_on(executor.sleep(3 * SECOND / 2));
    assert_eq!(steps.get(), 2);
    executor.block_on(executor.sleep(SECOND));
    assert_eq!(steps.get(), 3);
    assert_eq!(Rc::strong_count(&steps), 2, "the task still exists");
}

#[test]
fn a_task_may_spawn_and_end_while_others_run() {
    let count = Rc::new(Cell::new(0));
    run(async |timer, executor| {
        fn chain(executor: Executor<Virtual>, count: Rc<Cell<u32>>, left: u32) {
            let inner = executor.clone();
            executor.spawn(async move {
                count.set(count.get() + 1);
                if left > 0 {
                    chain(inner, count, left - 1);
                }
            });
        }
        chain(executor, count.clone(), 99);
        timer.sleep(SECOND).await;
    });
    assert_eq!(count.get(), 100);
}

/// A platform whose outside world is a counter of how often it was looked at.
#[derive(Clone, Default)]
struct Counting {
    looks: Rc<Cell<u32>>,
    waiter: Rc<RefCell<Option<Waker>>>,
}

impl Platform for Counting {
    fn now(&self) -> Duration {
        Duration::from_millis(self.looks.get().into())
    }

    fn wait(&self, _until: Option<Duration>) {
        self.looks.set(self.looks.get() + 1);
        if let Some(waker) = self.waiter.take() {
            waker.wake();
        }
    }
}

#[test]
fn a_busy_task_keeps_nobody_from_the_outside_world() {
    for busy_main in [true, false] {
        let platform = Counting::default();
        let executor = Executor::new(platform.clone());
        let turns = Rc::new(Cell::new(0u32));
        let busy = {
            let turns = turns.clone();
            async move {
                loop {
                    turns.set(turns.get() + 1);
                    yield_now().await;
                }
            }
        };
        let event = poll_fn(move |cx| {
            if platform.looks.get() >= 3 {
                return Poll::Ready(());
            }
            platform.waiter.replace(Some(cx.waker().clone()));
            Poll::Pending
        });
        if busy_main {
            executor.block_on(race(busy, event));
        } else {
            executor.spawn(busy);
            executor.block_on(event);
        }
        assert!(turns.get() < 1000, "{} turns before the third event", turns.get());
    }
}

#[test]
fn timers_fire_although_a_task_is_always_busy() {
    let executor = Executor::new(Counting::default());
    let busy = async {
        loop {
            yield_now().await;
        }
    };
    executor.block_on(race(busy, executor.sleep(Duration::from_millis(5))));
    assert_eq!(executor.now(), Duration::from_millis(5));
}

#[test]
fn a_sleep_wakes_whoever_polled_it_last() {
    run(async |timer, executor| {
        let mut sleep = pin!(executor.sleep(SECOND));
        assert!(sleep.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        join(sleep, timer.sleep(SECOND / 2)).await;
        assert_eq!(timer.now(), SECOND);
    });
}

#[test]
fn wakers_may_outlive_the_executor_and_end_elsewhere() {
    let kept: Rc<RefCell<Option<Waker>>> = Rc::default();
    {
        let executor = Executor::new(Virtual::default());
        let kept = kept.clone();
        executor.spawn(poll_fn(move |cx| {
            kept.replace(Some(cx.waker().clone()));
            Poll::<()>::Pending
        }));
        executor.block_on(executor.sleep(SECOND));
    }
    let waker = kept.take().expect("the task was polled");
    std::thread::spawn(move || waker.wake()).join().expect("waking a task that is gone does nothing");
}

#[test]
#[should_panic(expected = "never happens")]
fn a_test_that_would_hang_fails() {
    run(async |_, _| pending::<()>().await);
}
