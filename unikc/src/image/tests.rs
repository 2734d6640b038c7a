//! Files as a linker would write them, and worse ones.

use super::elf::{DYNAMIC, Elf, INTERPRETER, LOAD, NOTE, THREAD_LOCAL};
use super::*;

/// A file in the making: one segment of code at 1 MiB with a boot note at its beginning, and what a test adds.
struct Linked {
    kind: u16,
    note: &'static [u8],
    /// Kind, flags, memory.
    segments: Vec<(u32, u32, u64)>,
    /// Name, section, kind.
    symbols: Vec<(&'static str, u16, u8)>,
}

const PVH: &[u8] = b"\x04\0\0\0\x04\0\0\0\x12\0\0\0Xen\0\0\0\x10\0";
const CODE: &[u8] = b"the code";
const BASE: u64 = 0x10_0000;

impl Linked {
    fn new() -> Self {
        Self { kind: 2, note: PVH, segments: Vec::new(), symbols: vec![("main", 1, 2)] }
    }

    fn bytes(&self) -> Vec<u8> {
        let mut content = self.note.to_vec();
        content.extend_from_slice(CODE);
        let start = 0x1000_u64;
        let length = content.len() as u64;
        let mut segments = vec![
            segment(LOAD, 5, start, BASE, length, length),
            segment(NOTE, 4, start, BASE, self.note.len() as u64, self.note.len() as u64),
        ];
        for (index, (kind, flags, memory)) in (1..).zip(&self.segments) {
            segments.push(segment(*kind, *flags, 0, BASE + index * 0x1000, 0, *memory));
        }
        let mut file = vec![0; 0x1000];
        file.extend_from_slice(&content);
        let mut names = vec![0];
        let mut symbols = vec![0; 24];
        for (name, section, kind) in &self.symbols {
            symbols.extend_from_slice(&u32::try_from(names.len()).unwrap().to_le_bytes());
            symbols.extend_from_slice(&[0x10 | kind, 0]);
            symbols.extend_from_slice(&section.to_le_bytes());
            symbols.extend_from_slice(&[0; 16]);
            names.extend_from_slice(name.as_bytes());
            names.push(0);
        }
        let (symbols_at, names_at) = (file.len(), file.len() + symbols.len());
        file.extend_from_slice(&symbols);
        file.extend_from_slice(&names);
        let sections_at = file.len() as u64;
        file.extend_from_slice(&[0; 64]);
        file.extend_from_slice(&section(2, symbols_at, symbols.len(), 2));
        file.extend_from_slice(&section(3, names_at, names.len(), 0));
        file[..6].copy_from_slice(b"\x7fELF\x02\x01");
        file[16..18].copy_from_slice(&self.kind.to_le_bytes());
        file[32..40].copy_from_slice(&64_u64.to_le_bytes());
        file[40..48].copy_from_slice(&sections_at.to_le_bytes());
        file[54..56].copy_from_slice(&56_u16.to_le_bytes());
        file[56..58].copy_from_slice(&u16::try_from(segments.len()).unwrap().to_le_bytes());
        file[58..60].copy_from_slice(&64_u16.to_le_bytes());
        file[60..62].copy_from_slice(&3_u16.to_le_bytes());
        file[64..64 + 56 * segments.len()].copy_from_slice(&segments.concat());
        file
    }
}

fn segment(kind: u32, flags: u32, offset: u64, address: u64, length: u64, memory: u64) -> [u8; 56] {
    let mut bytes = [0; 56];
    bytes[..4].copy_from_slice(&kind.to_le_bytes());
    bytes[4..8].copy_from_slice(&flags.to_le_bytes());
    for (index, word) in [offset, address, address, length, memory, 0x1000].iter().enumerate() {
        bytes[8 + index * 8..16 + index * 8].copy_from_slice(&word.to_le_bytes());
    }
    bytes
}

fn section(kind: u32, offset: usize, length: usize, link: u32) -> [u8; 64] {
    let mut bytes = [0; 64];
    bytes[4..8].copy_from_slice(&kind.to_le_bytes());
    bytes[24..32].copy_from_slice(&(offset as u64).to_le_bytes());
    bytes[32..40].copy_from_slice(&(length as u64).to_le_bytes());
    bytes[40..44].copy_from_slice(&link.to_le_bytes());
    bytes
}

fn strings(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn a_bare_program_is_an_image() {
    let mut linked = Linked::new();
    linked.segments.push((LOAD, 6, 0x2345));
    let bytes = linked.bytes();
    let image = Image::check(&bytes).expect("nothing is wrong with it");
    assert_eq!(image.loaded(), 0x1000 + 0x2345);
}

#[test]
fn what_an_image_must_not_have_is_named() {
    let check = |change: &dyn Fn(&mut Linked), expected: Fault| {
        let mut linked = Linked::new();
        change(&mut linked);
        let faults = Image::check(&linked.bytes()).expect_err("something is wrong with it");
        assert_eq!(faults, [expected]);
    };
    check(&|it| it.segments.push((INTERPRETER, 4, 0)), Fault::Dynamic);
    check(&|it| it.segments.push((DYNAMIC, 6, 0)), Fault::Dynamic);
    check(&|it| it.kind = 3, Fault::Dynamic);
    check(&|it| it.note = b"\x04\0\0\0\0\0\0\0\x12\0\0\0GNU\0", Fault::NoBootNote);
    check(&|it| it.note = b"\x04\0\0\0\0\0\0\0\x01\0\0\0Xen\0", Fault::NoBootNote);
    check(&|it| it.segments.push((LOAD, 7, 8)), Fault::WritableCode(BASE + 0x1000));
    check(
        &|it| {
            it.segments.push((THREAD_LOCAL, 4, 8));
            it.symbols.push(("COUNTER", 2, 6));
        },
        Fault::ThreadLocal(strings(&["COUNTER"])),
    );
    check(
        &|it| it.symbols.extend([("printf", 0, 0), ("abs", 0, 0)]),
        Fault::Undefined(strings(&["abs", "printf"])),
    );
    check(
        &|it| it.symbols.extend([("malloc", 1, 2), ("_IO_puts", 1, 2), ("__libc_start_main", 1, 2)]),
        Fault::Libc(strings(&["_IO_puts", "__libc_start_main"])),
    );
}

#[test]
fn a_few_names_stand_for_many() {
    let names: Vec<String> = (0..9).map(|number| format!("_IO_{number}")).collect();
    let text = Fault::Libc(names).to_string();
    assert!(text.ends_with("`_IO_3`, `_IO_4` and 4 more"), "{text}");
}

#[test]
fn a_stripped_image_loads_the_same() {
    let mut linked = Linked::new();
    linked.segments.push((LOAD, 6, 0x2345));
    linked.segments.push((0x6474_e551, 6, 0)); // PT_GNU_STACK
    let bytes = linked.bytes();
    let image = Image::check(&bytes).expect("nothing is wrong with it");
    let stripped = image.stripped();
    assert!(stripped.len() < 300, "{} bytes", stripped.len());
    let again = Elf::read(&stripped).expect("it is an ELF file");
    let loads = |elf: &Elf<'_>| -> Vec<(u64, u64, u64, u32, Vec<u8>)> {
        let loads = elf.segments.iter().filter(|segment| segment.kind == LOAD);
        let content = |segment: &Segment| elf.content(segment).expect("it was read").to_vec();
        loads.map(|it| (it.address, it.physical, it.memory, it.flags, content(it))).collect()
    };
    assert_eq!(loads(&again), loads(&image.elf));
    assert_eq!(again.notes(), image.elf.notes());
    assert_eq!(again.symbols(), Ok(Vec::new()));
    for segment in again.segments.iter().filter(|segment| segment.kind == LOAD) {
        assert_eq!(segment.offset % 16, segment.address % 16);
    }
    assert_eq!(Image::check(&stripped).expect("it stays an image").stripped(), stripped);
}

/// Cuts a file and turns every byte of its tables: it is refused or read, and never more than that.
#[test]
fn a_broken_file_is_refused() {
    let bytes = Linked::new().bytes();
    for end in (0..bytes.len()).rev().step_by(3) {
        if let Ok(image) = Image::check(&bytes[..end]) {
            let _ = image.stripped();
        }
    }
    let tables = (0..64 + 56 * 2).chain(0x1000..bytes.len());
    for at in tables {
        for value in [0, 1, 0x7f, 0xff] {
            let mut broken = bytes.clone();
            broken[at] = value;
            if let Ok(image) = Image::check(&broken) {
                let _ = (image.stripped(), image.loaded());
            }
        }
    }
    for text in [&b""[..], b"\x7fELF", b"#!/bin/sh\n", b"\x7fELF\x01\x01"] {
        assert!(matches!(Image::check(text).expect_err("it is none")[..], [Fault::NotElf(_)]));
    }
}
