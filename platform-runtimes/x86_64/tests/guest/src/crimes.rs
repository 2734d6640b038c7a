//! What a program must not do, done.

use alloc::vec::Vec;
use core::arch::asm;
use core::hint::black_box;
use core::ptr::{with_exposed_provenance, with_exposed_provenance_mut};

use unik::log::Console;
use unik_x86_64::Serial;
use unik_x86_64::mmio::Mmio;

static CONSTANT: u64 = 5;
static mut CODE: [u8; 16] = [0xc3; 16];

pub fn commit(mode: &str, console: &Serial) {
    console.write_line("about to");
    match mode {
        "panic" => panic!("a bug"),
        "twice" => {
            unik_x86_64::console::set(|_| panic!("the console is broken"));
            panic!("a bug");
        }
        "worse" => {
            // SAFETY: it is not: the console reads where nothing is.
            unik_x86_64::console::set(|_| unsafe { asm!("ud2") });
            write(8);
        }
        "overflow" => {
            black_box(descend(black_box(1)));
        }
        "text" => write(commit as fn(&str, &Serial) as usize),
        "constant" => write((&raw const CONSTANT).addr()),
        "data" => {
            // SAFETY: it is not: data cannot be run.
            let run: extern "C" fn() = unsafe { core::mem::transmute((&raw const CODE).cast::<()>()) };
            run();
        }
        "null" => {
            // SAFETY: it is not: nothing is there.
            black_box(unsafe { with_exposed_provenance::<u8>(black_box(8)).read_volatile() });
        }
        "wild" => write(0x7fff_ffff_f000),
        "divide" => {
            // SAFETY: it is not: the processor does not divide by zero.
            unsafe { asm!("xor ecx, ecx", "div ecx", out("ecx") _, out("eax") _, out("edx") _) };
        }
        "invalid" => {
            // SAFETY: it is not.
            unsafe { asm!("ud2") };
        }
        // No address has a highest bit other than the one below it.
        "protection" => write(1 << 63),
        "memory" => {
            let mut kept = Vec::new();
            loop {
                kept.push(alloc::vec![1_u8; 1 << 20]);
                black_box(&kept);
            }
        }
        "mmio" => {
            black_box(Mmio::map(0x20_0000, 4));
        }
        "stackless" => {
            // SAFETY: it is not: there is no stack there.
            unsafe { asm!("mov rsp, 0x10", "push rax") };
        }
        _ => panic!("there is no such mode"),
    }
    console.write_line("and lived");
}

fn write(address: usize) {
    // SAFETY: it is not: nothing can be written there.
    unsafe { with_exposed_provenance_mut::<u8>(black_box(address)).write_volatile(0) };
}

fn descend(depth: u64) -> u64 {
    let frame = black_box([depth; 64]);
    if depth == 0 { 0 } else { descend(black_box(depth + 1)) + frame[5] }
}
