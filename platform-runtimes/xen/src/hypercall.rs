//! Hypercalls: the page of stubs that the hypervisor fills, and the calls through it (xen/include/public/arch-x86/xen-x86_64.h).
//!
//! One of the two files with unsafe code. The page lies in the text of the image, which the program cannot write: the hypervisor
//! writes it from outside. A structure that a call gets stands on the stack, whose addresses are physical ones here.

#![allow(unsafe_code, reason = "see above; each block says who guarantees what")]

use unik_x86_64::hypervisor::{Leaves, tell};

use crate::hypervisor::{Domain, Hypervisor, Parameter, Port, Reason, Refused, Space};

// Numbers of calls (xen.h), and of what they do.
const MEMORY: usize = 12;
const GRANT_TABLE: usize = 20;
const PROCESSOR: usize = 24;
const SCHEDULE: usize = 29;
const EVENT_CHANNEL: usize = 32;
const HVM: usize = 34;

const ADD_TO_PHYSMAP: u64 = 7;
const QUERY_SIZE: u64 = 6;
const SHUTDOWN: u64 = 2;
const BIND_VIRQ: u64 = 1;
const CLOSE: u64 = 3;
const SEND: u64 = 4;
const ALLOC_UNBOUND: u64 = 6;
const SET_SINGLESHOT_TIMER: u64 = 8;
const SET_PARAM: u64 = 0;
const GET_PARAM: u64 = 1;

#[cfg(unik_bare)]
core::arch::global_asm!(
    r#"
    .pushsection .text.unik_hypercalls, "ax"
    .balign 4096
    .global unik_hypercalls
unik_hypercalls:
    // What is called before the hypervisor has filled the page is a bug.
    .fill 4096, 1, 0xcc
    .popsection
    "#
);

#[cfg(unik_bare)]
unsafe extern "C" {
    static unik_hypercalls: u8;
}

/// Xen, once it has filled the page.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Xen(());

impl Xen {
    /// Asks the hypervisor to fill the page; nothing if it is not Xen.
    pub(crate) fn find() -> Option<Self> {
        let leaf = Leaves::of(b"XenVMMXenVMM")?.get(2)?;
        // The register and the number of pages; one has been enough for all stubs since there are any.
        if leaf.eax == 0 {
            return None;
        }
        // SAFETY: Xen says that it has the register; it writes a page of the image that holds nothing else.
        unsafe { tell(leaf.ebx, page()) };
        Some(Self(()))
    }

    /// A port by which the processor's timer tells that it has run out (`EVTCHNOP_bind_virq`, `VIRQ_TIMER`).
    pub(crate) fn timer(&self) -> Result<Port, Refused> {
        #[repr(C)]
        struct BindVirq {
            virq: u32,
            processor: u32,
            port: u32,
        }
        let mut structure = BindVirq { virq: 0, processor: 0, port: 0 };
        // SAFETY: `struct evtchn_bind_virq`, which writes the port alone.
        unsafe { operate::<EVENT_CHANNEL, _>("EVTCHNOP_bind_virq", BIND_VIRQ, &mut structure)? };
        Ok(Port(structure.port))
    }

    /// Lets the processor's timer run out once, when the hypervisor's time is so many nanoseconds; at once if it is later
    /// (`VCPUOP_set_singleshot_timer`).
    pub(crate) fn set_timer(&self, nanoseconds: u64) -> Result<(), Refused> {
        #[repr(C)]
        struct SetSingleshotTimer {
            nanoseconds: u64,
            flags: u32,
        }
        // The hypervisor's time has a sign: what is larger would have passed long ago.
        let nanoseconds = nanoseconds.min(i64::MAX.unsigned_abs());
        let mut structure = SetSingleshotTimer { nanoseconds, flags: 0 };
        let address = (&raw mut structure).expose_provenance() as u64;
        // SAFETY: `struct vcpu_set_singleshot_timer`, of the first processor, which is only read.
        match unsafe { call::<PROCESSOR>(SET_SINGLESHOT_TIMER, 0, address) } {
            0.. => Ok(()),
            code => Err(Refused { call: "VCPUOP_set_singleshot_timer", code }),
        }
    }
}

#[cfg(unik_bare)]
fn page() -> u64 {
    (&raw const unik_hypercalls).expose_provenance() as u64
}

#[cfg(not(unik_bare))]
fn page() -> u64 {
    0
}

/// Makes a call; what it does not take of the arguments it ignores.
///
/// # Safety
/// The page is filled, and what the call does with the arguments, and with memory that they point to, is allowed.
#[cfg(unik_bare)]
unsafe fn call<const NUMBER: usize>(first: u64, second: u64, third: u64) -> i64 {
    let result;
    // SAFETY: as the caller says. The stub is 32 bytes long, keeps the stack, and may change its arguments.
    unsafe {
        core::arch::asm!(
            "call unik_hypercalls + {offset}",
            offset = const NUMBER * 32,
            inout("rdi") first => _,
            inout("rsi") second => _,
            inout("rdx") third => _,
            out("rax") result,
            out("rcx") _, out("r8") _, out("r9") _, out("r10") _, out("r11") _,
        );
    }
    result
}

/// On a host there is no hypervisor to call: the call is not known.
#[cfg(not(unik_bare))]
unsafe fn call<const NUMBER: usize>(_: u64, _: u64, _: u64) -> i64 {
    -38
}

/// Makes a call with a structure.
///
/// # Safety
/// `T` is the structure of this operation, as large as the hypervisor takes it to be, and what it asks for is allowed.
unsafe fn operate<const NUMBER: usize, T>(
    name: &'static str,
    operation: u64,
    structure: &mut T,
) -> Result<(), Refused> {
    let address = core::ptr::from_mut(structure).expose_provenance() as u64;
    // SAFETY: as the caller says; whoever has a `Xen` has had the page filled.
    match unsafe { call::<NUMBER>(operation, address, 0) } {
        0.. => Ok(()),
        code => Err(Refused { call: name, code }),
    }
}

impl Hypervisor for Xen {
    fn allocate(&self, remote: Domain) -> Result<Port, Refused> {
        #[repr(C)]
        struct AllocUnbound {
            own: u16,
            remote: u16,
            port: u32,
        }
        let mut structure = AllocUnbound { own: Domain::SELF.0, remote: remote.0, port: 0 };
        // SAFETY: `struct evtchn_alloc_unbound`, which writes the port alone.
        unsafe { operate::<EVENT_CHANNEL, _>("EVTCHNOP_alloc_unbound", ALLOC_UNBOUND, &mut structure)? };
        Ok(Port(structure.port))
    }

    fn close(&self, port: Port) -> Result<(), Refused> {
        let mut port = port.0;
        // SAFETY: `struct evtchn_close` is a port; events alone are concerned.
        unsafe { operate::<EVENT_CHANNEL, _>("EVTCHNOP_close", CLOSE, &mut port) }
    }

    fn notify(&self, port: Port) -> Result<(), Refused> {
        let mut port = port.0;
        // SAFETY: `struct evtchn_send` is a port; events alone are concerned.
        unsafe { operate::<EVENT_CHANNEL, _>("EVTCHNOP_send", SEND, &mut port) }
    }

    fn map(&self, space: Space, index: u64, address: u64) -> Result<(), Refused> {
        #[repr(C)]
        struct AddToPhysmap {
            domain: u16,
            size: u16,
            space: u32,
            index: u64,
            frame: u64,
        }
        let space = match space {
            Space::SharedInfo => 0,
            Space::GrantTable => 1,
        };
        let mut structure =
            AddToPhysmap { domain: Domain::SELF.0, size: 0, space, index, frame: address / 4096 };
        // SAFETY: `struct xen_add_to_physmap`. What is replaced is a page of `memory::Shared`, which `machine` keeps for ever and in
        // which any bits are valid.
        unsafe { operate::<MEMORY, _>("XENMEM_add_to_physmap", ADD_TO_PHYSMAP, &mut structure) }
    }

    fn grant_table_size(&self) -> Result<(u32, u32), Refused> {
        #[repr(C)]
        struct QuerySize {
            domain: u16,
            _pad: u16,
            has: u32,
            most: u32,
            status: i16,
            _rest: u16,
        }
        let mut structure =
            QuerySize { domain: Domain::SELF.0, _pad: 0, has: 0, most: 0, status: 0, _rest: 0 };
        let address = (&raw mut structure).expose_provenance() as u64;
        // SAFETY: `struct gnttab_query_size`, one of them; it writes the three numbers alone.
        let code = unsafe { call::<GRANT_TABLE>(QUERY_SIZE, address, 1) };
        let code = if code < 0 { code } else { structure.status.into() };
        match code {
            0.. => Ok((structure.has, structure.most)),
            code => Err(Refused { call: "GNTTABOP_query_size", code }),
        }
    }

    fn parameter(&self, parameter: Parameter) -> Result<u64, Refused> {
        let mut structure = Param::new(parameter, 0);
        // SAFETY: `struct xen_hvm_param`, which writes the value alone.
        unsafe { operate::<HVM, _>("HVMOP_get_param", GET_PARAM, &mut structure)? };
        Ok(structure.value)
    }

    fn set_parameter(&self, parameter: Parameter, value: u64) -> Result<(), Refused> {
        let mut structure = Param::new(parameter, value);
        // SAFETY: `struct xen_hvm_param`. It says how interrupts come, whose handlers stand.
        unsafe { operate::<HVM, _>("HVMOP_set_param", SET_PARAM, &mut structure) }
    }

    fn shut_down(&self, reason: Reason) -> Refused {
        let mut reason = reason as u32;
        // SAFETY: `struct sched_shutdown` is a reason. Nothing runs afterwards.
        let refused = unsafe { operate::<SCHEDULE, _>("SCHEDOP_shutdown", SHUTDOWN, &mut reason) };
        refused.err().unwrap_or(Refused { call: "SCHEDOP_shutdown", code: 0 })
    }
}

/// `struct xen_hvm_param`.
#[repr(C)]
struct Param {
    domain: u16,
    _pad: u16,
    index: u32,
    value: u64,
}

impl Param {
    fn new(parameter: Parameter, value: u64) -> Self {
        Self { domain: Domain::SELF.0, _pad: 0, index: parameter as u32, value }
    }
}
