//! pvclock: a structure in memory in which the hypervisor says how time follows the time stamp counter (Xen,
//! xen/include/public/xen.h, `struct vcpu_time_info`). KVM writes the same where it is told to (Linux,
//! Documentation/virt/kvm/x86/msr.rst and cpuid.rst); where Xen has it, its platform knows.

use core::cell::UnsafeCell;
use core::ptr::with_exposed_provenance;
use core::sync::atomic::{Ordering, fence};

use crate::cpu;
use crate::hypervisor::Leaves;

use super::scale::{SECOND, narrow};

const MSR_WALL: u32 = 0x4b56_4d00;
const MSR_TIME: u32 = 0x4b56_4d01;
/// The lowest bit of the address switches the page on.
const ENABLE: u64 = 1;

/// What the hypervisor writes for a processor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
struct Page {
    /// Odd while the rest is being written.
    version: u32,
    _pad: u32,
    /// The time stamp counter at `system_time`.
    timestamp: u64,
    /// Nanoseconds.
    system_time: u64,
    /// Nanoseconds per shifted tick, times 2³².
    multiplier: u32,
    /// By how many bits ticks are shifted to the left; to the right if it is negative.
    shift: i8,
    _flags: u8,
    _rest: [u8; 2],
}

/// The time of day when `system_time` was zero.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
struct WallPage {
    version: u32,
    seconds: u32,
    nanoseconds: u32,
}

/// Memory that the hypervisor writes to.
#[derive(Debug)]
#[repr(transparent)]
struct Told<T>(UnsafeCell<T>);

/// The same, in one page, as KVM wants it.
#[repr(align(32))]
struct InOnePage<T>(Told<T>);

// SAFETY: it is read by the one processor alone, as volatile.
unsafe impl<T> Sync for Told<T> {}

static PAGE: InOnePage<Page> = InOnePage(Told(UnsafeCell::new(Page {
    version: 0,
    _pad: 0,
    timestamp: 0,
    system_time: 0,
    multiplier: 0,
    shift: 0,
    _flags: 0,
    _rest: [0; 2],
})));
static WALL: InOnePage<WallPage> =
    InOnePage(Told(UnsafeCell::new(WallPage { version: 0, seconds: 0, nanoseconds: 0 })));

impl<T: Copy> Told<T> {
    fn read(&self) -> T {
        // SAFETY: the value is plain numbers; a half-written one is found out by its version.
        unsafe { self.0.get().read_volatile() }
    }

    fn address(&self) -> u64 {
        self.0.get().expose_provenance() as u64
    }
}

/// Reads until nothing was being written meanwhile.
fn stable<T>(read: impl Fn() -> T, version: impl Fn(&T) -> u32) -> T {
    loop {
        let before = read();
        fence(Ordering::Acquire);
        let value = read();
        fence(Ordering::Acquire);
        let after = read();
        let version = [version(&before), version(&value), version(&after)];
        if version[0].is_multiple_of(2) && version[0] == version[1] && version[1] == version[2] {
            return value;
        }
        cpu::relax();
    }
}

/// A clock of the hypervisor.
#[derive(Clone, Copy, Debug)]
pub(super) struct Paravirtual {
    page: &'static Told<Page>,
    wall: &'static Told<WallPage>,
}

impl Paravirtual {
    /// Switches kvm-clock on where the hypervisor offers it.
    pub(super) fn of_kvm() -> Option<Self> {
        const CLOCK: u32 = 1 << 3;
        let leaves = Leaves::of(b"KVMKVMKVM\0\0\0")?;
        if leaves.get(1)?.eax & CLOCK == 0 {
            return None;
        }
        // SAFETY: the hypervisor says that it has the register; the page is a static of ours that only `read` looks
        // at.
        unsafe { cpu::write_msr(MSR_TIME, PAGE.0.address() | ENABLE) };
        // A hypervisor that does not write the page is not used.
        if PAGE.0.read().multiplier == 0 {
            return None;
        }
        // SAFETY: the register comes with kvm-clock; the hypervisor writes to a static of ours, once.
        unsafe { cpu::write_msr(MSR_WALL, WALL.0.address()) };
        Some(Self { page: &PAGE.0, wall: &WALL.0 })
    }

    /// One whose structures stand at these addresses; nothing if the hypervisor has written none.
    ///
    /// # Safety
    /// The hypervisor keeps them there, aligned to 8 and 4 bytes, for as long as the program runs; the program reaches them by
    /// volatile accesses alone.
    pub(super) unsafe fn at(page: u64, wall: u64) -> Option<Self> {
        // SAFETY: as the caller says. An `UnsafeCell` may change at any time.
        let page = unsafe { &*with_exposed_provenance::<Told<Page>>(page as usize) };
        // SAFETY: the same.
        let wall = unsafe { &*with_exposed_provenance::<Told<WallPage>>(wall as usize) };
        (page.read().multiplier != 0).then_some(Self { page, wall })
    }

    /// Nanoseconds since the hypervisor's start of the machine.
    pub(super) fn nanoseconds(self) -> u64 {
        loop {
            let page = stable(|| self.page.read(), |page| page.version);
            let now = page.at(cpu::timestamp());
            fence(Ordering::Acquire);
            // The page may have been replaced between reading it and reading the counter.
            if self.page.read().version == page.version {
                return now;
            }
        }
    }

    /// The time stamp counter at a time.
    pub(super) fn timestamp_at(self, nanoseconds: u64) -> u64 {
        stable(|| self.page.read(), |page| page.version).timestamp_at(nanoseconds)
    }

    /// The time of day at `nanoseconds() == 0`, in nanoseconds since 1970.
    pub(super) fn wall_at_boot(self) -> Option<u64> {
        let wall = stable(|| self.wall.read(), |wall| wall.version);
        let seconds = u64::from(wall.seconds).checked_mul(SECOND)?;
        (wall.seconds != 0).then(|| seconds.saturating_add(wall.nanoseconds.into()))
    }
}

impl Page {
    /// Nanoseconds at a value of the time stamp counter. One before the page's own, as another processor may see it,
    /// counts as the page's.
    fn at(&self, timestamp: u64) -> u64 {
        let ticks = (i128::from(timestamp) - self.signed_timestamp()).max(0).unsigned_abs();
        let shift = u32::from(self.shift.unsigned_abs().min(63));
        let ticks = if self.shift < 0 { ticks >> shift } else { ticks << shift };
        let nanoseconds = ticks.saturating_mul(self.multiplier.into()) >> 32;
        self.system_time.saturating_add(narrow(nanoseconds))
    }

    /// The value of the counter at which so many nanoseconds have passed.
    fn timestamp_at(&self, nanoseconds: u64) -> u64 {
        let since = u128::from(nanoseconds.saturating_sub(self.system_time));
        let ticks = (since << 32).div_ceil(u128::from(self.multiplier.max(1)));
        let shift = u32::from(self.shift.unsigned_abs().min(63));
        let ticks =
            if self.shift < 0 { ticks.saturating_mul(1 << shift) } else { ticks.div_ceil(1 << shift) };
        let at = self.signed_timestamp() + i128::from(narrow(ticks));
        narrow(at.max(0).unsigned_abs())
    }

    /// The counter of a guest may start at zero with the guest, and the page be older (Xen writes it each second): then what it says of the
    /// counter is below zero.
    fn signed_timestamp(&self) -> i128 {
        self.timestamp.cast_signed().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::cell::Cell;

    fn page(shift: i8, multiplier: u32) -> Page {
        Page { timestamp: 1_000, system_time: 5_000, multiplier, shift, ..Page::default() }
    }

    #[test]
    fn time_follows_the_counter_as_the_page_says() {
        for (shift, multiplier, ticks, nanoseconds) in [
            // 1 GHz: half of twice the ticks.
            (1, 1 << 31, 123_456, 123_456),
            // 4 GHz: a quarter, once as a shift.
            (-1, 1 << 31, 4_000_000, 1_000_000),
            (0, 1 << 30, 4_000_000, 1_000_000),
            // What KVM says of 2.1 GHz.
            (-1, 4_090_445_043, 2_100_000_000, 999_999_999),
        ] {
            let page = page(shift, multiplier);
            assert_eq!(page.at(1_000 + ticks), 5_000 + nanoseconds);
            let due = page.timestamp_at(5_000 + nanoseconds);
            assert!(page.at(due) >= 5_000 + nanoseconds, "{shift} {multiplier}");
            assert!(due <= 1_000 + ticks, "{shift} {multiplier}");
        }
    }

    #[test]
    fn a_counter_before_the_page_is_the_page() {
        assert_eq!(page(0, 1 << 31).at(0), 5_000);
        assert_eq!(page(0, 1 << 31).timestamp_at(0), 1_000);
    }

    #[test]
    fn a_page_from_before_the_counter_was_zero_is_followed() {
        let page = Page { timestamp: 0_u64.wrapping_sub(700), ..page(1, 1 << 31) };
        assert_eq!((page.at(0), page.at(300)), (5_700, 6_000));
        assert_eq!((page.timestamp_at(5_700), page.timestamp_at(6_000)), (0, 300));
        assert_eq!(page.timestamp_at(5_100), 0, "the counter has no value for what was before it");
    }

    #[test]
    fn no_page_overflows() {
        for shift in [i8::MIN, -64, -1, 0, 1, 63, i8::MAX] {
            for multiplier in [0, 1, u32::MAX] {
                let page = page(shift, multiplier);
                for value in [0, 1, u64::MAX] {
                    assert!(page.at(value) >= 5_000);
                    assert!(page.timestamp_at(value) >= 1_000);
                }
            }
        }
    }

    #[test]
    fn what_is_being_written_is_read_again() {
        let reads = Cell::new(0);
        // The first look finds it being written, the second a version that changes, the third one that stays.
        let versions = [1, 2, 2, 2, 4, 4, 4, 4, 4];
        let value = stable(
            || {
                let at = reads.replace(reads.get() + 1);
                (versions[at], at)
            },
            |value| value.0,
        );
        assert_eq!(value.0, 4);
        assert_eq!(reads.get(), 9);
    }
}
