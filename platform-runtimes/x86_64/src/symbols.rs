//! The functions that compiled Rust calls without naming them: those of C's `string.h`, and two of unwinding.
//!
//! They are assembly, since a loop of Rust that copies memory may be compiled to a call of `memcpy`. On the host they
//! are ordinary functions with other names, and are tested; in an image they are the symbols.
//!
//! Blocks are moved by 64 bytes in four registers of SSE, with loads and stores that need no alignment. The ends
//! overlap instead of being counted out.

use core::arch::naked_asm;

/// `memcpy`, and `memmove`: what overlaps is moved as if it did not.
///
/// # Safety
/// As the C standard says (ISO C 7.26.2.2).
#[cfg_attr(unik_bare, unsafe(no_mangle))]
#[unsafe(naked)]
unsafe extern "C" fn memmove(to: *mut u8, from: *const u8, count: usize) -> *mut u8 {
    naked_asm!(
        "mov rax, rdi",
        "cmp rdx, 16",
        "jb 4f",
        "cmp rdx, 32",
        "ja 2f",
        // 16 to 32 bytes: both ends.
        "movdqu xmm0, [rsi]",
        "movdqu xmm1, [rsi + rdx - 16]",
        "movdqu [rdi], xmm0",
        "movdqu [rdi + rdx - 16], xmm1",
        "ret",
        "2:",
        "cmp rdx, 64",
        "ja 3f",
        // 33 to 64: two from each end.
        "movdqu xmm0, [rsi]",
        "movdqu xmm1, [rsi + 16]",
        "movdqu xmm2, [rsi + rdx - 32]",
        "movdqu xmm3, [rsi + rdx - 16]",
        "movdqu [rdi], xmm0",
        "movdqu [rdi + 16], xmm1",
        "movdqu [rdi + rdx - 32], xmm2",
        "movdqu [rdi + rdx - 16], xmm3",
        "ret",
        "3:",
        // More. If the target starts inside the source, from the end.
        "mov rcx, rdi",
        "sub rcx, rsi",
        "cmp rcx, rdx",
        "jb 7f",
        // Forward. The last 64 bytes are loaded first: the loop may overwrite them.
        "movdqu xmm4, [rsi + rdx - 64]",
        "movdqu xmm5, [rsi + rdx - 48]",
        "movdqu xmm6, [rsi + rdx - 32]",
        "movdqu xmm7, [rsi + rdx - 16]",
        "lea r8, [rdi + rdx - 64]",
        "6:",
        "movdqu xmm0, [rsi]",
        "movdqu xmm1, [rsi + 16]",
        "movdqu xmm2, [rsi + 32]",
        "movdqu xmm3, [rsi + 48]",
        "movdqu [rdi], xmm0",
        "movdqu [rdi + 16], xmm1",
        "movdqu [rdi + 32], xmm2",
        "movdqu [rdi + 48], xmm3",
        "add rsi, 64",
        "add rdi, 64",
        "cmp rdi, r8",
        "jb 6b",
        "movdqu [r8], xmm4",
        "movdqu [r8 + 16], xmm5",
        "movdqu [r8 + 32], xmm6",
        "movdqu [r8 + 48], xmm7",
        "ret",
        "7:",
        // Backward, with the first 64 bytes loaded first.
        "movdqu xmm4, [rsi]",
        "movdqu xmm5, [rsi + 16]",
        "movdqu xmm6, [rsi + 32]",
        "movdqu xmm7, [rsi + 48]",
        "8:",
        "movdqu xmm0, [rsi + rdx - 16]",
        "movdqu xmm1, [rsi + rdx - 32]",
        "movdqu xmm2, [rsi + rdx - 48]",
        "movdqu xmm3, [rsi + rdx - 64]",
        "movdqu [rdi + rdx - 16], xmm0",
        "movdqu [rdi + rdx - 32], xmm1",
        "movdqu [rdi + rdx - 48], xmm2",
        "movdqu [rdi + rdx - 64], xmm3",
        "sub rdx, 64",
        "cmp rdx, 64",
        "ja 8b",
        "movdqu [rdi], xmm4",
        "movdqu [rdi + 16], xmm5",
        "movdqu [rdi + 32], xmm6",
        "movdqu [rdi + 48], xmm7",
        "ret",
        "4:",
        // Less than 16: both ends of 8, of 4, of 2.
        "cmp edx, 8",
        "jb 5f",
        "mov rcx, [rsi]",
        "mov r8, [rsi + rdx - 8]",
        "mov [rdi], rcx",
        "mov [rdi + rdx - 8], r8",
        "ret",
        "5:",
        "cmp edx, 4",
        "jb 9f",
        "mov ecx, [rsi]",
        "mov r8d, [rsi + rdx - 4]",
        "mov [rdi], ecx",
        "mov [rdi + rdx - 4], r8d",
        "ret",
        "9:",
        "test edx, edx",
        "jz 20f",
        "movzx ecx, byte ptr [rsi]",
        "cmp edx, 1",
        "je 21f",
        "movzx r8d, word ptr [rsi + rdx - 2]",
        "mov [rdi + rdx - 2], r8w",
        "21:",
        "mov [rdi], cl",
        "20:",
        "ret",
    )
}

/// `memcpy`.
///
/// # Safety
/// As the C standard says (ISO C 7.26.2.1).
#[cfg_attr(unik_bare, unsafe(no_mangle))]
#[unsafe(naked)]
unsafe extern "C" fn memcpy(to: *mut u8, from: *const u8, count: usize) -> *mut u8 {
    naked_asm!("jmp {}", sym memmove)
}

/// `memset`.
///
/// # Safety
/// As the C standard says (ISO C 7.26.6.1).
#[cfg_attr(unik_bare, unsafe(no_mangle))]
#[unsafe(naked)]
unsafe extern "C" fn memset(to: *mut u8, byte: i32, count: usize) -> *mut u8 {
    naked_asm!(
        "mov rax, rdi",
        "movzx esi, sil",
        "mov rcx, 0x0101010101010101",
        "imul rcx, rsi",
        "cmp rdx, 16",
        "jb 4f",
        "movq xmm0, rcx",
        "punpcklqdq xmm0, xmm0",
        "cmp rdx, 64",
        "ja 3f",
        "movdqu [rdi], xmm0",
        "movdqu [rdi + rdx - 16], xmm0",
        "cmp rdx, 32",
        "jbe 2f",
        "movdqu [rdi + 16], xmm0",
        "movdqu [rdi + rdx - 32], xmm0",
        "2:",
        "ret",
        "3:",
        "lea r8, [rdi + rdx - 64]",
        "6:",
        "movdqu [rdi], xmm0",
        "movdqu [rdi + 16], xmm0",
        "movdqu [rdi + 32], xmm0",
        "movdqu [rdi + 48], xmm0",
        "add rdi, 64",
        "cmp rdi, r8",
        "jb 6b",
        "movdqu [r8], xmm0",
        "movdqu [r8 + 16], xmm0",
        "movdqu [r8 + 32], xmm0",
        "movdqu [r8 + 48], xmm0",
        "ret",
        "4:",
        "cmp edx, 8",
        "jb 5f",
        "mov [rdi], rcx",
        "mov [rdi + rdx - 8], rcx",
        "ret",
        "5:",
        "cmp edx, 4",
        "jb 9f",
        "mov [rdi], ecx",
        "mov [rdi + rdx - 4], ecx",
        "ret",
        "9:",
        "test edx, edx",
        "jz 20f",
        "mov [rdi], cl",
        "mov [rdi + rdx - 1], cl",
        "cmp edx, 3",
        "jb 20f",
        "mov [rdi + 1], cl",
        "20:",
        "ret",
    )
}

/// `memcmp`, and `bcmp`.
///
/// # Safety
/// As the C standard says (ISO C 7.26.4.1).
#[cfg_attr(unik_bare, unsafe(no_mangle))]
#[unsafe(naked)]
unsafe extern "C" fn memcmp(left: *const u8, right: *const u8, count: usize) -> i32 {
    naked_asm!(
        "2:",
        "cmp rdx, 8",
        "jb 3f",
        "mov rax, [rdi]",
        "mov rcx, [rsi]",
        "add rdi, 8",
        "add rsi, 8",
        "sub rdx, 8",
        "cmp rax, rcx",
        "je 2b",
        // The first byte decides, which is the highest after a swap.
        "bswap rax",
        "bswap rcx",
        "cmp rax, rcx",
        "sbb eax, eax",
        "or eax, 1",
        "ret",
        "3:",
        "test edx, edx",
        "jz 5f",
        "4:",
        "movzx eax, byte ptr [rdi]",
        "movzx ecx, byte ptr [rsi]",
        "sub eax, ecx",
        "jne 6f",
        "inc rdi",
        "inc rsi",
        "dec edx",
        "jnz 4b",
        "5:",
        "xor eax, eax",
        "6:",
        "ret",
    )
}

/// `bcmp`.
///
/// # Safety
/// As for `memcmp`.
#[cfg_attr(unik_bare, unsafe(no_mangle))]
#[unsafe(naked)]
unsafe extern "C" fn bcmp(left: *const u8, right: *const u8, count: usize) -> i32 {
    naked_asm!("jmp {}", sym memcmp)
}

/// `strlen`.
///
/// # Safety
/// As the C standard says (ISO C 7.26.6.4).
#[cfg_attr(unik_bare, unsafe(no_mangle))]
#[unsafe(naked)]
unsafe extern "C" fn strlen(text: *const u8) -> usize {
    naked_asm!("xor eax, eax", "2:", "cmp byte ptr [rdi + rax], 0", "je 3f", "inc rax", "jmp 2b", "3:", "ret")
}

/// The library that comes with the compiler was built to unwind and names these; an image aborts instead, so neither
/// is ever called.
#[cfg(unik_bare)]
mod unwinding {
    #[unsafe(no_mangle)]
    extern "C" fn rust_eh_personality() -> ! {
        crate::cpu::halt()
    }

    #[unsafe(no_mangle)]
    extern "C" fn _Unwind_Resume() -> ! {
        crate::cpu::halt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec;
    use std::vec::Vec;

    const LENGTHS: [usize; 24] =
        [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 127, 128, 129, 192, 500];

    fn pattern(length: usize) -> Vec<u8> {
        (0..length).map(|at| u8::try_from(at * 31 % 251).expect("a remainder of 251 is a byte")).collect()
    }

    #[test]
    fn what_is_moved_arrives_and_its_neighbours_stay() {
        for length in LENGTHS {
            for (from, to) in
                [(0, 600), (600, 0), (100, 101), (101, 100), (100, 170), (170, 100), (99, 115), (7, 7)]
            {
                let mut ours = pattern(1200);
                let mut theirs = ours.clone();
                theirs.copy_within(from..from + length, to);
                let base = ours.as_mut_ptr();
                // SAFETY: both ranges lie in the vector.
                let given = unsafe { memmove(base.wrapping_add(to), base.wrapping_add(from), length) };
                assert_eq!(given, base.wrapping_add(to));
                assert_eq!(ours, theirs, "{length} bytes from {from} to {to}");
            }
        }
    }

    #[test]
    fn copies_are_moves() {
        let from = pattern(500);
        for length in LENGTHS {
            let mut to = vec![0; 501];
            // SAFETY: both are long enough.
            unsafe { memcpy(to.as_mut_ptr(), from.as_ptr(), length) };
            assert_eq!(to[..length], from[..length]);
            assert!(to[length..].iter().all(|byte| *byte == 0));
        }
    }

    #[test]
    fn what_is_set_is_set_and_its_neighbours_stay() {
        for length in LENGTHS {
            let mut bytes = pattern(600);
            let mut expected = bytes.clone();
            expected[13..13 + length].fill(0xa7);
            // SAFETY: the range lies in the vector.
            unsafe { memset(bytes.as_mut_ptr().wrapping_add(13), 0x1a7, length) };
            assert_eq!(bytes, expected, "{length}");
        }
    }

    #[test]
    fn bytes_compare_as_numbers_without_a_sign() {
        for length in LENGTHS {
            let left = pattern(length);
            for at in 0..length {
                for change in [1, 0x80, 0xff] {
                    let mut right = left.clone();
                    right[at] = right[at].wrapping_add(change);
                    // SAFETY: both are `length` long.
                    let order = unsafe { memcmp(left.as_ptr(), right.as_ptr(), length) };
                    assert_eq!(order.cmp(&0), left.cmp(&right), "{length} bytes, {change} more at {at}");
                }
            }
            // SAFETY: both are `length` long.
            assert_eq!(unsafe { bcmp(left.as_ptr(), left.clone().as_ptr(), length) }, 0);
        }
    }

    #[test]
    fn a_text_ends_at_its_zero() {
        for length in LENGTHS {
            let mut text = vec![b'x'; length];
            text.extend([0, b'y']);
            // SAFETY: the text has a zero.
            assert_eq!(unsafe { strlen(text.as_ptr()) }, length);
        }
    }
}
