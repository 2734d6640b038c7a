//! XenStore as tasks see it: any number of them ask at the same time, over one ring.
//!
//! It decides how many requests are under way, and who is next. A task that goes away before its answer comes takes nothing with
//! it. Nothing here waits for the machine: whoever has it calls [`Store::poll`] whenever it wakes.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::RefCell;
use core::fmt;
use core::future::poll_fn;
use core::task::{Context, Poll, Waker};

use unik_driver::Line;

use crate::page::Page;
use crate::store::engine::Engine;
use crate::store::error::Error;
use crate::store::nodes::Nodes;
use crate::store::wire::{Kind, LONGEST};

/// Requests of tasks that are under way at a time; a server takes 20 of a domain before it lets it wait (xenstored, `quota_req_outstanding`).
const MOST: usize = 16;

/// XenStore. Clones are the same connection.
#[derive(Clone)]
pub struct Store(Rc<Shared>);

struct Shared {
    engine: RefCell<Engine>,
    places: RefCell<Places>,
    notify: Box<dyn Fn()>,
}

#[derive(Default)]
struct Places {
    taken: usize,
    line: Line,
}

impl Store {
    /// Over the ring's page. `notify` tells the server that there is something to look at.
    pub fn new(page: impl Page + 'static, notify: impl Fn() + 'static) -> Self {
        Self(Rc::new(Shared {
            engine: RefCell::new(Engine::new(Box::new(page))),
            places: RefCell::default(),
            notify: Box::new(notify),
        }))
    }

    /// Moves what has come and what is to go; whether somebody was woken. To be called whenever the machine wakes.
    pub fn poll(&self) -> bool {
        let wakers = self.with(|_| {}).1;
        let any = !wakers.is_empty();
        wakers.into_iter().for_each(Waker::wake);
        any
    }

    /// Whether there is something to do for [`Store::poll`]. Every change at the other end comes with an event.
    pub fn has_work(&self) -> bool {
        self.0.engine.borrow().has_work()
    }

    /// Whether the connection has ended for good.
    pub fn is_broken(&self) -> bool {
        self.0.engine.borrow().is_broken()
    }

    /// Does something with the engine, then moves what there is to move; whom to wake of it.
    fn with<R>(&self, act: impl FnOnce(&mut Engine) -> R) -> (R, Vec<Waker>) {
        let mut engine = self.0.engine.borrow_mut();
        let result = act(&mut engine);
        let tell = engine.work();
        let wakers = engine.take_wakers();
        drop(engine);
        if tell {
            (self.0.notify)();
        }
        (result, wakers)
    }

    /// As [`Store::with`], and wakes them.
    pub(crate) fn act<R>(&self, act: impl FnOnce(&mut Engine) -> R) -> R {
        let (result, wakers) = self.with(act);
        wakers.into_iter().for_each(Waker::wake);
        result
    }

    /// Which connection it is.
    pub(crate) fn generation(&self) -> u32 {
        self.0.engine.borrow().generation()
    }

    /// Polls for the next event of a watch.
    pub(crate) fn poll_event(
        &self,
        token: u32,
        cx: &Context<'_>,
    ) -> Poll<Result<alloc::string::String, Error>> {
        self.0.engine.borrow_mut().event(token, cx.waker())
    }

    /// Sends a request of a transaction, or of none, and waits for the answer. `generation` is that of the transaction.
    pub(crate) async fn request(
        &self,
        kind: Kind,
        (transaction, generation): (u32, Option<u32>),
        message: Vec<u8>,
    ) -> Result<Vec<u8>, Error> {
        if message.len() > LONGEST {
            return Err(Error::TooLong { bytes: message.len() });
        }
        let _place = Place::take(&self.0).await;
        if self.is_broken() {
            return Err(Error::Broken);
        }
        if generation.is_some_and(|generation| generation != self.generation()) {
            return Err(Error::Lost);
        }
        let mut asked = Asked { store: self, request: None };
        poll_fn(|cx| match asked.request {
            None => {
                let request = self.act(|engine| engine.ask(kind, transaction, &message, cx.waker()));
                asked.request = Some(request);
                self.0.engine.borrow_mut().answer(request, cx.waker())
            }
            Some(request) => self.0.engine.borrow_mut().answer(request, cx.waker()),
        })
        .await
    }
}

impl Nodes for Store {
    async fn ask(&self, kind: Kind, message: Vec<u8>) -> Result<Vec<u8>, Error> {
        self.request(kind, (0, None), message).await
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("broken", &self.is_broken()).finish_non_exhaustive()
    }
}

/// A request; forgotten when its future is dropped.
struct Asked<'a> {
    store: &'a Store,
    request: Option<u32>,
}

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        if let Some(request) = self.request {
            // What has been answered and taken is not known any more.
            self.store.act(|engine| engine.abandon(request));
        }
    }
}

/// One of the [`MOST`] places.
struct Place<'a> {
    shared: &'a Shared,
    waiting: Option<u64>,
    taken: bool,
}

impl<'a> Place<'a> {
    async fn take(shared: &'a Shared) -> Self {
        let mut place = Self { shared, waiting: None, taken: false };
        poll_fn(|cx| {
            let mut places = shared.places.borrow_mut();
            if places.taken == MOST || places.line.is_before(place.waiting) {
                places.line.wait(&mut place.waiting, cx.waker());
                return Poll::Pending;
            }
            places.line.leave(place.waiting.take());
            places.taken += 1;
            place.taken = true;
            Poll::Ready(())
        })
        .await;
        // There may be room for the next one too.
        place.wake_first();
        place
    }

    fn wake_first(&self) {
        let places = self.shared.places.borrow();
        let first = if places.taken < MOST { places.line.first() } else { None };
        drop(places);
        first.into_iter().for_each(Waker::wake);
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut places = self.shared.places.borrow_mut();
        places.line.leave(self.waiting);
        places.taken -= usize::from(self.taken);
        drop(places);
        self.wake_first();
    }
}
