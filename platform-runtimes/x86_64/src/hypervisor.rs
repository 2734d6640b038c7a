//! What a hypervisor says of itself: leaves of CPUID behind its signature.
//!
//! A hypervisor that speaks like several has a block of leaves for each, 256 apart (Xen, xen/include/public/arch-x86/cpuid.h).

use core::arch::x86_64::CpuidResult;

use crate::cpu;

/// The first leaf, and the distance of the blocks.
const FIRST: u32 = 0x4000_0000;
const DISTANCE: usize = 0x100;
/// Where blocks may stand.
const LAST: u32 = 0x4001_0000;

/// The leaves of a hypervisor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leaves(u32);

impl Leaves {
    /// Those with this signature, if the hypervisor has them.
    pub fn of(signature: &[u8; 12]) -> Option<Self> {
        if !cpu::has_hypervisor() {
            return None;
        }
        let wanted: [u32; 3] = core::array::from_fn(|index| {
            u32::from_le_bytes(core::array::from_fn(|byte| signature[4 * index + byte]))
        });
        (FIRST..LAST)
            .step_by(DISTANCE)
            .map(Self)
            .find(|leaves| leaves.get(0).is_some_and(|leaf| [leaf.ebx, leaf.ecx, leaf.edx] == wanted))
    }

    /// The leaf with this number, if it has so many.
    pub fn get(self, leaf: u32) -> Option<CpuidResult> {
        let number = self.0.checked_add(leaf)?;
        let highest = core::arch::x86_64::__cpuid_count(self.0, 0).eax;
        (highest >= number && leaf < 0x100).then(|| core::arch::x86_64::__cpuid_count(number, 0))
    }
}

/// Writes a model specific register by which a hypervisor is told something.
///
/// # Safety
/// The hypervisor says that it has the register, and what the value makes it do is the caller's to know.
pub unsafe fn tell(register: u32, value: u64) {
    // SAFETY: as the caller says.
    unsafe { cpu::write_msr(register, value) };
}
