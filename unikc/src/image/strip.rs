//! An image as it is loaded: header, segments and boot notes, close together; no sections, no symbols, no padding.
//!
//! Loaders of virtual machines copy segments to where they belong, so that a segment need not begin in the file where
//! a page could be mapped from it. `p_align` says so.

use super::elf::{Elf, HEADER, LOAD, NOTE, SEGMENT, Segment};

/// What a segment's place in the file is a multiple of, up to its place in memory.
const ALIGN: u64 = 16;

/// The file without what is not loaded.
pub(crate) fn strip(elf: &Elf<'_>) -> Vec<u8> {
    let loads = elf.segments.iter().filter(|segment| segment.kind == LOAD && segment.memory > 0);
    let loads: Vec<Segment> = loads.copied().collect();
    let notes: Vec<Segment> = elf.segments.iter().filter(|segment| segment.kind == NOTE).copied().collect();
    let mut out = vec![0; HEADER + SEGMENT * (loads.len() + notes.len())];
    let mut placed: Vec<(Segment, u64, u64)> = Vec::new();
    for load in loads {
        let offset = append(&mut out, elf, &load);
        placed.push((load, offset, ALIGN));
    }
    for note in notes {
        let inside = |load: &&(Segment, u64, u64)| {
            load.0.kind == LOAD
                && load.0.offset <= note.offset
                && note.offset.saturating_add(note.length) <= load.0.offset.saturating_add(load.0.length)
        };
        let offset = match placed.iter().find(inside) {
            Some((load, offset, _)) => offset + (note.offset - load.offset),
            None => append(&mut out, elf, &note),
        };
        placed.push((note, offset, 4));
    }
    header(&mut out, elf.bytes, placed.len());
    for (at, (segment, offset, align)) in placed.iter().enumerate() {
        let start = HEADER + SEGMENT * at;
        let words = [*offset, segment.address, segment.physical, segment.length, segment.memory, *align];
        out[start..start + 4].copy_from_slice(&segment.kind.to_le_bytes());
        out[start + 4..start + 8].copy_from_slice(&segment.flags.to_le_bytes());
        for (index, word) in words.iter().enumerate() {
            let word_at = start + 8 + 8 * index;
            out[word_at..word_at + 8].copy_from_slice(&word.to_le_bytes());
        }
    }
    out
}

/// Adds what a segment has in the file; where it begins now.
fn append(out: &mut Vec<u8>, elf: &Elf<'_>, segment: &Segment) -> u64 {
    let content = elf.content(segment).expect("`Elf::read` has looked at every segment");
    let end = u64::try_from(out.len()).expect("a vector is not longer than 64 bits say");
    // The gABI wants `p_offset` and `p_vaddr` to agree modulo `p_align`.
    let padding = segment.address.wrapping_sub(end) % ALIGN;
    let offset = end + padding;
    if !content.is_empty() {
        out.resize(usize::try_from(offset).expect("the file fits into memory"), 0);
        out.extend_from_slice(content);
    }
    offset
}

/// The header that the file had, with a program header table of `count` and without sections.
fn header(out: &mut [u8], old: &[u8], count: usize) {
    out[..HEADER].copy_from_slice(&old[..HEADER]);
    let half = |value: usize| {
        u16::try_from(value).expect("there are no more segments than there were").to_le_bytes()
    };
    out[32..40].copy_from_slice(&(HEADER as u64).to_le_bytes()); // e_phoff
    out[40..48].fill(0); // e_shoff
    out[52..54].copy_from_slice(&half(HEADER)); // e_ehsize
    out[54..56].copy_from_slice(&half(SEGMENT)); // e_phentsize
    out[56..58].copy_from_slice(&half(count)); // e_phnum
    out[58..64].fill(0); // e_shentsize, e_shnum, e_shstrndx
}
