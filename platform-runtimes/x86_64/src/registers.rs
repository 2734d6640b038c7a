//! What is told of a processor that has hit an exception: its registers, in words.

use core::fmt;

/// What an exception leaves on its stack: first what the stub has pushed, then what the processor has (SDM 3A, 6.14).
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub(crate) struct Registers {
    pub(crate) r15: u64,
    pub(crate) r14: u64,
    pub(crate) r13: u64,
    pub(crate) r12: u64,
    pub(crate) r11: u64,
    pub(crate) r10: u64,
    pub(crate) r9: u64,
    pub(crate) r8: u64,
    pub(crate) rbp: u64,
    pub(crate) rdi: u64,
    pub(crate) rsi: u64,
    pub(crate) rdx: u64,
    pub(crate) rcx: u64,
    pub(crate) rbx: u64,
    pub(crate) rax: u64,
    pub(crate) vector: u64,
    pub(crate) error: u64,
    pub(crate) rip: u64,
    pub(crate) cs: u64,
    pub(crate) rflags: u64,
    pub(crate) rsp: u64,
    pub(crate) ss: u64,
}

/// The vector of page faults.
pub(crate) const PAGE_FAULT: u64 = 14;

/// An exception, to be shown in several lines.
pub(crate) struct Exception<'a> {
    pub(crate) registers: &'a Registers,
    /// CR2.
    pub(crate) address: u64,
    /// Whether the address lies in the page below the stack.
    pub(crate) overflow: bool,
    /// Words of the stack that may be return addresses.
    pub(crate) returns: &'a [u64],
}

impl fmt::Display for Exception<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let r = self.registers;
        if self.overflow {
            write!(f, "stack overflow")?;
        } else {
            write!(f, "{}", name(r.vector))?;
        }
        if r.vector == PAGE_FAULT {
            write!(f, ": {} at {:#x}", cause(r.error), self.address)?;
        } else if r.error != 0 {
            write!(f, ", error code {:#x}", r.error)?;
        }
        write!(f, "\n  rip {:016x}  rflags {:08x}  cr2 {:016x}", r.rip, r.rflags, self.address)?;
        for (at, (name, value)) in general(r).into_iter().enumerate() {
            let before = if at % 4 == 0 { "\n  " } else { "  " };
            write!(f, "{before}{name:<3} {value:016x}")?;
        }
        if !self.returns.is_empty() {
            write!(f, "\n  on the stack:")?;
        }
        for address in self.returns {
            write!(f, " {address:x}")?;
        }
        Ok(())
    }
}

fn general(r: &Registers) -> [(&'static str, u64); 16] {
    [
        ("rax", r.rax),
        ("rbx", r.rbx),
        ("rcx", r.rcx),
        ("rdx", r.rdx),
        ("rsi", r.rsi),
        ("rdi", r.rdi),
        ("rbp", r.rbp),
        ("rsp", r.rsp),
        ("r8", r.r8),
        ("r9", r.r9),
        ("r10", r.r10),
        ("r11", r.r11),
        ("r12", r.r12),
        ("r13", r.r13),
        ("r14", r.r14),
        ("r15", r.r15),
    ]
}

/// SDM 3A, table 6-1.
fn name(vector: u64) -> &'static str {
    match vector {
        0 => "division by zero or overflow of a division",
        1 => "debug exception",
        2 => "non-maskable interrupt",
        3 => "breakpoint",
        4 => "overflow",
        5 => "bound range exceeded",
        6 => "invalid instruction",
        7 => "no floating point unit",
        8 => "double fault",
        10 => "invalid task state segment",
        11 => "segment not present",
        12 => "stack segment fault",
        13 => "general protection fault",
        PAGE_FAULT => "page fault",
        16 => "floating point error",
        17 => "misaligned access",
        18 => "machine check",
        19 => "SIMD floating point exception",
        20 => "virtualization exception",
        21 => "control protection exception",
        _ => "reserved exception",
    }
}

/// What was tried: the error code of a page fault (SDM 3A, 4.7).
fn cause(error: u64) -> &'static str {
    let (present, write, reserved, run) = (error & 1 != 0, error & 2 != 0, error & 8 != 0, error & 16 != 0);
    match (reserved, run, write, present) {
        (true, ..) => "a page table entry is malformed",
        (_, true, _, true) => "running memory that holds data",
        (_, true, _, false) => "running memory that is not there",
        (_, _, true, true) => "writing memory that is read-only",
        (_, _, true, false) => "writing memory that is not there",
        (_, _, false, true) => "reading memory that is protected",
        (_, _, false, false) => "reading memory that is not there",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::{String, ToString};
    use std::vec::Vec;

    fn shown(vector: u64, error: u64, overflow: bool) -> String {
        let registers = Registers { vector, error, rip: 0x10_2030, rsp: 0x18_0ff8, ..Registers::default() };
        let exception =
            Exception { registers: &registers, address: 0x18, overflow, returns: &[0x10_0001, 0x10_0002] };
        exception.to_string()
    }

    #[test]
    fn an_exception_says_what_happened_and_where() {
        for (vector, error, overflow, first) in [
            (14, 0, false, "page fault: reading memory that is not there at 0x18"),
            (14, 1, false, "page fault: reading memory that is protected at 0x18"),
            (14, 2, false, "page fault: writing memory that is not there at 0x18"),
            (14, 3, false, "page fault: writing memory that is read-only at 0x18"),
            (14, 17, false, "page fault: running memory that holds data at 0x18"),
            (14, 16, false, "page fault: running memory that is not there at 0x18"),
            (14, 9, false, "page fault: a page table entry is malformed at 0x18"),
            (14, 2, true, "stack overflow: writing memory that is not there at 0x18"),
            (0, 0, false, "division by zero or overflow of a division"),
            (13, 0x10, false, "general protection fault, error code 0x10"),
            (8, 0, true, "stack overflow"),
            (31, 0, false, "reserved exception"),
        ] {
            assert_eq!(shown(vector, error, overflow).lines().next(), Some(first));
        }
    }

    #[test]
    fn every_register_is_shown() {
        let text = shown(6, 0, false);
        let rest: Vec<&str> = text.lines().skip(1).collect();
        assert_eq!(rest.len(), 6, "{text}");
        assert_eq!(rest[0], "  rip 0000000000102030  rflags 00000000  cr2 0000000000000018");
        assert_eq!(rest[1].len(), rest[4].len(), "{text}");
        assert!(rest[2].ends_with("rsp 0000000000180ff8"), "{text}");
        assert_eq!(rest[5], "  on the stack: 100001 100002");
    }
}
