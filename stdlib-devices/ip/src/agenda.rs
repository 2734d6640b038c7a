//! Who has something to do, and when: what is ready, what waits for a time, and what waits for a neighbour's address.
//!
//! smoltcp asks every socket at every step. Here each has a place of its own, so that a step costs what there is to do,
//! whatever the number of the others.

use alloc::collections::{BTreeMap, BTreeSet, VecDeque};
use alloc::vec::Vec;
use core::task::Waker;

use smoltcp::time::{Duration, Instant};

/// What can have something to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Item {
    /// A TCP connection, by its place.
    #[cfg(feature = "tcp")]
    Tcp(usize),
    /// The UDP socket of a port.
    #[cfg(feature = "udp")]
    Udp(u16),
    /// Who waits for the answers to echoes of an identifier.
    #[cfg(feature = "icmp")]
    Ping(u16),
    /// The DHCP client.
    #[cfg(feature = "dhcp")]
    Dhcp,
    /// Telling the neighbours of our addresses.
    Announce,
    /// Asking routers, and what they have told running out.
    Routers,
}

/// When an item is looked at next.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Plan {
    ready: bool,
    at: Option<Instant>,
}

/// Everything that is to be done.
#[derive(Debug, Default)]
pub(crate) struct Agenda {
    ready: VecDeque<Item>,
    later: BTreeSet<(Instant, Item)>,
    /// What waits for a neighbour's address, and when it was asked for.
    asking: BTreeMap<Item, Instant>,
    task: Option<Waker>,
}

impl Agenda {
    /// Looks at an item before the program waits again.
    pub(crate) fn mark(&mut self, item: Item, plan: &mut Plan) {
        if !core::mem::replace(&mut plan.ready, true) {
            self.ready.push_back(item);
        }
        self.wake();
    }

    /// Looks at an item at a time, and not at the time that was said before.
    pub(crate) fn plan(&mut self, item: Item, plan: &mut Plan, at: Option<Instant>) {
        if plan.at != at {
            if let Some(old) = plan.at {
                self.later.remove(&(old, item));
            }
            if let Some(at) = at {
                self.later.insert((at, item));
            }
            plan.at = at;
        }
    }

    /// Forgets an item that is gone. Should it still stand among those that are ready, nobody will be found in its place.
    pub(crate) fn forget(&mut self, item: Item, plan: &mut Plan) {
        self.plan(item, plan, None);
        self.asking.remove(&item);
        if core::mem::take(&mut plan.ready) {
            self.ready.retain(|other| *other != item);
        }
    }

    /// The next item that is ready; its plan is told so with [`Plan::begin`].
    pub(crate) fn take(&mut self) -> Option<Item> {
        self.ready.pop_front()
    }

    /// The next item whose time has come.
    pub(crate) fn take_due(&mut self, now: Instant) -> Option<Item> {
        let (at, _) = self.later.first()?;
        if *at > now { None } else { self.later.pop_first().map(|(_, item)| item) }
    }

    /// Whether something is ready.
    pub(crate) fn has_ready(&self) -> bool {
        !self.ready.is_empty()
    }

    /// When something is due next.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.later.first().map(|(at, _)| *at)
    }

    /// An item cannot go on before a neighbour has told its address. Whether the neighbour shall be asked for now: once in `pause`.
    pub(crate) fn ask(&mut self, item: Item, now: Instant, pause: Duration) -> bool {
        let asked = self.asking.get(&item);
        let again = asked.is_none_or(|asked| now >= *asked + pause);
        if again {
            self.asking.insert(item, now);
        }
        again
    }

    /// Whether an item waits for a neighbour's address.
    pub(crate) fn is_asking(&self, item: Item) -> bool {
        self.asking.contains_key(&item)
    }

    /// What the neighbours have told is forgotten: whoever waits for one asks again, however short a time ago it has asked.
    pub(crate) fn ask_anew(&mut self) {
        self.asking.values_mut().for_each(|asked| *asked = Instant::from_micros(i64::MIN));
    }

    /// An item has sent something: its neighbour is known.
    pub(crate) fn found(&mut self, item: Item) {
        if !self.asking.is_empty() {
            self.asking.remove(&item);
        }
    }

    /// Those who wait for a neighbour; one may have answered.
    pub(crate) fn asking(&self) -> impl Iterator<Item = Item> + use<> {
        self.asking.keys().copied().collect::<Vec<_>>().into_iter()
    }

    /// Whom to wake when there is something to do.
    pub(crate) fn wait(&mut self, waker: &Waker) {
        match &mut self.task {
            Some(task) => task.clone_from(waker),
            None => self.task = Some(waker.clone()),
        }
    }

    /// Wakes the task.
    pub(crate) fn wake(&mut self) {
        if let Some(task) = self.task.take() {
            task.wake();
        }
    }
}

impl Plan {
    /// An item that was ready or due is looked at now.
    pub(crate) fn begin(&mut self) {
        self.ready = false;
    }

    /// An item was due, and was taken from those that wait.
    pub(crate) fn is_due(&mut self) {
        self.at = None;
    }
}
