//! How fast the time stamp counter counts: told by the processor or the hypervisor, or measured.

use crate::cpu;
use crate::hypervisor::Leaves;
use crate::port::Ports;

/// What CPUID says, in Hz (SDM 2A, CPUID leaf 15h; VMware's leaf 40000010h, which QEMU, KVM and others have too; Xen's fourth leaf,
/// xen/include/public/arch-x86/cpuid.h).
pub(super) fn told() -> Option<u64> {
    if let Some(leaf) = Leaves::of(b"XenVMMXenVMM").and_then(|leaves| leaves.get(3))
        && let Some(frequency) = of_hypervisor(leaf.ecx)
    {
        return Some(frequency);
    }
    if cpu::has_hypervisor()
        && let Some(leaf) = cpu::cpuid(0x4000_0010, 0)
        && let Some(frequency) = of_hypervisor(leaf.eax)
    {
        return Some(frequency);
    }
    let leaf = cpu::cpuid(0x15, 0)?;
    of_processor(leaf.eax, leaf.ebx, leaf.ecx, cpu::cpuid(0x16, 0).map_or(0, |leaf| leaf.eax))
}

fn of_hypervisor(kilohertz: u32) -> Option<u64> {
    (kilohertz != 0).then(|| u64::from(kilohertz) * 1_000)
}

/// The counter runs at `numerator / denominator` of a crystal. Processors that do not tell the crystal's frequency
/// tell their base frequency in MHz, which is that of the counter.
fn of_processor(denominator: u32, numerator: u32, crystal: u32, base: u32) -> Option<u64> {
    if denominator == 0 || numerator == 0 {
        return None;
    }
    if crystal != 0 {
        return Some(u64::from(crystal) * u64::from(numerator) / u64::from(denominator));
    }
    (base != 0).then(|| u64::from(base & 0xffff) * 1_000_000)
}

/// Ticks per second of the PC's timer (Intel 8254).
const PIT: u64 = 1_193_182;
/// How many of its ticks are counted: 1.5 ms.
const WINDOW: u16 = 1_790;
/// The output of a channel, in its status.
const OUTPUT: u8 = 1 << 7;
/// So many looks at a timer that shows the same are those of one that does not count: a look takes longer than 10 ns,
/// a tick 838.
const PATIENCE: u32 = 20_000;

/// How often the measurement is repeated when it was interrupted for so long that the timer has run out.
const TRIES: usize = 100;

/// Counts against channel 2 of the PC's timer.
///
/// # Panics
/// On a machine that neither tells the frequency nor has the timer: it has no notion of time.
pub(super) fn measured() -> u64 {
    (0..TRIES)
        .find_map(|_| measure())
        .expect("a machine that runs is left alone for 50 ms in one of 100 tries")
}

/// One measurement; nothing if the timer has run out meanwhile, after 55 ms, and so does not say how often.
fn measure() -> Option<u64> {
    let timer = Ports::new(0x40, 4);
    let gate = Ports::new(0x61, 1);
    // Gate of channel 2 on, speaker off; small machines have neither, and count all the same.
    gate.write8(0, gate.read8(0) & 0xfc | 1);
    // Channel 2, both bytes, mode 0: down from 65,535, once; its output rises at the end.
    timer.write8(3, 0xb0);
    timer.write8(2, 0xff);
    timer.write8(2, 0xff);
    // The first look may come before the timer has taken its count over.
    look(timer);
    let start = closest(timer);
    let mut last = start.count;
    let mut looks = 0;
    while start.count.wrapping_sub(last) < WINDOW {
        let count = look(timer).count;
        looks = if count == last { looks + 1 } else { 0 };
        assert!(
            looks < PATIENCE,
            "the machine tells no frequency of its time stamp counter, and its timer does not count"
        );
        last = count;
    }
    let end = closest(timer);
    // Latch the status of channel 2, not its count, and read it.
    timer.write8(3, 0xe8);
    let ran_out = timer.read8(2) & OUTPUT != 0;
    let passed = end.timestamp.wrapping_sub(start.timestamp);
    (!ran_out).then(|| frequency(start.count.wrapping_sub(end.count), passed))
}

/// The two counters at one time.
#[derive(Clone, Copy)]
struct Look {
    count: u16,
    timestamp: u64,
    /// How long the look took, in ticks of the time stamp counter.
    took: u64,
}

fn look(timer: Ports) -> Look {
    let before = cpu::timestamp();
    // Latch channel 2, then read both bytes.
    timer.write8(3, 0x80);
    let after = cpu::timestamp();
    let count = u16::from_le_bytes([timer.read8(2), timer.read8(2)]);
    let took = after.wrapping_sub(before);
    Look { count, timestamp: before.wrapping_add(took / 2), took }
}

/// Of several looks the one that took the shortest: the machine may be interrupted during any.
fn closest(timer: Ports) -> Look {
    let mut best = look(timer);
    for _ in 0..7 {
        let next = look(timer);
        if next.took < best.took {
            best = next;
        }
    }
    best
}

/// Ticks per second, if there were `ticks` in `count` ticks of the PC's timer.
fn frequency(count: u16, ticks: u64) -> u64 {
    let frequency = u128::from(ticks) * u128::from(PIT) / u128::from(count.max(1));
    u64::try_from(frequency).unwrap_or(u64::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_frequency_is_what_the_processor_says() {
        for (denominator, numerator, crystal, base, expected) in [
            (2, 216, 24_000_000, 2_600, Some(2_592_000_000)),
            (2, 168, 0, 2_100, Some(2_100_000_000)),
            (0, 0, 0, 2_100, None),
            (2, 0, 24_000_000, 2_100, None),
            (2, 168, 0, 0, None),
        ] {
            assert_eq!(of_processor(denominator, numerator, crystal, base), expected);
        }
        assert_eq!(of_hypervisor(2_100_000), Some(2_100_000_000));
        assert_eq!(of_hypervisor(0), None);
    }

    #[test]
    fn the_frequency_is_measured_in_ticks_of_the_timer() {
        assert_eq!(frequency(u16::MAX, 0), 1);
        assert_eq!(frequency(0, u64::MAX), u64::MAX);
        let measured = frequency(1_790, 3_150_360);
        assert!(measured.abs_diff(2_100_000_000) < 1_000_000, "{measured}");
    }
}
