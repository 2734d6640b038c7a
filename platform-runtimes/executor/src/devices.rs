//! What the executor gives to programs as devices, the same on every target: the timer, and the program itself.

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};
use core::fmt;
use core::future::{Future, poll_fn};
use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use core::time::Duration;

use unik::clock::{Monotonic, Sleep};
use unik::concurrent::race;
use unik_platform::Platform;

use crate::Executor;

/// How long what runs in the background may take to finish, once the jobs have ended or the program was asked to stop.
pub const GRACE: Duration = Duration::from_secs(5);

/// The executor's timers.
pub struct Timer<P>(Executor<P>);

impl<P: Platform> Timer<P> {
    /// The timers of an executor.
    pub fn of(executor: Executor<P>) -> Self {
        Self(executor)
    }
}

impl<P: Platform> Monotonic for Timer<P> {
    fn now(&self) -> Duration {
        self.0.now()
    }
}

impl<P: Platform> Sleep for Timer<P> {
    async fn sleep(&self, duration: Duration) {
        self.0.sleep(duration).await;
    }
}

impl<P> Clone for Timer<P> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<P> fmt::Debug for Timer<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Timer").finish_non_exhaustive()
    }
}

/// The running program.
pub struct Program<P>(Executor<P>);

impl<P: Platform> Program<P> {
    /// The program that an executor runs.
    pub fn of(executor: Executor<P>) -> Self {
        Self(executor)
    }
}

impl<P: Platform + 'static> unik::program::Program for Program<P> {
    type Stopping = Stopping;

    fn spawn(&self, task: impl Future<Output = ()> + 'static) {
        let running = self.0.shared.life.background.begin();
        self.0.spawn(async move {
            task.await;
            drop(running);
        });
    }

    fn stopping(&self) -> Stopping {
        Stopping::new(&self.0.shared.life)
    }

    fn is_stopping(&self) -> bool {
        self.0.shared.life.stop.borrow().asked
    }
}

impl<P> Clone for Program<P> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<P> fmt::Debug for Program<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Program").finish_non_exhaustive()
    }
}

/// Whether the program shall stop, and what is still at work in it.
#[derive(Debug, Default)]
pub(crate) struct Life {
    stop: Rc<RefCell<Stop>>,
    background: Rc<Background>,
}

/// Tasks of [`unik::program::Program::spawn`] that have not ended, and who waits until all have.
#[derive(Debug, Default)]
struct Background {
    running: Cell<usize>,
    waiting: RefCell<Option<Waker>>,
}

/// A task in the background, until this is dropped.
struct Running(Rc<Background>);

impl Background {
    fn begin(self: &Rc<Self>) -> Running {
        self.running.set(self.running.get() + 1);
        Running(self.clone())
    }

    /// Waits until no task is left.
    async fn ended(&self) {
        poll_fn(|cx| {
            if self.running.get() == 0 {
                return Poll::Ready(());
            }
            *self.waiting.borrow_mut() = Some(cx.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.running.set(self.0.running.get() - 1);
        if self.0.running.get() == 0 {
            let waiting = self.0.waiting.take();
            waiting.into_iter().for_each(Waker::wake);
        }
    }
}

/// Being asked to stop: whether it has happened, and who wants to know.
#[derive(Debug, Default)]
struct Stop {
    asked: bool,
    /// A place for each [`Stopping`] that exists.
    waiting: Vec<Option<Place>>,
}

#[derive(Debug)]
enum Place {
    Unpolled,
    Waiting(Waker),
}

impl Life {
    /// Whether anybody would do something if the program were asked to stop.
    pub(crate) fn is_heeded(&self) -> bool {
        self.stop.borrow().waiting.iter().any(Option::is_some)
    }

    /// Asks the program to stop.
    pub(crate) fn ask(&self) {
        let wakers: Vec<Waker> = {
            let mut stop = self.stop.borrow_mut();
            stop.asked = true;
            let waiting = stop.waiting.iter_mut().flatten();
            waiting
                .filter_map(|place| match core::mem::replace(place, Place::Unpolled) {
                    Place::Waiting(waker) => Some(waker),
                    Place::Unpolled => None,
                })
                .collect()
        };
        // Whoever is woken may look at the state again.
        wakers.into_iter().for_each(Waker::wake);
    }
}

/// Waits until the program is asked to stop: [`unik::program::Program::Stopping`].
#[derive(Debug)]
pub struct Stopping {
    stop: Rc<RefCell<Stop>>,
    place: usize,
}

impl Stopping {
    fn new(life: &Life) -> Self {
        let stop = life.stop.clone();
        let mut state = stop.borrow_mut();
        let place = state.waiting.iter().position(Option::is_none).unwrap_or(state.waiting.len());
        match state.waiting.get_mut(place) {
            Some(free) => *free = Some(Place::Unpolled),
            None => state.waiting.push(Some(Place::Unpolled)),
        }
        drop(state);
        Self { stop, place }
    }
}

impl Future for Stopping {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut stop = self.stop.borrow_mut();
        if stop.asked {
            return Poll::Ready(());
        }
        stop.waiting[self.place] = Some(Place::Waiting(cx.waker().clone()));
        Poll::Pending
    }
}

impl Drop for Stopping {
    fn drop(&mut self) {
        self.stop.borrow_mut().waiting[self.place] = None;
    }
}

impl<P: Platform> Executor<P> {
    /// Asks the program to stop; whether anybody heeds it. If not, there is nothing to finish.
    pub fn stop(&self) -> bool {
        self.shared.life.ask();
        self.shared.life.is_heeded()
    }

    /// Runs a program, and then what it has left in the background, [`GRACE`] at most.
    pub fn run<T>(&self, main: impl Future<Output = T>) -> T {
        self.block_on(async {
            let result = main.await;
            race(self.shared.life.background.ended(), self.sleep(GRACE)).await;
            result
        })
    }
}
