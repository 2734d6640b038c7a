//! A future and its timers, run in a time that passes only when everybody waits.
//!
//! Devices know no platform, so their tests cannot use the executor; this is the least that runs them.

use alloc::collections::BTreeMap;
use alloc::rc::Rc;
use alloc::sync::Arc;
use alloc::task::Wake;
use core::cell::{Cell, RefCell};
use core::future::{Future, poll_fn};
use core::pin::pin;
use core::sync::atomic::{AtomicBool, Ordering};
use core::task::{Context, Poll, Waker};
use core::time::Duration;

use unik::clock::{Monotonic, Sleep};

/// The timer of [`run`].
#[derive(Clone, Debug, Default)]
pub struct Timer(Rc<State>);

#[derive(Debug, Default)]
struct State {
    now: Cell<Duration>,
    sequence: Cell<u64>,
    waiting: RefCell<BTreeMap<(Duration, u64), Waker>>,
}

struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Release);
    }
}

/// Runs a test from time zero.
///
/// # Panics
/// If it waits for what never happens: nobody is left who could wake it.
pub fn run<T>(test: impl AsyncFnOnce(Timer) -> T) -> T {
    let timer = Timer::default();
    let flag = Arc::new(Flag(AtomicBool::new(true)));
    let waker = Waker::from(flag.clone());
    let mut test = pin!(test(timer.clone()));
    loop {
        while flag.0.swap(false, Ordering::AcqRel) {
            if let Poll::Ready(value) = test.as_mut().poll(&mut Context::from_waker(&waker)) {
                return value;
            }
        }
        let next = timer.0.waiting.borrow_mut().pop_first();
        let ((at, _), next) = next.expect("a test must not wait for what never happens");
        timer.0.now.set(timer.0.now.get().max(at));
        next.wake();
    }
}

/// Takes a timer out when its sleep is dropped.
struct Entry<'a> {
    state: &'a State,
    at: Duration,
    sequence: u64,
}

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        self.state.waiting.borrow_mut().remove(&(self.at, self.sequence));
    }
}

impl Monotonic for Timer {
    fn now(&self) -> Duration {
        self.0.now.get()
    }
}

impl Sleep for Timer {
    async fn sleep(&self, duration: Duration) {
        let state = &*self.0;
        let sequence = state.sequence.replace(state.sequence.get() + 1);
        let entry = Entry { state, at: self.now().saturating_add(duration), sequence };
        poll_fn(|cx| {
            if self.now() >= entry.at {
                return Poll::Ready(());
            }
            state.waiting.borrow_mut().insert((entry.at, sequence), cx.waker().clone());
            Poll::Pending
        })
        .await;
    }
}
