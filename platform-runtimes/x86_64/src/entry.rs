//! The first instructions: from what a PVH loader leaves to Rust.
//!
//! The loader finds the entry through an ELF note (Xen, docs/misc/pvh.pandoc;
//! xen/include/public/arch-x86/hvm/start_info.h). It enters in 32-bit mode without paging, with the address of the
//! start info in EBX. Here is only what has to be done before Rust can run: long mode over a provisional map of 4
//! GiB, a stack, and the SSE registers that every Rust function may use. All else is done in `boot`.
//!
//! The selectors are 8 for code and 16 for data; `traps` keeps them.

use core::arch::global_asm;

global_asm!(
    r#"
    .pushsection .note.unik.pvh, "a", @note
    .balign 4
    .long 4                     // the length of the name
    .long 4                     // the length of the description
    .long 18                    // XEN_ELFNOTE_PHYS32_ENTRY
    .asciz "Xen"
    .long unik_start_pvh
    .popsection

    .pushsection .rodata.unik_start, "a"
    .balign 8
unik_start_gdt:
    .quad 0
    .quad 0x00af9b000000ffff    // 8: code, 64 bits
    .quad 0x00cf93000000ffff    // 16: data
unik_start_gdt_pointer:
    .word . - unik_start_gdt - 1
    .quad unik_start_gdt
    .popsection

    .pushsection .text.unik_start, "ax"
    .code32
    .global unik_start_pvh
unik_start_pvh:
    cli
    cld
    movl %ebx, %ebp
    movl $0x80000001, %eax
    cpuid
    movl %edx, %esi

    // Nobody has cleared the tables: PML4, PDPT, four PDs.
    movl $__start_tables, %edi
    xorl %eax, %eax
    movl $(6 * 1024), %ecx
    rep stosl
    // 4 GiB, each at its own address, in pages of 2 MiB: 0x83 is present, writable, large.
    movl $(__start_tables + 0x2000), %edi
    movl $0x83, %eax
    movl $2048, %ecx
1:  movl %eax, (%edi)
    addl $0x200000, %eax
    addl $8, %edi
    decl %ecx
    jnz 1b
    movl $(__start_tables + 0x2003), %eax
    movl $(__start_tables + 0x1000), %edi
    movl $4, %ecx
3:  movl %eax, (%edi)
    addl $0x1000, %eax
    addl $8, %edi
    decl %ecx
    jnz 3b
    movl $(__start_tables + 0x1003), __start_tables
    movl $__start_tables, %eax
    movl %eax, %cr3

    // PAE, OSFXSR and OSXMMEXCPT.
    movl $0x620, %eax
    movl %eax, %cr4
    // EFER: LME, and NXE, without which pages of data cannot be kept from being run. What lacks it is refused in `boot`.
    movl $0xc0000080, %ecx
    rdmsr
    orl $0x100, %eax
    testl $(1 << 20), %esi
    jz 4f
    orl $0x800, %eax
4:  wrmsr
    // PG, WP, NE, MP, PE; the caches on; EM and TS off.
    movl $0x80010023, %eax
    movl %eax, %cr0
    lgdt unik_start_gdt_pointer
    ljmp $8, $2f

    .code64
2:  movl $16, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss
    movl %eax, %fs
    movl %eax, %gs
    movl $__stack_top, %esp
    movl %ebp, %edi
    xorl %ebp, %ebp
    call unik_boot
    ud2
    .popsection
    "#,
    options(att_syntax)
);
