//! ELF files of 64 bits, little-endian, as far as an image needs them: segments, symbols, notes (System V gABI, chapters 4
//! and 5).
//!
//! The file comes from a linker, but nothing is believed: what points outside it is an error.

use std::fmt;

/// `PT_LOAD`
pub(crate) const LOAD: u32 = 1;
/// `PT_DYNAMIC`
pub(crate) const DYNAMIC: u32 = 2;
/// `PT_INTERP`
pub(crate) const INTERPRETER: u32 = 3;
/// `PT_NOTE`
pub(crate) const NOTE: u32 = 4;
/// `PT_TLS`
pub(crate) const THREAD_LOCAL: u32 = 7;

/// `sizeof(Elf64_Ehdr)`, `sizeof(Elf64_Phdr)`
pub(crate) const HEADER: usize = 64;
pub(crate) const SEGMENT: usize = 56;

const EXECUTABLE: u16 = 2; // ET_EXEC
const SYMBOLS: u32 = 2; // SHT_SYMTAB
const SYMBOL: usize = 24; // sizeof(Elf64_Sym)
const THREAD_LOCAL_SYMBOL: u8 = 6; // STT_TLS

/// A file that has been read.
#[derive(Debug)]
pub(crate) struct Elf<'b> {
    /// All of it.
    pub(crate) bytes: &'b [u8],
    /// The program header table, in its order.
    pub(crate) segments: Vec<Segment>,
}

/// An entry of the program header table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    /// `p_type`
    pub(crate) kind: u32,
    /// `p_flags`: as they stand.
    pub(crate) flags: u32,
    /// Whether `PF_W` is set.
    pub(crate) writable: bool,
    /// Whether `PF_X` is set.
    pub(crate) executable: bool,
    /// Where it begins in the file.
    pub(crate) offset: u64,
    /// Where it is to be found in memory.
    pub(crate) address: u64,
    /// Where it is loaded to, before there are page tables.
    pub(crate) physical: u64,
    /// How long it is in the file.
    pub(crate) length: u64,
    /// How long it is in memory.
    pub(crate) memory: u64,
}

/// A symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Symbol<'b> {
    /// Its name; empty if it has none.
    pub(crate) name: &'b str,
    /// Whether the file defines it.
    pub(crate) defined: bool,
    /// Whether each thread has one of its own.
    pub(crate) thread_local: bool,
}

/// A note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Note {
    /// Whose type it is.
    pub(crate) owner: String,
    /// Its type.
    pub(crate) kind: u32,
}

/// Why a file cannot be read: what is not as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed(&'static str);

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl<'b> Elf<'b> {
    /// Reads the header and the segments.
    pub(crate) fn read(bytes: &'b [u8]) -> Result<Self, Malformed> {
        if bytes.get(..4) != Some(b"\x7fELF") {
            return Err(Malformed("it does not begin like one"));
        }
        if bytes.get(4..6) != Some(&[2, 1]) {
            return Err(Malformed("it is not of 64 bits and little-endian"));
        }
        let header = Bytes(bytes.get(..HEADER).ok_or(Malformed("its header is cut off"))?);
        let (table, size, count) = (header.u64(32), usize::from(header.u16(54)), header.u16(56));
        let table = entries(bytes, table, size, SEGMENT, usize::from(count))?;
        let segments = table.map(|entry| {
            let flags = entry.u32(4);
            Segment {
                kind: entry.u32(0),
                flags,
                writable: flags & 2 != 0,
                executable: flags & 1 != 0,
                offset: entry.u64(8),
                address: entry.u64(16),
                physical: entry.u64(24),
                length: entry.u64(32),
                memory: entry.u64(40),
            }
        });
        let elf = Self { bytes, segments: segments.collect() };
        for segment in &elf.segments {
            elf.content(segment)?;
        }
        Ok(elf)
    }

    /// Whether it is a program that is loaded where it says, and nowhere else.
    pub(crate) fn is_executable(&self) -> bool {
        Bytes(self.bytes).u16(16) == EXECUTABLE
    }

    /// What a segment has in the file.
    pub(crate) fn content(&self, segment: &Segment) -> Result<&'b [u8], Malformed> {
        part(self.bytes, segment.offset, segment.length).ok_or(Malformed("a segment lies outside the file"))
    }

    /// Its symbols, in their order; none if they have been taken out.
    pub(crate) fn symbols(&self) -> Result<Vec<Symbol<'b>>, Malformed> {
        let header = Bytes(self.bytes);
        let (table, size, count) = (header.u64(40), usize::from(header.u16(58)), header.u16(60));
        let sections: Vec<Bytes<'b>> = entries(self.bytes, table, size, 64, usize::from(count))?.collect();
        let mut symbols = Vec::new();
        for section in sections.iter().filter(|section| section.u32(4) == SYMBOLS) {
            let names = sections.get(section.u32(40) as usize).ok_or(Malformed("symbols have no names"))?;
            let names = self.section(names)?;
            // The first symbol is none.
            for entry in self.section(section)?.chunks_exact(SYMBOL).skip(1).map(Bytes) {
                let name =
                    name(names, entry.u32(0) as usize).ok_or(Malformed("a symbol's name is cut off"))?;
                symbols.push(Symbol {
                    name,
                    defined: entry.u16(6) != 0,
                    thread_local: entry.0[4] & 15 == THREAD_LOCAL_SYMBOL,
                });
            }
        }
        Ok(symbols)
    }

    fn section(&self, section: &Bytes<'b>) -> Result<&'b [u8], Malformed> {
        part(self.bytes, section.u64(24), section.u64(32)).ok_or(Malformed("a section lies outside the file"))
    }

    /// The notes of all segments of that kind.
    pub(crate) fn notes(&self) -> Result<Vec<Note>, Malformed> {
        let mut notes = Vec::new();
        for segment in self.segments.iter().filter(|segment| segment.kind == NOTE) {
            let mut rest = self.content(segment)?;
            while rest.len() >= 12 {
                let head = Bytes(rest);
                let (name, description, kind) = (head.u32(0) as usize, head.u32(4) as usize, head.u32(8));
                let cut_off = Malformed("a note is cut off");
                let text = rest[12..].get(..name).ok_or(cut_off)?;
                let owner = text.strip_suffix(b"\0").unwrap_or(text);
                notes.push(Note { owner: String::from_utf8_lossy(owner).into_owned(), kind });
                // Names and descriptions are filled up to words of four bytes.
                let length = name
                    .checked_next_multiple_of(4)
                    .zip(description.checked_next_multiple_of(4))
                    .and_then(|(name, description)| name.checked_add(description)?.checked_add(12));
                rest = rest.get(length.ok_or(cut_off)?..).unwrap_or_default();
            }
        }
        Ok(notes)
    }
}

/// The entries of a table, which are at least `least` bytes long each.
fn entries(
    bytes: &[u8],
    offset: u64,
    size: usize,
    least: usize,
    count: usize,
) -> Result<impl Iterator<Item = Bytes<'_>>, Malformed> {
    if count > 0 && size < least {
        return Err(Malformed("the entries of a table are too short"));
    }
    let length = size.checked_mul(count).and_then(|length| u64::try_from(length).ok());
    let table = if count == 0 { Some(&[][..]) } else { part(bytes, offset, length.unwrap_or(u64::MAX)) };
    let table = table.ok_or(Malformed("a table lies outside the file"))?;
    Ok(table.chunks_exact(size.max(1)).map(Bytes))
}

fn part(bytes: &[u8], offset: u64, length: u64) -> Option<&[u8]> {
    let start = usize::try_from(offset).ok()?;
    let end = start.checked_add(usize::try_from(length).ok()?)?;
    // A part that is empty may be said to lie anywhere.
    if length == 0 { Some(&[]) } else { bytes.get(start..end) }
}

/// The name that begins at an offset of a string table.
fn name(names: &[u8], at: usize) -> Option<&str> {
    let rest = names.get(at..)?;
    let end = rest.iter().position(|byte| *byte == 0)?;
    str::from_utf8(&rest[..end]).ok()
}

/// Bytes that have been made sure to be long enough.
#[derive(Clone, Copy, Debug)]
struct Bytes<'b>(&'b [u8]);

impl Bytes<'_> {
    fn u16(self, at: usize) -> u16 {
        u16::from_le_bytes(self.array(at))
    }

    fn u32(self, at: usize) -> u32 {
        u32::from_le_bytes(self.array(at))
    }

    fn u64(self, at: usize) -> u64 {
        u64::from_le_bytes(self.array(at))
    }

    fn array<const N: usize>(self, at: usize) -> [u8; N] {
        let mut bytes = [0; N];
        bytes.copy_from_slice(&self.0[at..at + N]);
        bytes
    }
}
