//! What a program must not do: it ends with a message that says what it was.

use crate::guest::{Boot, MACHINES};

/// Mode, and what the first line after it says.
const CRIMES: [(&str, &str); 11] = [
    ("panic", "panicked at src/crimes.rs:"),
    ("overflow", "stack overflow: writing memory that is not there at 0x"),
    ("text", "page fault: writing memory that is read-only at 0x"),
    ("constant", "page fault: writing memory that is read-only at 0x"),
    ("data", "page fault: running memory that holds data at 0x"),
    ("null", "page fault: reading memory that is not there at 0x8"),
    ("wild", "page fault: writing memory that is not there at 0x7ffffffff000"),
    ("divide", "division by zero or overflow of a division"),
    ("invalid", "invalid instruction"),
    ("protection", "general protection fault"),
    ("stackless", "page fault: writing memory that is not there at 0x8"),
];

#[test]
fn what_a_program_must_not_do_ends_it_with_a_message() {
    for (at, (mode, message)) in CRIMES.into_iter().enumerate() {
        let machine = MACHINES[at % MACHINES.len()];
        let ended = Boot::mode(machine, mode).run();
        let mut lines = ended.text.lines();
        assert_eq!(lines.next(), Some("about to"), "{mode}");
        let told = lines.next().unwrap_or_default();
        assert!(told.starts_with(message), "{mode}: {}", ended.text);
        if mode != "panic" {
            let registers = lines.next().unwrap_or_default();
            assert!(registers.starts_with("  rip 0000000000"), "{mode}: {}", ended.text);
        }
        ended.expect(101);
    }
}

#[test]
fn what_goes_wrong_while_it_is_told_is_told_by_the_early_console() {
    for (mode, message) in [
        ("twice", "about to\nand another panic while that was told"),
        ("worse", "about to\n\nand another exception while that was told"),
    ] {
        let ended = Boot::mode("microvm", mode).run();
        assert_eq!(ended.text, message);
        ended.expect_code(101);
    }
}

#[test]
fn a_bug_of_a_driver_is_told_at_its_place() {
    let ended = Boot::mode("pc", "mmio").run();
    assert!(ended.text.contains("panicked at src/crimes.rs:"), "{}", ended.text);
    assert!(ended.text.contains("no registers of a device can be at 0x200000, 4 bytes"), "{}", ended.text);
    ended.expect(101);
}

#[test]
fn too_little_memory_is_told_with_what_was_wanted_and_what_there_is() {
    for machine in MACHINES {
        let ended = Boot::mode(machine, "memory").memory(32).run();
        assert!(
            ended.text.contains("\nout of memory: 1048576 bytes were asked for, 3"),
            "{machine}: {}",
            ended.text
        );
        ended.expect(101);
    }
}
