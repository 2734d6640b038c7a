//! A program in memory: tasks in the background beside a test, and being asked to stop.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};
use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};

use unik::concurrent::Tasks;

type Task<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// A program; clones are the same one.
#[derive(Clone, Default)]
pub struct Program(Rc<Shared>);

#[derive(Default)]
struct Shared {
    spawned: RefCell<Vec<Task<'static>>>,
    running: Cell<usize>,
    stop: Rc<RefCell<Stop>>,
}

#[derive(Debug, Default)]
struct Stop {
    asked: bool,
    waiting: Vec<Waker>,
}

impl Program {
    /// Runs `main`, and beside it what is spawned, each polled alone and in the order in which they are woken. Waits until everything that
    /// was spawned has ended.
    pub async fn run<T>(&self, main: impl Future<Output = T>) -> T {
        let result = Cell::new(None);
        let mut tasks: Tasks<Task<'_>> = Tasks::new();
        tasks.push(Box::pin(async { result.set(Some(main.await)) }));
        core::future::poll_fn(|cx| {
            loop {
                for task in self.0.spawned.borrow_mut().drain(..) {
                    tasks.push(task);
                }
                match tasks.poll_next(cx) {
                    Poll::Ready(None) => return Poll::Ready(()),
                    Poll::Ready(Some(())) => {}
                    Poll::Pending if self.0.spawned.borrow().is_empty() => return Poll::Pending,
                    Poll::Pending => {}
                }
            }
        })
        .await;
        drop(tasks);
        result.take().expect("main has ended, as all tasks have")
    }

    /// Asks the program to stop.
    pub fn stop(&self) {
        let mut stop = self.0.stop.borrow_mut();
        stop.asked = true;
        stop.waiting.drain(..).for_each(Waker::wake);
    }

    /// How many tasks were spawned and have not ended.
    pub fn running(&self) -> usize {
        self.0.running.get()
    }
}

impl unik::program::Program for Program {
    type Stopping = Stopping;

    fn spawn(&self, task: impl Future<Output = ()> + 'static) {
        let shared = self.0.clone();
        shared.running.set(shared.running.get() + 1);
        self.0.spawned.borrow_mut().push(Box::pin(async move {
            task.await;
            shared.running.set(shared.running.get() - 1);
        }));
    }

    fn stopping(&self) -> Stopping {
        Stopping(self.0.stop.clone())
    }

    fn is_stopping(&self) -> bool {
        self.0.stop.borrow().asked
    }
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Program").field("running", &self.running()).finish_non_exhaustive()
    }
}

/// Waits until the program is asked to stop.
#[derive(Debug)]
pub struct Stopping(Rc<RefCell<Stop>>);

impl Future for Stopping {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut stop = self.0.borrow_mut();
        if stop.asked {
            return Poll::Ready(());
        }
        stop.waiting.retain(|other| !other.will_wake(cx.waker()));
        stop.waiting.push(cx.waker().clone());
        Poll::Pending
    }
}
