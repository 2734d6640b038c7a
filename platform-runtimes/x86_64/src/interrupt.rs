//! Interrupts: what wakes the sleeping machine.
//!
//! A handler only leaves a mark, ends the interrupt at the controller, and returns *with interrupts off*. So one
//! interrupt at most is handled at a time, and a device that goes on asserting its line, because nobody has looked at
//! it yet, does not keep the processor in its handler.

mod local;
mod routing;

use core::cell::{Cell, RefCell};
use core::time::Duration;

use crate::acpi;
use crate::error::Error;
use crate::single::Single;
use crate::traps::{self, FIRST, VECTORS};
use crate::{clock, port::Ports};
use local::Local;
use routing::Routing;

/// How a device raises its interrupt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// By a change of its line.
    Edge,
    /// By its line, for as long as it wants to be looked at.
    Level,
}

/// An interrupt that arrives at the processor.
#[derive(Debug)]
pub struct Vector {
    index: u8,
    /// How many of it this has seen.
    seen: Cell<u32>,
}

impl Vector {
    fn of(index: u8) -> Self {
        Self { index, seen: Cell::new(count(index)) }
    }

    /// Whether the interrupt has come since this was last asked. Asking costs no look at a device.
    pub fn fired(&self) -> bool {
        let count = count(self.index);
        self.seen.replace(count) != count
    }
}

/// The index of the timer's vector.
const TIMER: u8 = 0;

static COUNTS: Single<[Cell<u32>; VECTORS as usize]> =
    Single::new([const { Cell::new(0) }; VECTORS as usize]);
static NEXT: Single<Cell<u8>> = Single::new(Cell::new(TIMER + 1));
static LOCAL: Single<RefCell<Option<Option<Local>>>> = Single::new(RefCell::new(None));
static ROUTING: Single<RefCell<Option<Routing>>> = Single::new(RefCell::new(None));

/// How often an interrupt has come; those that came together count once.
fn count(index: u8) -> u32 {
    let count = &COUNTS[usize::from(index)];
    if traps::take_fired(index) {
        count.set(count.get().wrapping_add(1));
    }
    count.get()
}

fn take_vector() -> Result<u8, Error> {
    let index = NEXT.get();
    if index == VECTORS {
        return Err(Error::NoVector);
    }
    NEXT.set(index + 1);
    Ok(index)
}

/// A vector at which a hypervisor itself interrupts the processor, past every controller.
///
/// # Errors
/// [`Error::NoVector`].
pub fn vector() -> Result<u8, Error> {
    take_vector().map(|index| FIRST + index)
}

/// A platform's own way to be woken: sees to it that the processor is interrupted at this time since the start, or before. False if it
/// must not sleep: the time has come, or nothing would wake it.
pub type Alarm = fn(Duration) -> bool;

static ALARM: Single<Cell<Option<Alarm>>> = Single::new(Cell::new(None));

/// Wakes the processor by this from now on, and not by the timer of its local controller.
pub fn wake_by(alarm: Alarm) {
    ALARM.set(Some(alarm));
}

/// Does something with the local controller, which is started when it is first needed.
fn with_local<T>(does: impl FnOnce(&mut Local) -> T) -> Result<T, Error> {
    let mut local = LOCAL.borrow_mut();
    let local = local.get_or_insert_with(|| {
        silence_old_controllers();
        Local::start()
    });
    local.as_mut().map(does).ok_or(Error::NoLocalController)
}

/// Masks all interrupts of the two controllers of the PC, whose vectors would be those of exceptions (Intel 8259A).
fn silence_old_controllers() {
    for port in [0x21, 0xa1] {
        Ports::new(port, 1).write8(0, 0xff);
    }
}

/// Lets a global system interrupt arrive at the processor. Who asks for one that is routed already shares it, and how
/// it was first routed counts.
///
/// # Errors
/// [`Error::NoController`], [`Error::NoVector`], [`Error::NoLocalController`].
pub fn route(gsi: u32, trigger: Trigger) -> Result<Vector, Error> {
    let processor = with_local(|local| local.id())?;
    let mut routing = ROUTING.borrow_mut();
    let routing = routing.get_or_insert_with(|| Routing::new(acpi::controllers()));
    if let Some(index) = routing.vector(gsi) {
        return Ok(Vector::of(index));
    }
    let entry = routing.find(gsi).ok_or(Error::NoController(gsi))?;
    let index = take_vector()?;
    routing.set(gsi, entry, index, FIRST + index, trigger == Trigger::Level, processor);
    Ok(Vector::of(index))
}

/// The same for an interrupt as ISA numbers it.
pub(crate) fn route_isa(interrupt: u8, trigger: Trigger) -> Result<Vector, Error> {
    let global = {
        let mut routing = ROUTING.borrow_mut();
        routing.get_or_insert_with(|| Routing::new(acpi::controllers())).global(interrupt)
    };
    route(global, trigger)
}

/// What a device writes where to raise an interrupt of its own: address and data (SDM 3A, 11.11).
///
/// # Errors
/// [`Error::NoVector`], [`Error::NoLocalController`].
pub fn message() -> Result<(u64, u32), Error> {
    let processor = with_local(|local| local.id())?;
    // The address has eight bits for the processor.
    let processor = u8::try_from(processor).map_err(|_| Error::NoLocalController)?;
    let index = take_vector()?;
    Ok((0xfee0_0000 | u64::from(processor) << 12, u32::from(FIRST + index)))
}

/// The interrupt that a message with this data raises.
///
/// # Panics
/// If the data did not come from [`message`].
pub fn of_message(data: u32) -> Vector {
    let index = data.checked_sub(FIRST.into()).and_then(|index| u8::try_from(index).ok());
    Vector::of(index.filter(|index| *index < VECTORS).expect("data of a message has one of our vectors"))
}

/// Sees to it that the processor is woken at a time, if it is not sooner. False if the machine must not sleep: the
/// time has come, or it has no timer to wake it.
pub(crate) fn wake_at(until: Option<Duration>) -> bool {
    if let Some(alarm) = ALARM.get() {
        return until.is_none_or(alarm);
    }
    let fired = traps::take_fired(TIMER);
    with_local(|local| {
        if fired {
            local.timer_has_fired();
        }
        match until {
            Some(until) => local.wake_at(until, clock::now()),
            None => true,
        }
    })
    .unwrap_or(false)
}
