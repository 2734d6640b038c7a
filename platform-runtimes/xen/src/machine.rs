//! The machine as this target knows it: pages that it shares, pages that the tools have made, events and a timer that wake it, and the end.
//!
//! One of the two files with unsafe code: it lends parts of shared memory, follows the clock in a page that the hypervisor writes, and
//! has a static without a lock.

#![allow(unsafe_code, reason = "see above; each block says who guarantees what")]

use alloc::rc::Rc;
use core::cell::{Cell, OnceCell, RefCell};
use core::fmt;
use core::ops::{Deref, Range};
use core::sync::atomic::Ordering;
use core::time::Duration;

use unik_driver::{Atomics, Dma, Memory, NoMemory};
use unik_platform::Exit;
use unik_x86_64::mmio::Mmio;
use unik_x86_64::{Source, clock, console, current, interrupt, memory};

use crate::bus::{self, Request};
use crate::console::Console;
use crate::events::{Events, TIME, WALL};
use crate::guest::Guest;
use crate::hypercall::Xen;
use crate::hypervisor::{Hypervisor, PAGE, Parameter, Port, Reason, Refused, Space};
use crate::page::Page;
use crate::store::Store;

/// Memory of the machine that another domain shares. Only drivers of this crate have it.
#[derive(Debug)]
pub(crate) struct Shared(memory::Shared);

impl Memory for Shared {
    fn address(&self) -> u64 {
        self.0.address()
    }

    fn load8(&self, offset: usize) -> u8 {
        self.0.load(offset)
    }

    fn load16(&self, offset: usize) -> u16 {
        self.0.load(offset)
    }

    fn load32(&self, offset: usize) -> u32 {
        self.0.load(offset)
    }

    fn store8(&self, offset: usize, value: u8) {
        self.0.store(offset, value);
    }

    fn store16(&self, offset: usize, value: u16) {
        self.0.store(offset, value);
    }

    fn store32(&self, offset: usize, value: u32) {
        self.0.store(offset, value);
    }

    fn store64(&self, offset: usize, value: u64) {
        self.0.store(offset, value);
    }

    fn read(&self, offset: usize, into: &mut [u8]) {
        self.0.read(offset, into);
    }

    fn write(&self, offset: usize, from: &[u8]) {
        self.0.write(offset, from);
    }

    fn lend<R>(&self, range: Range<usize>, look: impl FnOnce(&[u8]) -> R) -> R {
        // SAFETY: the drivers, who alone have this, lend what is theirs: what another domain may write is copied, never lent.
        look(unsafe { self.0.slice(range) })
    }

    fn lend_mut<R>(&self, range: Range<usize>, fill: impl FnOnce(&mut [u8]) -> R) -> R {
        // SAFETY: as for `lend`; `Arena` and `Pages` give a range to one user until it is given back.
        fill(unsafe { self.0.slice_mut(range) })
    }
}

impl Atomics for Shared {
    fn compare_exchange16(&self, offset: usize, expected: u16, new: u16) -> Result<u16, u16> {
        self.0.atomic16(offset).compare_exchange(expected, new, Ordering::SeqCst, Ordering::SeqCst)
    }

    fn swap64(&self, offset: usize, value: u64) -> u64 {
        self.0.atomic64(offset).swap(value, Ordering::SeqCst)
    }

    fn fetch_and64(&self, offset: usize, bits: u64) -> u64 {
        self.0.atomic64(offset).fetch_and(bits, Ordering::SeqCst)
    }

    fn fetch_or64(&self, offset: usize, bits: u64) -> u64 {
        self.0.atomic64(offset).fetch_or(bits, Ordering::SeqCst)
    }
}

/// The heap.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Heap;

impl Dma for Heap {
    type Memory = Shared;

    fn allocate(&self, bytes: usize) -> Result<Shared, NoMemory> {
        memory::Shared::new(bytes).map(Shared).map_err(|_| NoMemory { bytes })
    }
}

/// A page that the tools have made for a ring. It is no RAM of this domain.
struct Window(Mmio);

impl Page for Window {
    fn load8(&self, offset: usize) -> u8 {
        self.0.read8(offset)
    }

    fn store8(&self, offset: usize, value: u8) {
        self.0.write8(offset, value);
    }

    fn load32(&self, offset: usize) -> u32 {
        self.0.read32(offset)
    }

    fn store32(&self, offset: usize, value: u32) {
        self.0.write32(offset, value);
    }
}

/// A value of the one processor.
pub(crate) struct OneProcessor<T>(T);

// SAFETY: an image runs on one processor, and no interrupt handler knows of this crate, so nothing uses the value at the same time
// as something else. On the host nothing uses it: it needs the machine.
unsafe impl<T> Sync for OneProcessor<T> {}

impl<T> OneProcessor<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(value)
    }
}

impl<T> Deref for OneProcessor<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// A console that does not take anything for so many looks is dead: what would be written is lost, the program goes on, and does not wait
/// for it again until it has taken something.
const PATIENCE: u32 = 100_000_000;

/// What the whole program has of the hypervisor, once it is found.
struct Found {
    xen: Cell<Option<Xen>>,
    console: RefCell<Option<(Console<Window>, Port)>>,
    /// The console has not taken what was written last.
    dead: Cell<bool>,
    reason: Cell<Reason>,
    guest: OnceCell<Guest<Xen, Heap>>,
    /// When the timer will ring, if it will.
    armed: Cell<Option<Duration>>,
}

static FOUND: OneProcessor<Found> = OneProcessor::new(Found {
    xen: Cell::new(None),
    console: RefCell::new(None),
    dead: Cell::new(false),
    reason: Cell::new(Reason::PowerOff),
    guest: OnceCell::new(),
    armed: Cell::new(None),
});

/// Why the machine cannot be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// There is another hypervisor, or none.
    NotXen,
    /// Xen refuses what every guest may have.
    Refused(Refused),
    /// A page or port that the tools make for every guest is missing, or lies where none can.
    Missing(Parameter),
    /// There is no memory for the page of the events.
    Memory,
    /// There is no vector left at which the hypervisor could interrupt the processor.
    Vectors,
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotXen => f.write_str("this machine is no guest of Xen"),
            Self::Refused(refused) => refused.fmt(f),
            Self::Missing(parameter) => write!(f, "the tools have not made what {parameter:?} names"),
            Self::Memory => f.write_str("there is no memory for the page of the events"),
            Self::Vectors => f.write_str("there is no vector left for the interrupt of the events"),
        }
    }
}

impl core::error::Error for Unusable {}

impl From<Refused> for Unusable {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

/// Takes the guest over from the plain machine: its console, its end, its clock, its events, its store. Everything but the store's
/// requests works before the executor runs.
pub(crate) fn start() -> Result<(), Unusable> {
    let xen = Xen::find().ok_or(Unusable::NotXen)?;
    FOUND.xen.set(Some(xen));
    unik_x86_64::end_by(end);
    let ring = Console::new(window(xen, Parameter::ConsolePage)?);
    FOUND.console.replace(Some((ring, port(xen, Parameter::ConsolePort)?)));
    console::set(write);

    let info = Heap.allocate(PAGE).map_err(|_| Unusable::Memory)?;
    xen.map(Space::SharedInfo, 0, info.address())?;
    let address = info.address();
    let events = Rc::new(Events::new(info));
    // SAFETY: the hypervisor keeps both there from now on. `events` is kept by the machine for as long as the program runs, and
    // reaches the page by volatile and atomic accesses alone.
    unsafe { clock::follow(address + TIME as u64, address + WALL as u64) };
    let vector = interrupt::vector().map_err(|_| Unusable::Vectors)?;
    // A vector, by which the processor is interrupted for as long as the upcall is pending.
    xen.set_parameter(Parameter::Callback, 2 << 56 | u64::from(vector))?;
    // The timer of the emulated controller would have to be measured first, and each access to it costs an exit.
    if clock::system_time(Duration::ZERO).is_some() && events.unmask_timer(xen.timer()?) {
        interrupt::wake_by(wake_at);
    }
    current().platform().add_source(Rc::new(Upcalls(events.clone())));

    let to_store = port(xen, Parameter::StorePort)?;
    let store = Store::new(window(xen, Parameter::StorePage)?, move || tell(xen, to_store));
    events.unmask(to_store);
    current().platform().add_source(Rc::new(Connection(store.clone())));
    current().spawn(heed(store.clone()));
    // This runs once.
    let _ = FOUND.guest.set(Guest::new(xen, Heap, events, store));
    Ok(())
}

fn window(xen: Xen, parameter: Parameter) -> Result<Window, Unusable> {
    let address = xen.parameter(parameter)?.checked_mul(PAGE as u64).filter(|address| *address != 0);
    let page = address.and_then(|address| Mmio::find(address, PAGE));
    page.map(Window).ok_or(Unusable::Missing(parameter))
}

fn port(xen: Xen, parameter: Parameter) -> Result<Port, Unusable> {
    let port = u32::try_from(xen.parameter(parameter)?).ok().filter(|port| *port != 0);
    port.map(Port).ok_or(Unusable::Missing(parameter))
}

/// Lets the timer ring at a time or before. False if that has come, or Xen does not take it.
fn wake_at(until: Duration) -> bool {
    let (Some(xen), Some(guest)) = (FOUND.xen.get(), FOUND.guest.get()) else { return false };
    if guest.events.has_rung() {
        FOUND.armed.set(None);
    }
    if until <= clock::now() {
        return false;
    }
    // A timer that will ring in time is left alone: waking up early costs less than telling it again and again.
    if FOUND.armed.get().is_some_and(|armed| armed <= until) {
        return true;
    }
    let set = clock::system_time(until).is_some_and(|at| xen.set_timer(at).is_ok());
    FOUND.armed.set(set.then_some(until));
    set
}

/// Tells the other end of a port. One that is gone is noticed by its silence.
fn tell(xen: Xen, port: Port) {
    let _: Result<(), Refused> = xen.notify(port);
}

/// The events of the machine.
struct Upcalls(Rc<Events<Shared>>);

impl Source for Upcalls {
    fn poll(&self) -> bool {
        self.0.take()
    }

    fn arm(&self) -> bool {
        self.0.has_come()
    }
}

/// The way to the store.
struct Connection(Store);

impl Source for Connection {
    fn poll(&self) -> bool {
        self.0.poll()
    }

    fn arm(&self) -> bool {
        self.0.has_work()
    }
}

/// What the console says when the tools want the program to be started again; the launcher looks for it.
const ASKED: &str = "asked to start again";

/// Stops the program when the tools ask for it.
async fn heed(store: Store) {
    let error = bus::listen(&store, |request| {
        if request == Request::Reboot {
            FOUND.reason.set(Reason::Reboot);
            // A processor that was reset has the same reason: whoever reads the console can tell them apart.
            console::write_line(ASKED);
        }
        unik_x86_64::press();
    })
    .await;
    log::warn!("the tools can no longer ask this program to stop: {error}");
}

/// What this guest has; nothing on another machine.
pub(crate) fn guest() -> Option<Guest<Xen, Heap>> {
    FOUND.guest.get().cloned()
}

/// Lets the machine look at a driver from now on.
pub(crate) fn watch(driver: Rc<dyn Source>) {
    current().platform().add_source(driver);
}

fn write(bytes: &[u8]) {
    // A panic while it writes finds it borrowed: its words are lost, and the program ends.
    let Ok(mut console) = FOUND.console.try_borrow_mut() else { return };
    let (Some((ring, port)), Some(xen)) = (&mut *console, FOUND.xen.get()) else { return };
    let patience = patience();
    let (mut rest, mut looks) = (bytes, 0);
    while !rest.is_empty() && looks < patience {
        let written = ring.write(rest, || tell(xen, *port));
        looks = if written == 0 { looks + 1 } else { 0 };
        rest = &rest[written..];
    }
    FOUND.dead.set(!rest.is_empty());
}

/// How many looks the console gets.
fn patience() -> u32 {
    if FOUND.dead.get() { 1 } else { PATIENCE }
}

/// Tells the hypervisor that the program is done, once the host has taken its last words.
fn end(code: Exit) {
    let Some(xen) = FOUND.xen.get() else { return };
    if let Ok(console) = FOUND.console.try_borrow()
        && let Some((ring, _)) = &*console
    {
        let (patience, mut looks) = (patience(), 0);
        while !ring.is_empty() && looks < patience {
            looks += 1;
        }
    }
    // It returns only if it is refused; then the machine has ways of its own.
    xen.shut_down(if code == Exit::PANIC { Reason::Crash } else { FOUND.reason.get() });
    console::early(b"Xen does not end this guest when it asks for it\r\n");
}
