//! Exceptions and interrupts: the descriptor tables, and what happens at an entry.
//!
//! The compiled library keeps data below its stack pointer, where no handler may write. So exceptions have a stack of their own, and so
//! have double faults and the like (SDM 3A, 6.14.5). Interrupts have none: they are let in where nothing lies below the stack pointer, and
//! on a stack of their own one within another would overwrite where the first came from. One handler is never interrupted, but QEMU 7.2
//! delivers an interrupt twice now and then when a hypervisor that it emulates injects it.
//!
//! An exception ends the program: it is told on the console, with the registers. An interrupt only leaves a mark,
//! which [`take_fired`] reads, and lets the processor go on *with interrupts off*: `interrupt` says why.

use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicU32, Ordering};

use crate::exit::{exit, reset};
use crate::registers::{Exception, PAGE_FAULT, Registers};
use crate::{console, cpu};

/// The vector of the first interrupt; those below are exceptions.
pub(crate) const FIRST: u8 = 32;
/// How many vectors interrupts have.
pub(crate) const VECTORS: u8 = 32;
/// The vector for interrupts that have gone away before they arrived. Its handler says nothing to the controller.
pub(crate) const SPURIOUS: u8 = 255;

const CODE: u16 = 8;
const EXCEPTION_STACK: u8 = 1;
const FAULT_STACK: u8 = 2;
/// The stack of whoever is interrupted.
const SAME_STACK: u8 = 0;

/// The stacks must hold the formatting of a message.
const STACK: usize = 12 * 1024;

/// Memory that the processor writes to.
#[repr(C, align(16))]
struct Own<T>(UnsafeCell<T>);

// SAFETY: the one processor alone uses these; Rust writes only in `start`, before there is anything to use them.
unsafe impl<T> Sync for Own<T> {}

impl<T> Own<T> {
    fn address(&self) -> u64 {
        self.0.get().expose_provenance() as u64
    }

    fn end(&self) -> u64 {
        self.address() + size_of::<T>() as u64
    }

    /// Puts a value there.
    ///
    /// # Safety
    /// Nothing uses the memory at the moment.
    unsafe fn set(&self, value: T) {
        // SAFETY: as the caller says.
        unsafe { self.0.get().write(value) };
    }
}

static EXCEPTIONS: Own<[u8; STACK]> = Own(UnsafeCell::new([0; STACK]));
static FAULTS: Own<[u8; STACK]> = Own(UnsafeCell::new([0; STACK]));
static GDT: Own<[u64; 5]> = Own(UnsafeCell::new([0; 5]));
static TSS: Own<[u32; 26]> = Own(UnsafeCell::new([0; 26]));
static IDT: Own<[[u64; 2]; 256]> = Own(UnsafeCell::new([[0; 2]; 256]));

/// Address and limit of a table, as LGDT and LIDT take it.
#[repr(C, packed)]
struct Pointer {
    limit: u16,
    base: u64,
}

/// Loads the tables. Exceptions are told from now on.
pub(crate) fn start() {
    let tss = TSS.address();
    let limit = size_of::<[u32; 26]>() as u64 - 1;
    let descriptor = limit | (tss & 0xff_ffff) << 16 | 0x89 << 40 | (tss >> 24 & 0xff) << 56;
    // SAFETY: the processor uses the entry's table so far, which has the same first three descriptors.
    unsafe { GDT.set([0, 0x00af_9b00_0000_ffff, 0x00cf_9300_0000_ffff, descriptor, tss >> 32]) };
    // SAFETY: there is no task state segment so far.
    unsafe { TSS.set(task_state()) };
    // SAFETY: there is no table of interrupts so far.
    unsafe { IDT.set(gates()) };
    load();
}

/// A task state segment with nothing but the stacks (SDM 3A, 8.7).
fn task_state() -> [u32; 26] {
    let mut words = [0; 26];
    let stacks = [(EXCEPTION_STACK, EXCEPTIONS.end()), (FAULT_STACK, FAULTS.end())];
    for (stack, end) in stacks {
        let at = 7 + 2 * usize::from(stack);
        words[at..at + 2].copy_from_slice(&cpu::halves(end));
    }
    // No map of ports: it would start behind the limit.
    words[25] = 104 << 16;
    words
}

fn gates() -> [[u64; 2]; 256] {
    let mut gates = [[0; 2]; 256];
    for (vector, gate) in (0_u8..=255).zip(&mut gates) {
        // NMI, double fault and machine check may come when the other stack is in use.
        let (stub, stack) = match vector {
            2 | 8 | 18 => (stubs::exception(vector), FAULT_STACK),
            0..FIRST => (stubs::exception(vector), EXCEPTION_STACK),
            SPURIOUS => (stubs::spurious(), SAME_STACK),
            _ if vector < FIRST + VECTORS => (stubs::interrupt(vector - FIRST), SAME_STACK),
            _ => continue,
        };
        let low = stub & 0xffff
            | u64::from(CODE) << 16
            | u64::from(stack) << 32
            | 0x8e << 40
            | (stub >> 16 & 0xffff) << 48;
        *gate = [low, stub >> 32];
    }
    gates
}

fn load() {
    let gdt = Pointer { limit: size_of::<[u64; 5]>() as u16 - 1, base: GDT.address() };
    let idt = Pointer { limit: size_of::<[[u64; 2]; 256]>() as u16 - 1, base: IDT.address() };
    // SAFETY: the table is complete and stays; its selectors of code and data are those that are loaded.
    unsafe { core::arch::asm!("lgdt [{}]", in(reg) &gdt, options(readonly, nostack, preserves_flags)) };
    // SAFETY: the table is complete and stays; its gates lead to the stubs.
    unsafe { core::arch::asm!("lidt [{}]", in(reg) &idt, options(readonly, nostack, preserves_flags)) };
    // SAFETY: selector 24 is the task state segment, which stays.
    unsafe { core::arch::asm!("ltr {:x}", in(reg) 24_u16, options(nostack, preserves_flags)) };
}

/// Whether interrupt `index` has come since it was last asked.
pub(crate) fn take_fired(index: u8) -> bool {
    // A plain load first: it is asked often, and has rarely come.
    let bit = 1 << index;
    stubs::fired().load(Ordering::Relaxed) & bit != 0
        && stubs::fired().fetch_and(!bit, Ordering::Relaxed) & bit != 0
}

/// Sleeps until an interrupt. One that is pending already ends the sleep at once.
///
/// Interrupts are let in only from the second instruction on (SDM 2B, STI), so none comes between being let in and sleeping. Not every
/// emulator keeps to that: QEMU before 9.1 forgets it when its guest is a hypervisor and is interrupted there. A handler that finds the
/// processor about to sleep therefore leads it past the sleep: its interrupt is what was waited for, and has switched interrupts off.
pub(crate) fn sleep() {
    #[cfg(unik_bare)]
    // SAFETY: the handlers restore all registers and return with interrupts off. They and the call write below the stack pointer, which
    // this block may do, as it does not say `nostack`.
    unsafe {
        core::arch::asm!("call unik_sleep");
    }
}

/// Says where the handlers tell the interrupt controller that they are done: the address of its register, or that it
/// is the MSR of an x2APIC.
pub(crate) fn set_end_of_interrupt(register: Option<u64>) {
    stubs::end_of_interrupt().store(register.unwrap_or(stubs::X2), Ordering::Relaxed);
}

/// How many exceptions there were: the first is told, the second that came of telling it, and that is all.
static TRAPPED: AtomicU32 = AtomicU32::new(0);

/// Where the stubs of exceptions lead: tells what happened and ends the program.
#[cfg_attr(unik_bare, unsafe(no_mangle))]
extern "C" fn unik_trapped(registers: &Registers) -> ! {
    let address = cpu::fault_address();
    match TRAPPED.fetch_add(1, Ordering::Relaxed) {
        0 => {}
        1 => {
            // Telling of the first has failed: no more formatting.
            console::take_back();
            console::write(b"\r\nand another exception while that was told\r\n");
            reset();
        }
        _ => reset(),
    }
    let overflow = matches!(registers.vector, PAGE_FAULT | 8) && stack::guards(address);
    let mut returns = [0; 8];
    let count = stack::returns(registers.rsp, &mut returns);
    console::print(format_args!(
        "{}",
        Exception { registers, address, overflow, returns: &returns[..count] }
    ));
    exit(unik_platform::Exit::PANIC)
}

/// The stack of the program, as the link script has laid it out.
mod stack {
    unsafe extern "C" {
        static __text_start: u8;
        static __text_end: u8;
        static __stack_guard: u8;
        static __stack_bottom: u8;
        static __stack_top: u8;
    }

    fn address(symbol: *const u8) -> u64 {
        symbol.addr() as u64
    }

    /// Whether an address lies in the page that is left out below the stack.
    pub(super) fn guards(at: u64) -> bool {
        (address(&raw const __stack_guard)..address(&raw const __stack_bottom)).contains(&at)
    }

    /// Words from `pointer` on that point into code: most are return addresses.
    pub(super) fn returns(pointer: u64, into: &mut [u64]) -> usize {
        let code = address(&raw const __text_start)..address(&raw const __text_end);
        let stack = address(&raw const __stack_bottom)..address(&raw const __stack_top);
        let mut count = 0;
        // Who has left the stack below is told of what is on it.
        let left = guards(pointer);
        let mut at = if left { stack.start } else { pointer.next_multiple_of(8) };
        while count < into.len() && stack.contains(&at) {
            // SAFETY: the word lies on the stack, which is mapped, and whose program does not run any more.
            let word = unsafe { core::ptr::with_exposed_provenance::<u64>(at as usize).read_volatile() };
            if code.contains(&word) {
                into[count] = word;
                count += 1;
            }
            at += 8;
        }
        count
    }
}

/// The entries of exceptions and interrupts.
mod stubs {
    use core::sync::atomic::{AtomicU32, AtomicU64};

    unsafe extern "C" {
        static unik_exception_stubs: u8;
        static unik_interrupt_stubs: u8;
        static unik_spurious_stub: u8;
    }

    /// One bit for each vector of interrupts.
    #[cfg_attr(unik_bare, unsafe(export_name = "unik_fired"))]
    static FIRED: AtomicU32 = AtomicU32::new(0);
    /// Stands for the MSR of an x2APIC.
    pub(super) const X2: u64 = 1;
    /// The register that ends an interrupt; zero if nobody is told, as no controller is in use.
    #[cfg_attr(unik_bare, unsafe(export_name = "unik_end_of_interrupt"))]
    static END_OF_INTERRUPT: AtomicU64 = AtomicU64::new(0);

    pub(super) fn fired() -> &'static AtomicU32 {
        &FIRED
    }

    pub(super) fn end_of_interrupt() -> &'static AtomicU64 {
        &END_OF_INTERRUPT
    }

    pub(super) fn exception(vector: u8) -> u64 {
        (&raw const unik_exception_stubs).addr() as u64 + u64::from(vector) * 16
    }

    pub(super) fn interrupt(index: u8) -> u64 {
        (&raw const unik_interrupt_stubs).addr() as u64 + u64::from(index) * 16
    }

    pub(super) fn spurious() -> u64 {
        (&raw const unik_spurious_stub).addr() as u64
    }

    // The mask has the vectors for which the processor pushes an error code; the others push a zero, so that all
    // leave the same.
    #[cfg(unik_bare)]
    core::arch::global_asm!(
        r#"
    .pushsection .text.unik_stubs, "ax"
    .balign 16
unik_exception_stubs:
    .set unik_vector, 0
    .rept 32
    .balign 16
    .if ((0x60227d00 >> unik_vector) & 1) == 0
    pushq $0
    .endif
    pushq $unik_vector
    jmp unik_exception
    .set unik_vector, unik_vector + 1
    .endr

    .balign 16
unik_interrupt_stubs:
    .set unik_vector, 0
    .rept 32
    .balign 16
    pushq $unik_vector
    jmp unik_interrupt
    .set unik_vector, unik_vector + 1
    .endr

unik_exception:
    pushq %rax
    pushq %rbx
    pushq %rcx
    pushq %rdx
    pushq %rsi
    pushq %rdi
    pushq %rbp
    pushq %r8
    pushq %r9
    pushq %r10
    pushq %r11
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, %rdi
    cld
    xorl %ebp, %ebp
    andq $-16, %rsp
    call unik_trapped

    .global unik_sleep      // the call may be compiled into another object than this
unik_sleep:
    sti
    .global unik_asleep     // for the tests, and so is the stub's
unik_asleep:
    hlt
    cli
    ret

unik_interrupt:
    pushq %rax
    pushq %rcx
    pushq %rdx
    movl 24(%rsp), %eax
    btsl %eax, unik_fired
    movq unik_end_of_interrupt, %rcx
    cmpq $1, %rcx
    jb 2f
    je 1f
    movl $0, (%rcx)
    jmp 2f
1:  movl $0x80b, %ecx
    xorl %eax, %eax
    xorl %edx, %edx
    wrmsr
2:  popq %rdx
    popq %rcx
    popq %rax
    addq $8, %rsp
    .global unik_spurious_stub
unik_spurious_stub:
    cmpq $unik_asleep, (%rsp)
    jne 3f
    incq (%rsp)     // past `hlt`, which is one byte long
3:
    btrq $9, 16(%rsp)
    iretq
    .popsection
        "#,
        options(att_syntax)
    );
}
