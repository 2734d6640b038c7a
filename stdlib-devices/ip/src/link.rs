//! What all parts of a stack share, and the task that moves its packets.
//!
//! The task takes what has arrived, lets every other task that is ready run, then sends what all of them have to say: so answers go out
//! together, and the interface is told once. It ends when nobody has a part of the stack any more and nothing is left to be sent; or when
//! the interface has gone for good, which it tells everybody who waits. Who asks for something later is told so by the interface itself.

use alloc::rc::Rc;
use core::cell::RefCell;
use core::fmt;
use core::future::poll_fn;
use core::marker::PhantomData;
use core::task::Poll;
use core::time::Duration;

use smoltcp::time::Instant;
use unik::clock::{Deadline, Monotonic, Sleep};
use unik::concurrent::yield_now;
use unik::net::Nic;
use unik::program::Program;
use unik::random::Random;

use crate::net::Net;
use crate::state::{Around, Parts, State};

/// The devices that a stack stands on.
pub trait World: 'static {
    /// The network interface.
    type Nic: Nic + 'static;
    /// The timer.
    type Sleep: Sleep + 'static;
    /// The random numbers.
    type Random: Random + 'static;
    /// The program.
    type Program: Program;
}

/// Four devices that a stack stands on.
#[derive(Debug)]
pub struct On<N, S, R, P>(PhantomData<(N, S, R, P)>);

impl<N: Nic + 'static, S: Sleep + 'static, R: Random + 'static, P: Program> World for On<N, S, R, P> {
    type Nic = N;
    type Sleep = S;
    type Random = R;
    type Program = P;
}

/// A stack that is shared by its parts, by connections, and by the task that serves them.
pub struct Link<W: World>(Rc<Shared<W>>);

struct Shared<W: World> {
    nic: W::Nic,
    sleep: W::Sleep,
    random: W::Random,
    program: W::Program,
    state: RefCell<State>,
}

impl<W: World> Link<W> {
    /// A stack of which nothing is switched on yet, and its task.
    pub(crate) fn start(nic: W::Nic, sleep: W::Sleep, random: W::Random, program: W::Program) -> Self {
        let around = Around { nic: &nic, random: &random, now: instant(sleep.now()), stopping: false };
        let state = RefCell::new(State::new(around));
        let shared: Rc<Shared<W>> = Rc::new(Shared { nic, sleep, random, program, state });
        let task = shared.clone();
        let program: &W::Program = &shared.program;
        program.spawn(async move { task.run().await });
        Self(shared)
    }

    /// Whether both are the same stack.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }

    pub(crate) fn sleep(&self) -> &W::Sleep {
        &self.0.sleep
    }

    pub(crate) fn program(&self) -> &W::Program {
        &self.0.program
    }

    /// Looks at the state, or changes it. It must not be done while it is being done.
    pub(crate) fn with<T>(&self, change: impl FnOnce(&mut State, Around<'_, W::Nic>) -> T) -> T {
        self.0.with(change)
    }

    /// Looks at the parts, or changes them.
    pub(crate) fn parts<T>(&self, change: impl FnOnce(&mut Net<'_, W::Nic>, &mut Parts) -> T) -> T {
        self.0.with(|state, around| {
            let (mut net, parts) = state.split(around);
            change(&mut net, parts)
        })
    }
}

impl<W: World> Clone for Link<W> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<W: World> Drop for Link<W> {
    fn drop(&mut self) {
        // This one and the task's: then the task may end.
        if Rc::strong_count(&self.0) <= 2 {
            self.0.state.borrow_mut().agenda().wake();
        }
    }
}

impl<W: World> fmt::Debug for Link<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link").finish_non_exhaustive()
    }
}

impl<W: World> Shared<W> {
    fn with<T>(&self, change: impl FnOnce(&mut State, Around<'_, W::Nic>) -> T) -> T {
        let around = Around {
            nic: &self.nic,
            random: &self.random,
            now: instant(self.sleep.now()),
            stopping: self.program.is_stopping(),
        };
        change(&mut self.state.borrow_mut(), around)
    }

    async fn run(self: Rc<Self>) {
        let mut deadline = Deadline::new(&self.sleep);
        loop {
            self.with(State::ingress);
            // Whoever was woken may have an answer, and it goes out with the others.
            yield_now().await;
            self.with(State::egress);
            self.nic.flush();
            if let Some(cause) = self.nic.detached() {
                return self.with(|state, around| state.detach(around, &cause.into()));
            }
            if Rc::strong_count(&self) == 1 && self.with(|state, _| state.is_idle()) {
                return;
            }
            let now = instant(self.sleep.now());
            match self.with(|state, _| state.next()) {
                Some(at) if at <= now => continue,
                Some(at) => deadline.set(Duration::from_micros((at - now).total_micros())),
                None => deadline.set(Duration::MAX),
            }
            // It passes, or something happens: both are looked at.
            let _ = deadline.limit(self.something()).await;
        }
    }

    /// Waits until there is something to do now.
    async fn something(self: &Rc<Self>) {
        poll_fn(|cx| {
            let mut state = self.state.borrow_mut();
            if state.has_work(&self.nic) || (Rc::strong_count(self) == 1 && state.is_idle()) {
                return Poll::Ready(());
            }
            state.agenda().wait(cx.waker());
            self.nic.poll_ready(cx)
        })
        .await;
    }
}

/// A time in smoltcp's words.
fn instant(time: Duration) -> Instant {
    Instant::from_micros(i64::try_from(time.as_micros()).unwrap_or(i64::MAX))
}
