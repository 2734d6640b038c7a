//! Whether a linked program can run without an operating system, and the file that a host loads.
//!
//! The linker does not complain about what only a libc or a dynamic loader would set up: it takes it from the host's own
//! libraries, and the image dies when it is used. So it is looked for. What is reported here is a property of the file;
//! who asked for it, `unikc` finds out elsewhere.

pub(crate) mod elf;
mod strip;

use std::collections::BTreeSet;
use std::fmt;

use elf::{Elf, Malformed, Segment};

pub(crate) use strip::strip;

/// The notes by which a loader recognises what it can start: owner and type.
const BOOT_NOTES: &[(&str, u32)] = &[
    // XEN_ELFNOTE_PHYS32_ENTRY: PVH, which QEMU, Firecracker, Cloud Hypervisor and Xen start.
    ("Xen", 18),
];

/// Symbols that only a C library defines; a star stands for any end.
const LIBC: &[&str] = &[
    "__libc_*",
    "_IO_*",
    "__tls_get_addr",
    "__errno_location",
    "__pthread_*",
    "pthread_*",
    "__stack_chk_fail",
    "_dl_*",
    "__GI_*",
];

/// A program that can run without an operating system.
#[derive(Debug)]
pub(crate) struct Image<'b> {
    elf: Elf<'b>,
}

/// Why a program cannot run without an operating system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is no ELF file for 64 bits, or a broken one.
    NotElf(Malformed),
    /// It asks for a dynamic loader.
    Dynamic,
    /// No loader of virtual machines recognises it.
    NoBootNote,
    /// It has thread-local storage; the symbols, sorted.
    ThreadLocal(Vec<String>),
    /// Symbols that nothing defines, sorted.
    Undefined(Vec<String>),
    /// Symbols of a C library, sorted.
    Libc(Vec<String>),
    /// A segment can be written and executed; where it begins.
    WritableCode(u64),
}

impl<'b> Image<'b> {
    /// Reads a program and looks for everything that stands in its way.
    pub(crate) fn check(bytes: &'b [u8]) -> Result<Self, Vec<Fault>> {
        let elf = Elf::read(bytes).map_err(|malformed| vec![Fault::NotElf(malformed)])?;
        match faults(&elf) {
            Ok(faults) if faults.is_empty() => Ok(Self { elf }),
            Ok(faults) => Err(faults),
            Err(malformed) => Err(vec![Fault::NotElf(malformed)]),
        }
    }

    /// How many bytes of memory it takes when it starts, from its first byte to its last.
    pub(crate) fn loaded(&self) -> u64 {
        let loads = || self.elf.segments.iter().filter(|segment| segment.kind == elf::LOAD);
        let start = loads().map(|segment| segment.physical).min().unwrap_or_default();
        let end = loads().map(|segment| segment.physical.saturating_add(segment.memory)).max();
        end.unwrap_or_default().saturating_sub(start)
    }

    /// What a host loads, without what it does not.
    pub(crate) fn stripped(&self) -> Vec<u8> {
        strip(&self.elf)
    }
}

fn faults(elf: &Elf<'_>) -> Result<Vec<Fault>, Malformed> {
    let has = |kind| elf.segments.iter().any(|segment| segment.kind == kind);
    let mut faults = Vec::new();
    if has(elf::INTERPRETER) || has(elf::DYNAMIC) || !elf.is_executable() {
        faults.push(Fault::Dynamic);
    }
    let notes = elf.notes()?;
    if !BOOT_NOTES.iter().any(|boot| notes.iter().any(|note| (note.owner.as_str(), note.kind) == *boot)) {
        faults.push(Fault::NoBootNote);
    }
    let symbols = elf.symbols()?;
    let names = |wanted: &dyn Fn(&elf::Symbol<'_>) -> bool| -> Vec<String> {
        let names: BTreeSet<&str> = symbols.iter().filter(|it| wanted(it)).map(|it| it.name).collect();
        names.into_iter().filter(|name| !name.is_empty()).map(str::to_owned).collect()
    };
    if has(elf::THREAD_LOCAL) {
        faults.push(Fault::ThreadLocal(names(&|symbol| symbol.thread_local)));
    }
    let undefined = names(&|symbol| !symbol.defined);
    if !undefined.is_empty() {
        faults.push(Fault::Undefined(undefined));
    }
    let libc = names(&|symbol| symbol.defined && of_libc(symbol.name));
    if !libc.is_empty() {
        faults.push(Fault::Libc(libc));
    }
    let open = |segment: &&Segment| segment.kind == elf::LOAD && segment.writable && segment.executable;
    faults.extend(elf.segments.iter().find(open).map(|segment| Fault::WritableCode(segment.address)));
    Ok(faults)
}

fn of_libc(name: &str) -> bool {
    LIBC.iter().any(|known| match known.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == *known,
    })
}

impl Fault {
    /// What to do about it.
    pub(crate) fn help(&self) -> &'static str {
        match self {
            Self::NotElf(_) | Self::Dynamic => "the platform's linker script and flags decide it: look there",
            Self::NoBootNote => "the platform's runtime has to define its entry",
            Self::ThreadLocal(_) => {
                "a crate uses `thread_local!` or `#[thread_local]`, or links a library that does: do without it here"
            }
            Self::Undefined(_) => {
                "a crate declares them `extern` and expects a library that is not linked here"
            }
            Self::Libc(_) => {
                "use a version of the crate that needs no C library, often by `default-features = false`, or a target with one"
            }
            Self::WritableCode(_) => "give code and data sections of their own in the linker script",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotElf(malformed) => write!(f, "it is no ELF file that can be loaded: {malformed}"),
            Self::Dynamic => f.write_str("it is not linked statically: it asks for a dynamic loader"),
            Self::NoBootNote => f.write_str("it has no note by which a virtual machine would start it"),
            Self::ThreadLocal(names) if names.is_empty() => f.write_str("it has thread-local storage"),
            Self::ThreadLocal(names) => write!(f, "it has thread-local storage: {}", Several(names)),
            Self::Undefined(names) => write!(f, "it has symbols that nothing defines: {}", Several(names)),
            Self::Libc(names) => write!(f, "it contains parts of a C library: {}", Several(names)),
            Self::WritableCode(address) => {
                write!(f, "the segment at {address:#x} is writable and executable")
            }
        }
    }
}

/// Names for people: a few, and how many more.
struct Several<'n>(&'n [String]);

impl fmt::Display for Several<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 5;
        let shown: Vec<String> = self.0.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
        f.write_str(&shown.join(", "))?;
        match self.0.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

#[cfg(test)]
mod tests;
