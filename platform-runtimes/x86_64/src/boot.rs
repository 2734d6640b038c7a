//! From the entry to the program: registers, memory, traps, time, in the order in which they need one another.

use core::ptr::with_exposed_provenance;

use crate::exit::exit;
use crate::heap::HEAP;
use crate::memory_map::Ranges;
use crate::page_table::Access;
use crate::start_info::{self, ENTRY, Malformed, Range, StartInfo};
use crate::{clock, console, cpu, paging, traps};

unsafe extern "C" {
    // Addresses of the link script; they have no values.
    static __image_start: u8;
    static __text_start: u8;
    static __text_end: u8;
    static __rodata_start: u8;
    static __rodata_end: u8;
    static __data_start: u8;
    static __data_end: u8;
    static __stack_bottom: u8;
    static __stack_top: u8;
    static __image_end: u8;
}

unsafe extern "Rust" {
    /// What `entry!` makes.
    fn unik_image_main() -> !;
}

fn address(symbol: *const u8) -> u64 {
    symbol.expose_provenance() as u64
}

fn range(start: *const u8, end: *const u8) -> Range {
    Range { start: address(start), end: address(end) }
}

/// Called once by the entry, with the address of the start info, over a provisional map of 4 GiB.
#[cfg_attr(unik_bare, unsafe(no_mangle))]
extern "C" fn unik_boot(start_info: u64) -> ! {
    cpu::enable_wide_registers();
    traps::start();
    if let Err(why) = check_processor().and_then(|()| take_memory(start_info)) {
        console::print(format_args!("the image cannot start: {why}"));
        exit(unik_platform::Exit::DEVICE);
    }
    clock::start();
    // SAFETY: the generated program defines it with this type, through `entry!`.
    unsafe { unik_image_main() }
}

fn check_processor() -> Result<(), &'static str> {
    const NO_EXECUTE: u32 = 1 << 20;
    match cpu::cpuid(0x8000_0001, 0) {
        Some(leaf) if leaf.edx & NO_EXECUTE != 0 => Ok(()),
        _ => Err("the processor cannot keep data from being run (NX), or its firmware has that switched off"),
    }
}

/// Finds the memory of the machine, starts the heap, and protects everything.
fn take_memory(start_info: u64) -> Result<(), &'static str> {
    // SAFETY: the loader passes the address of a start info, which the provisional map covers.
    let bytes = unsafe { read::<{ start_info::LENGTH }>(start_info) };
    let info = StartInfo::read(&bytes).map_err(|error| match error {
        Malformed::Magic => "the loader passes no PVH start info",
        Malformed::Version => "the loader's start info has no memory map",
    })?;
    crate::acpi::set_root(info.rsdp);
    let (mut ram, mut reserved) = (Ranges::new(), Ranges::new());
    for index in 0..u64::from(info.entries) {
        // SAFETY: the start info says that so many entries are there.
        let entry = unsafe { read::<ENTRY>(info.map + index * ENTRY as u64) };
        match start_info::entry(&entry) {
            Some((range, true)) => ram.join(range),
            Some((range, false)) => reserved.push(range),
            None => {}
        }
    }
    let image = range(&raw const __image_start, &raw const __image_end);
    if !ram.as_slice().iter().any(|ram| ram.start <= image.start && image.end <= ram.end) {
        return Err("the machine has less memory than the image needs");
    }
    let mut used = Ranges::new();
    used.push(image);
    let command_line = command_line(&info);
    used.push(command_line);
    for index in 0..u64::from(info.module_count) {
        // SAFETY: the start info says that so many modules are there; each starts with address and size.
        let module = unsafe { read::<16>(info.modules + index * 32) };
        let [start, size] = [0, 8].map(|at| start_info::word64(&module, at));
        used.push(Range { start, end: start.saturating_add(size) });
    }
    let free = ram.free(reserved.as_slice()).free(used.as_slice());
    protect(&free, &ram, command_line)
}

fn protect(free: &Ranges, ram: &Ranges, command_line: Range) -> Result<(), &'static str> {
    const MAPPED: u64 = 1 << 32;
    // What lies above the provisional map becomes heap once it is mapped.
    for range in free.as_slice().iter().filter(|range| range.end <= MAPPED) {
        // SAFETY: the loader says that it is RAM, and neither the image nor the loader uses it.
        unsafe { HEAP.claim(range.start as usize, range.end as usize) };
    }
    if command_line.start < command_line.end {
        // SAFETY: the command line stands there until here; it was cut out of the heap.
        let text = unsafe {
            core::slice::from_raw_parts(
                with_exposed_provenance::<u8>(command_line.start as usize),
                (command_line.end - command_line.start) as usize,
            )
        };
        crate::command_line::keep(text);
    }
    let parts = [
        (range(&raw const __text_start, &raw const __text_end), Access::Code),
        (range(&raw const __rodata_start, &raw const __rodata_end), Access::Constant),
        (range(&raw const __data_start, &raw const __data_end), Access::Data),
        (range(&raw const __stack_bottom, &raw const __stack_top), Access::Data),
    ];
    // SAFETY: these parts and the heap are everything that the program has.
    unsafe { paging::switch(&parts, free, ram) }.map_err(|_| "there is no memory for page tables")?;
    for range in free.as_slice().iter().filter(|range| range.end > MAPPED) {
        // SAFETY: as above.
        unsafe { HEAP.claim(range.start as usize, range.end as usize) };
    }
    Ok(())
}

/// Where the command line stands, without its zero.
fn command_line(info: &StartInfo) -> Range {
    let start = info.command_line;
    let mut end = start;
    // SAFETY: the loader has put a text with a zero at its end there.
    while start != 0 && unsafe { read::<1>(end) } != [0] {
        end += 1;
    }
    Range { start, end }
}

/// Bytes at a physical address.
///
/// # Safety
/// The provisional map covers them, and nothing writes to them.
unsafe fn read<const N: usize>(address: u64) -> [u8; N] {
    // SAFETY: as the caller says; an array of bytes needs no alignment.
    unsafe { with_exposed_provenance::<[u8; N]>(address as usize).read_volatile() }
}
