//! Instructions of the processor that Rust has no words for, one function each; and what the processor says it can
//! do.
//!
//! Intel's Software Developer's Manual (SDM) is meant where a section is named.

use core::arch::asm;
use core::arch::x86_64::{__cpuid_count, CpuidResult};

/// What CPUID says; nothing when the processor does not know the leaf (SDM 2A, CPUID).
pub(crate) fn cpuid(leaf: u32, subleaf: u32) -> Option<CpuidResult> {
    let group = leaf & 0xf000_0000;
    let highest = __cpuid_count(group, 0).eax;
    // Without a hypervisor its leaves repeat those of the processor.
    let known = highest & 0xf000_0000 == group && highest >= leaf;
    known.then(|| __cpuid_count(leaf, subleaf))
}

/// Whether a hypervisor runs the machine: bit 31 of ECX of leaf 1, which hardware leaves at zero.
pub(crate) fn has_hypervisor() -> bool {
    cpuid(1, 0).is_some_and(|leaf| leaf.ecx & 1 << 31 != 0)
}

/// Reads a model specific register.
///
/// # Safety
/// The processor has it, else it traps.
pub(crate) unsafe fn read_msr(register: u32) -> u64 {
    let (low, high): (u32, u32);
    // SAFETY: the caller says that it exists; reading changes nothing in memory.
    unsafe {
        asm!("rdmsr", in("ecx") register, out("eax") low, out("edx") high, options(nomem, nostack, preserves_flags));
    }
    u64::from(high) << 32 | u64::from(low)
}

/// Writes a model specific register.
///
/// # Safety
/// The processor has it, and what the value does to the machine is the caller's to know.
pub(crate) unsafe fn write_msr(register: u32, value: u64) {
    let [low, high] = halves(value);
    // SAFETY: as the caller says. Memory may be changed: some registers make the hypervisor write there.
    unsafe {
        asm!("wrmsr", in("ecx") register, in("eax") low, in("edx") high, options(nostack, preserves_flags));
    }
}

/// Lower and upper half.
pub(crate) fn halves(value: u64) -> [u32; 2] {
    let [a, b, c, d, e, f, g, h] = value.to_le_bytes();
    [u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h])]
}

/// The time stamp counter. RDTSCP is not on every machine, so it is never used; the fence keeps earlier loads before
/// it.
pub(crate) fn timestamp() -> u64 {
    // SAFETY: every x86_64 processor has SSE2.
    unsafe { core::arch::x86_64::_mm_lfence() };
    // SAFETY: every x86_64 processor has it, and nothing forbids it in ring 0.
    unsafe { core::arch::x86_64::_rdtsc() }
}

/// The address whose access faulted last.
pub(crate) fn fault_address() -> u64 {
    let address;
    // SAFETY: reading CR2 in ring 0 changes nothing.
    unsafe { asm!("mov {}, cr2", out(reg) address, options(nomem, nostack, preserves_flags)) };
    address
}

/// Makes another tree of page tables count.
///
/// # Safety
/// It maps everything that is in use: code, stack, and all that references point to.
pub(crate) unsafe fn set_page_tables(root: u64) {
    // SAFETY: as the caller says.
    unsafe { asm!("mov cr3, {}", in(reg) root, options(nostack, preserves_flags)) };
}

/// Waits until interrupts have been let in for one instruction: what is pending is delivered.
pub(crate) fn let_interrupts_in() {
    // SAFETY: the handlers restore all registers and return with interrupts off. They write below the stack pointer, which this block
    // may do, as it does not say `nostack`.
    unsafe { asm!("sti", "nop", "cli") };
}

/// Never goes on.
pub(crate) fn halt() -> ! {
    loop {
        // SAFETY: with interrupts off nothing wakes it but what resets the machine.
        unsafe { asm!("cli", "hlt", options(nomem, nostack)) };
    }
}

/// Lets a loop that waits cost less (SDM 2B, PAUSE).
pub(crate) fn relax() {
    core::hint::spin_loop();
}

/// Switches on the registers that AVX and AVX-512 use, where the processor has them: code that asks CPUID and XGETBV
/// may use them from then on (SDM 1, 13.3).
pub(crate) fn enable_wide_registers() {
    const XSAVE: u32 = 1 << 26;
    const X87_SSE_AVX: u32 = 0b111;
    const AVX512: u32 = 0b1110_0000;
    if cpuid(1, 0).is_none_or(|leaf| leaf.ecx & XSAVE == 0) {
        return;
    }
    let supported = cpuid(0xd, 0).map_or(0b11, |leaf| leaf.eax);
    let mut wanted = supported & X87_SSE_AVX;
    if wanted == X87_SSE_AVX && supported & AVX512 == AVX512 {
        wanted |= AVX512;
    }
    // SAFETY: CPUID says that the processor has XSAVE, so CR4.OSXSAVE may be set.
    unsafe {
        asm!("mov {0}, cr4", "or {0}, 0x40000", "mov cr4, {0}", out(reg) _, options(nomem, nostack));
    }
    // SAFETY: OSXSAVE is set, and only bits that the processor has are.
    unsafe {
        asm!("xsetbv", in("ecx") 0, in("eax") wanted, in("edx") 0, options(nomem, nostack, preserves_flags))
    };
}

/// Resets the processor: an exception without a table of handlers.
pub(crate) fn triple_fault() -> ! {
    let nothing = [0_u16; 5];
    // SAFETY: nothing runs after this that would need handlers.
    unsafe { asm!("lidt [{}]", "ud2", in(reg) &nothing, options(noreturn)) }
}
