//! The early console: lines for people, from the first instruction of Rust to the last.
//!
//! It writes to COM1, a 16550 at port 0x3f8, where one is (its scratch register keeps what is written), and else to
//! the debug console of virtual machines at port 0xe9, which says so when it is read; Xen has it too and does not say so: it
//! writes to its own log (`xl dmesg`, with `guest_loglvl=all`). A machine without either is silent. A platform may put a console of its own in its place with [`set`].

use core::cell::Cell;
use core::fmt;

use crate::hypervisor::Leaves;
use crate::port::Ports;
use crate::single::Single;

const COM1: Ports = Ports::new(0x3f8, 8);
const DEBUG: Ports = Ports::new(0xe9, 1);

// Registers of a 16550 (PC16550D data sheet, 8.0).
const TRANSMIT: u16 = 0;
const INTERRUPT_ENABLE: u16 = 1;
const FIFO_CONTROL: u16 = 2;
const LINE_CONTROL: u16 = 3;
const MODEM_CONTROL: u16 = 4;
const LINE_STATUS: u16 = 5;
const SCRATCH: u16 = 7;
/// The FIFO is empty.
const TRANSMIT_EMPTY: u8 = 1 << 5;
/// How many bytes the FIFO takes.
const FIFO: usize = 16;
/// A line that does not become free for so many looks is dead: what would be written is lost, the program goes on.
const PATIENCE: u32 = 1_000_000;

/// Writes bytes somewhere.
pub type Sink = fn(&[u8]);

/// What was put in the place of the early console, and the early console, once it was looked for.
static SINK: Single<Cell<Option<Sink>>> = Single::new(Cell::new(None));
static EARLY: Single<Cell<Option<Sink>>> = Single::new(Cell::new(None));

/// Puts another console in the place of the early one. The function must write at once: it is also called when the
/// program is about to end.
pub fn set(sink: Sink) {
    SINK.set(Some(sink));
}

/// Takes the early console again: the other one has failed while the end of the program was told.
pub(crate) fn take_back() {
    SINK.set(None);
}

/// Writes bytes.
pub fn write(bytes: &[u8]) {
    SINK.get().unwrap_or(early)(bytes);
}

/// Writes bytes to the early console, for a console that is there beside it.
pub fn early(bytes: &[u8]) {
    let sink = EARLY.get().unwrap_or_else(|| {
        let found = probe();
        EARLY.set(Some(found));
        found
    });
    sink(bytes);
}

/// Writes a line, without its line feed.
pub fn write_line(line: &str) {
    use fmt::Write;
    let mut out = Lines::default();
    let _ = writeln!(out, "{line}");
    out.finish();
}

/// Writes what the format says, and a line feed.
pub(crate) fn print(arguments: fmt::Arguments<'_>) {
    use fmt::Write;
    let mut out = Lines::default();
    let _ = out.write_fmt(arguments);
    let _ = out.write_char('\n');
    out.finish();
}

/// Text on its way: gathered, and each line feed with a carriage return before it.
struct Lines {
    buffer: [u8; 128],
    used: usize,
}

impl Default for Lines {
    fn default() -> Self {
        Self { buffer: [0; 128], used: 0 }
    }
}

impl Lines {
    fn push(&mut self, byte: u8) {
        if self.used == self.buffer.len() {
            self.finish();
        }
        self.buffer[self.used] = byte;
        self.used += 1;
    }

    fn finish(&mut self) {
        write(&self.buffer[..self.used]);
        self.used = 0;
    }
}

impl fmt::Write for Lines {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            if byte == b'\n' {
                self.push(b'\r');
            }
            self.push(byte);
        }
        Ok(())
    }
}

fn probe() -> Sink {
    COM1.write8(SCRATCH, 0x5a);
    if COM1.read8(SCRATCH) == 0x5a {
        COM1.write8(INTERRUPT_ENABLE, 0);
        // 115,200 bits per second: a divisor of 1, while the top bit of the line control is set; 8 bits, no parity.
        COM1.write8(LINE_CONTROL, 0x80);
        COM1.write8(TRANSMIT, 1);
        COM1.write8(INTERRUPT_ENABLE, 0);
        COM1.write8(LINE_CONTROL, 3);
        COM1.write8(FIFO_CONTROL, 0x07);
        // Data terminal ready, request to send.
        COM1.write8(MODEM_CONTROL, 3);
        serial
    } else if DEBUG.read8(0) == 0xe9 || Leaves::of(b"XenVMMXenVMM").is_some() {
        debug
    } else {
        silent
    }
}

/// The line status is read once for each fill of the FIFO, not for each byte.
fn serial(bytes: &[u8]) {
    for chunk in bytes.chunks(FIFO) {
        let mut looks = 0;
        while COM1.read8(LINE_STATUS) & TRANSMIT_EMPTY == 0 {
            looks += 1;
            if looks == PATIENCE {
                return;
            }
        }
        // Not as a string: hypervisors interpret that byte by byte, which is slower.
        chunk.iter().for_each(|byte| COM1.write8(TRANSMIT, *byte));
    }
}

fn debug(bytes: &[u8]) {
    bytes.iter().for_each(|byte| DEBUG.write8(0, *byte));
}

fn silent(_: &[u8]) {}
