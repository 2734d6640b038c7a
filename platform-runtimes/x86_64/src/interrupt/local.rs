//! The interrupt controller of the processor, and its timer (SDM 3A, chapter 11).

use core::time::Duration;

use crate::mmio::Mmio;
use crate::traps::{self, FIRST, SPURIOUS};
use crate::{clock, cpu};

use super::TIMER;

const MSR_BASE: u32 = 0x1b;
const MSR_DEADLINE: u32 = 0x6e0;
/// Of an x2APIC: the first MSR, and how many bytes of the other registers one of them stands for.
const MSR_FIRST: u32 = 0x800;

const ID: u32 = 0x20;
const END_OF_INTERRUPT: u32 = 0xb0;
const SPURIOUS_VECTOR: u32 = 0xf0;
const TIMER_ENTRY: u32 = 0x320;
const LINT0_ENTRY: u32 = 0x350;
const INITIAL_COUNT: u32 = 0x380;
const CURRENT_COUNT: u32 = 0x390;
const DIVIDE: u32 = 0x3e0;

const ENABLED: u32 = 1 << 8;
const MASKED: u32 = 1 << 16;
const DEADLINE_MODE: u32 = 1 << 18;
const BY_ONE: u32 = 0b1011;

/// How long the timer is measured against the clock.
const WINDOW: u64 = 200_000;

/// Where the registers are.
#[derive(Clone, Copy, Debug)]
enum Registers {
    Memory(Mmio),
    /// Model specific registers.
    X2,
}

impl Registers {
    fn read(self, register: u32) -> u32 {
        match self {
            Self::Memory(registers) => registers.read32(register as usize),
            // SAFETY: the firmware has switched x2APIC on, so its registers exist.
            Self::X2 => cpu::halves(unsafe { cpu::read_msr(MSR_FIRST + register / 16) })[0],
        }
    }

    fn write(self, register: u32, value: u32) {
        match self {
            Self::Memory(registers) => registers.write32(register as usize, value),
            // SAFETY: as for reading; only interrupts are concerned, whose handlers stand.
            Self::X2 => unsafe { cpu::write_msr(MSR_FIRST + register / 16, value.into()) },
        }
    }
}

/// How the timer is told when to fire.
#[derive(Clone, Copy, Debug)]
enum Timer {
    /// The time stamp counter's value.
    Deadline,
    /// Ticks from now, of which there are so many in 2²⁰ ns.
    Count(u64),
}

/// The controller of the one processor.
#[derive(Debug)]
pub(super) struct Local {
    registers: Registers,
    /// Found out when it is first needed.
    timer: Option<Timer>,
    /// When the timer will fire, if it will.
    armed: Option<Duration>,
}

impl Local {
    /// Switches it on; nothing if the processor has none.
    pub(super) fn start() -> Option<Self> {
        const APIC: u32 = 1 << 9;
        const X2_ENABLED: u64 = 1 << 10;
        const GLOBALLY_ENABLED: u64 = 1 << 11;
        if cpu::cpuid(1, 0)?.edx & APIC == 0 {
            return None;
        }
        // SAFETY: a processor with a local controller has the register.
        let base = unsafe { cpu::read_msr(MSR_BASE) };
        if base & GLOBALLY_ENABLED == 0 {
            return None;
        }
        let registers = if base & X2_ENABLED != 0 {
            traps::set_end_of_interrupt(None);
            Registers::X2
        } else {
            let address = base & 0x000f_ffff_ffff_f000;
            traps::set_end_of_interrupt(Some(address + u64::from(END_OF_INTERRUPT)));
            Registers::Memory(Mmio::try_map(address, 4096).ok()?)
        };
        registers.write(LINT0_ENTRY, MASKED);
        registers.write(TIMER_ENTRY, MASKED);
        registers.write(SPURIOUS_VECTOR, ENABLED | u32::from(SPURIOUS));
        Some(Self { registers, timer: None, armed: None })
    }

    /// By which number other controllers know this processor.
    pub(super) fn id(&self) -> u32 {
        match self.registers {
            Registers::Memory(_) => self.registers.read(ID) >> 24,
            Registers::X2 => self.registers.read(ID),
        }
    }

    /// The timer has fired, and will not again.
    pub(super) fn timer_has_fired(&mut self) {
        self.armed = None;
    }

    /// Lets the timer fire at `until` or before. False if that has come.
    pub(super) fn wake_at(&mut self, until: Duration, now: Duration) -> bool {
        if until <= now {
            return false;
        }
        // A timer that will fire in time is left alone: waking up early costs less than telling it again and again.
        if self.armed.is_some_and(|armed| now < armed && armed <= until) {
            return true;
        }
        let registers = self.registers;
        let timer = *self.timer.get_or_insert_with(|| start_timer(registers));
        match timer {
            Timer::Deadline => {
                let Some(at) = clock::timestamp_at(until) else { return false };
                // SAFETY: the processor has the register; the handler of the timer's vector stands. Zero would switch
                // it off.
                unsafe { cpu::write_msr(MSR_DEADLINE, at.max(1)) };
                self.armed = Some(until);
            }
            Timer::Count(rate) => {
                let (ticks, wait) = ticks(until - now, rate);
                registers.write(INITIAL_COUNT, ticks);
                self.armed = Some(now.saturating_add(wait));
            }
        }
        true
    }
}

/// Finds out how the timer counts, and leaves it stopped.
fn start_timer(registers: Registers) -> Timer {
    const DEADLINE: u32 = 1 << 24;
    let vector = u32::from(FIRST + TIMER);
    if cpu::cpuid(1, 0).is_some_and(|leaf| leaf.ecx & DEADLINE != 0) {
        registers.write(TIMER_ENTRY, vector | DEADLINE_MODE);
        // The entry takes effect before the register is written (SDM 3A, 11.5.4.1).
        core::sync::atomic::fence(core::sync::atomic::Ordering::SeqCst);
        return Timer::Deadline;
    }
    registers.write(DIVIDE, BY_ONE);
    registers.write(INITIAL_COUNT, u32::MAX);
    let start = closest(registers);
    while clock::nanoseconds() - start.time < WINDOW {
        cpu::relax();
    }
    let end = closest(registers);
    registers.write(INITIAL_COUNT, 0);
    registers.write(TIMER_ENTRY, vector);
    Timer::Count(rate(start.count.wrapping_sub(end.count), end.time - start.time))
}

/// The clock and the timer at one time.
#[derive(Clone, Copy)]
struct Look {
    time: u64,
    count: u32,
    /// How long the look took.
    took: u64,
}

fn look(registers: Registers) -> Look {
    let before = clock::nanoseconds();
    let count = registers.read(CURRENT_COUNT);
    let took = clock::nanoseconds() - before;
    Look { time: before + took / 2, count, took }
}

/// Of several looks the one that took the shortest: the machine may be interrupted during any, and one that is
/// interpreted reads what it runs for the first time.
fn closest(registers: Registers) -> Look {
    let mut best = look(registers);
    for _ in 0..7 {
        let next = look(registers);
        if next.took < best.took {
            best = next;
        }
    }
    best
}

/// Ticks in 2²⁰ ns.
fn rate(ticks: u32, nanoseconds: u64) -> u64 {
    ((u64::from(ticks) << 20) / nanoseconds.max(1)).max(1)
}

/// How many ticks to wait, at least one; and how long that will be, which is less than asked for if the counter is
/// too short.
fn ticks(wait: Duration, rate: u64) -> (u32, Duration) {
    let ticks = (wait.as_nanos().saturating_mul(rate.into()) >> 20).saturating_add(1);
    match u32::try_from(ticks) {
        Ok(ticks) => (ticks, wait),
        Err(_) => {
            let longest = (u128::from(u32::MAX) << 20) / u128::from(rate);
            (u32::MAX, Duration::from_nanos(u64::try_from(longest).unwrap_or(u64::MAX)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_as_many_ticks_as_the_timer_makes() {
        // 1 GHz, as QEMU has it, 24 MHz, as some processors have it.
        for (frequency, in_window) in [(1_000_000_000, 200_000), (24_000_000, 4_800)] {
            let rate = rate(in_window, WINDOW);
            for wait in [1, 1_000, 1_000_000, 1_000_000_000] {
                let (ticks, waits) = ticks(Duration::from_nanos(wait), rate);
                let exact = wait * frequency / 1_000_000_000;
                assert!(u64::from(ticks).abs_diff(exact) <= exact / 1_000 + 1, "{frequency} {wait}: {ticks}");
                assert_eq!(waits, Duration::from_nanos(wait));
            }
        }
    }

    #[test]
    fn a_wait_that_the_counter_cannot_hold_is_shorter() {
        let rate = rate(200_000, WINDOW);
        let (ticks, waits) = ticks(Duration::MAX, rate);
        assert_eq!(ticks, u32::MAX);
        assert_eq!(waits.as_secs(), 4);
        assert!(self::ticks(Duration::MAX, self::rate(0, 0)).1 > Duration::from_secs(1));
    }
}
