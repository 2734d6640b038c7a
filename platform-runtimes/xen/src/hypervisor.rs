//! What drivers ask of the hypervisor, and what it hands out: ports of events, references to granted pages, parameters.
//!
//! The numbers are those of Xen's public headers (xen/include/public: `xen.h`, `event_channel.h`, `grant_table.h`, `memory.h`,
//! `sched.h`, `hvm/params.h`). How a call is made is `hypercall`'s affair; tests play the hypervisor themselves.

use core::fmt;

/// Bytes of a page.
pub const PAGE: usize = 4096;

/// A domain by its number (`domid_t`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Domain(pub u16);

impl Domain {
    /// The domain that asks (`DOMID_SELF`).
    pub const SELF: Self = Self(0x7ff0);
}

/// An event channel as this domain knows it (`evtchn_port_t`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Port(pub u32);

/// A granted page as both sides know it (`grant_ref_t`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reference(pub u32);

/// What the hypervisor keeps of a domain in pages that the domain may look at (`XENMAPSPACE_*`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Space {
    /// `struct shared_info`, one page.
    SharedInfo,
    /// The grant table, its pages by number.
    GrantTable,
}

/// A parameter of the domain (`HVM_PARAM_*`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Parameter {
    /// How the domain is told that there are events.
    Callback = 0,
    /// The page of the ring of XenStore, by number.
    StorePage = 1,
    /// The port of XenStore.
    StorePort = 2,
    /// The page of the ring of the console, by number.
    ConsolePage = 17,
    /// The port of the console.
    ConsolePort = 18,
}

/// Why a domain ends (`SHUTDOWN_*`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Reason {
    /// It is done.
    PowerOff = 0,
    /// It is to be started again.
    Reboot = 1,
    /// It has panicked.
    Crash = 3,
}

/// The hypervisor has refused a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// What it was asked for: `EVTCHNOP_send`.
    pub call: &'static str,
    /// Its error number, below zero.
    pub code: i64,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { call, code } = self;
        // xen/include/public/errno.h
        let meaning = match -code {
            1 => "not permitted",
            2 => "there is no such thing",
            3 => "there is no such domain",
            12 => "it has no memory for it",
            13 => "access is denied",
            14 => "a bad address",
            16 => "it is in use",
            22 => "an invalid argument",
            28 => "there is no room",
            38 => "it does not know the call",
            _ => return write!(f, "the hypervisor refuses {call} with {code}"),
        };
        write!(f, "the hypervisor refuses {call}: {meaning} ({code})")
    }
}

impl core::error::Error for Refused {}

/// The hypervisor.
pub trait Hypervisor {
    /// Makes a port to which `remote` may bind one of its own (`EVTCHNOP_alloc_unbound`).
    fn allocate(&self, remote: Domain) -> Result<Port, Refused>;
    /// Closes a port (`EVTCHNOP_close`).
    fn close(&self, port: Port) -> Result<(), Refused>;
    /// Tells the other end of a port that something has happened (`EVTCHNOP_send`).
    fn notify(&self, port: Port) -> Result<(), Refused>;
    /// Puts a page of a space where a page of the domain is, at this address; what was there is gone (`XENMEM_add_to_physmap`).
    fn map(&self, space: Space, index: u64, address: u64) -> Result<(), Refused>;
    /// How many pages the grant table has, and may have (`GNTTABOP_query_size`).
    fn grant_table_size(&self) -> Result<(u32, u32), Refused>;
    /// A parameter of the domain (`HVMOP_get_param`).
    fn parameter(&self, parameter: Parameter) -> Result<u64, Refused>;
    /// Sets a parameter of the domain (`HVMOP_set_param`).
    fn set_parameter(&self, parameter: Parameter, value: u64) -> Result<(), Refused>;
    /// Ends the domain; it returns only if the hypervisor refuses (`SCHEDOP_shutdown`).
    fn shut_down(&self, reason: Reason) -> Refused;
}
