//! The loop: what runs, in which order, and when the outside world is looked at.

use alloc::sync::Arc;
use alloc::task::Wake;
use core::future::Future;
use core::pin::pin;
use core::sync::atomic::{AtomicBool, Ordering};
use core::task::{Context, Poll, Waker};
use core::time::Duration;

use unik::concurrent::Tasks;
use unik_platform::Platform;

use crate::{Executor, Task};

/// How often futures that are always ready are polled before timers and the platform get a look.
const ROUNDS: usize = 16;

/// Whether a future has been woken.
#[derive(Debug)]
struct Flag(AtomicBool);

impl Flag {
    fn raised() -> Arc<Self> {
        Arc::new(Self(AtomicBool::new(true)))
    }

    fn take(&self) -> bool {
        // A plain load first: a swap locks the line even when nothing has happened.
        self.0.load(Ordering::Relaxed) && self.0.swap(false, Ordering::AcqRel)
    }

    fn is_raised(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.store(true, Ordering::Release);
    }
}

impl<P: Platform> Executor<P> {
    /// Runs until `main` is done, and with it what was spawned.
    ///
    /// It must not be called from a future that it runs: that one would wait for itself.
    pub fn block_on<T>(&self, main: impl Future<Output = T>) -> T {
        let mut main = pin!(main);
        let main_flag = Flag::raised();
        let main_waker = Waker::from(main_flag.clone());
        let mut tasks: Tasks<Task> = Tasks::new();
        let tasks_flag = Flag::raised();
        let tasks_waker = Waker::from(tasks_flag.clone());
        loop {
            for _ in 0..ROUNDS {
                let mut idle = true;
                if main_flag.take() {
                    idle = false;
                    if let Poll::Ready(value) = main.as_mut().poll(&mut Context::from_waker(&main_waker)) {
                        self.keep(tasks);
                        return value;
                    }
                }
                if !self.shared.spawned.borrow().is_empty() {
                    for task in self.shared.spawned.borrow_mut().drain(..) {
                        tasks.push(task);
                    }
                    tasks_flag.wake_by_ref();
                }
                if tasks_flag.take() {
                    idle = false;
                    let mut cx = Context::from_waker(&tasks_waker);
                    while let Poll::Ready(Some(())) = tasks.poll_next(&mut cx) {}
                }
                if idle {
                    break;
                }
            }
            let spawned = !self.shared.spawned.borrow().is_empty();
            let until = if spawned || main_flag.is_raised() || tasks_flag.is_raised() {
                Some(Duration::ZERO)
            } else {
                self.shared.timers.borrow_mut().next()
            };
            self.shared.platform.wait(until);
            self.fire();
        }
    }

    /// Wakes whose time has come.
    fn fire(&self) {
        if self.shared.timers.borrow_mut().next().is_none() {
            return;
        }
        let now = self.now();
        loop {
            // The borrow ends before the waker runs: it may drop a timer.
            let due = self.shared.timers.borrow_mut().fire(now);
            match due {
                Some(waker) => waker.wake(),
                None => return,
            }
        }
    }

    /// Tasks that have not ended wait for the next `block_on`.
    fn keep(&self, tasks: Tasks<Task>) {
        self.shared.spawned.borrow_mut().extend(tasks.into_rest());
    }
}
