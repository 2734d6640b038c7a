//! What a program may count on: its words, time, memory, random bytes.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::guest::{Boot, MACHINES};

#[test]
fn a_program_runs_on_every_machine() {
    for machine in MACHINES {
        let ended = Boot::mode(machine, "hello").run();
        assert_eq!(ended.text, "hello", "{machine}");
        ended.expect(0);
    }
}

#[test]
fn a_program_runs_on_old_and_small_processors() {
    for (cpu, machine) in [("qemu64", "microvm"), ("Nehalem", "pc"), ("Skylake-Server-v4", "q35")] {
        let ended = Boot::mode(machine, "sleep").cpu(cpu).run();
        assert!(ended.text.ends_with("time goes on"), "{cpu}: {}", ended.text);
        ended.expect(0);
    }
}

/// The sleep would have no end: interrupts are off.
#[test]
fn an_interrupt_right_before_a_sleep_is_one_that_ends_it() {
    let ended = Boot::mode("microvm", "nudged").run();
    assert_eq!(ended.text, "about to sleep\nawake");
    ended.expect(0);
}

/// An emulator may deliver one twice.
#[test]
fn an_interrupt_within_another_does_not_lose_where_that_came_from() {
    let ended = Boot::mode("pc", "nested").run();
    assert_eq!(ended.text, "it was here");
    ended.expect(0);
}

#[test]
fn the_registers_of_a_processor_can_be_used() {
    for (cpu, machine, text) in [("max", "microvm", "wide"), ("qemu64", "pc", "not wide")] {
        let ended = Boot::mode(machine, "wide").cpu(cpu).run();
        assert_eq!(ended.text, text, "{cpu}");
        ended.expect(0);
    }
}

#[test]
fn a_processor_that_would_run_data_is_refused() {
    let ended = Boot::mode("microvm", "hello").cpu("qemu64,-nx").run();
    assert!(
        ended.text.starts_with("the image cannot start: the processor cannot keep data"),
        "{}",
        ended.text
    );
    ended.expect(2);
}

#[test]
fn several_processors_are_one() {
    let ended = Boot::mode("q35", "sleep").processors(4).run();
    assert!(ended.text.ends_with("time goes on"), "{}", ended.text);
    ended.expect(0);
}

#[test]
fn a_machine_without_tables_of_the_firmware_is_a_machine() {
    let ended = Boot::mode("microvm,acpi=off", "sleep").run();
    assert!(ended.text.ends_with("time goes on"), "{}", ended.text);
    ended.expect(0);
}

#[test]
fn the_debug_console_is_used_where_there_is_no_serial_line() {
    for machine in ["microvm,isa-serial=off", "pc"] {
        let ended = Boot::mode(machine, "hello").debug_console().run();
        // On a PC the firmware writes there too.
        assert!(ended.text.ends_with("hello"), "{machine}: {}", ended.text);
        ended.expect(0);
    }
}

#[test]
fn the_words_of_the_command_line_are_arguments() {
    for (line, text, code) in [
        ("--mode 'job'", "guest: the job failed\nexit status 1", 1),
        (r#"--mode="words"  "#, r#"--mode="words"  "#, 0),
        ("", "hello", 0),
        ("--mode='a", "guest: the command line has a ' that is not closed: 'a\nexit status 64", 64),
        ("virtio_mmio.device=512@0xfeb00000:5 pci=off", "hello", 0),
    ] {
        // This machine would add words of its own.
        let ended = Boot::new("microvm,auto-kernel-cmdline=off", line).run();
        assert_eq!(ended.text, text, "{line}");
        ended.expect(code);
    }
    let ended = Boot::new("pc", "--help").run();
    assert!(ended.text.contains("Does what it is told.") && ended.text.contains("--mode"), "{}", ended.text);
    ended.expect(0);
    let ended = Boot::new("pc", "--mood=bad").run();
    assert!(ended.text.contains("did you mean --mode?"), "{}", ended.text);
    ended.expect(64);
}

#[test]
fn a_second_of_the_guest_is_a_second_of_the_host() {
    for machine in MACHINES {
        let mut running = Boot::mode(machine, "sleep").start();
        running.line("asleep");
        let start = Instant::now();
        let line = running.line("slept ");
        let host = start.elapsed().as_millis();
        let guest: u128 = line["slept ".len()..line.len() - " ms".len()].parse().expect("it says a number");
        // Both saw the same sleeps; the lines arrive a little later than they are written.
        assert!(guest >= 1_000 && host.abs_diff(guest) < guest / 5, "{machine}: {guest} ms are {host} ms");
        running.end().expect(0);
    }
}

#[test]
fn the_time_of_day_is_that_of_the_host() {
    for machine in ["microvm,rtc=on", "pc", "q35"] {
        let ended = Boot::mode(machine, "wall").run();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later than 1970").as_secs();
        let guest: u64 = ended.text.trim_start_matches("wall ").parse().expect("it says a number");
        assert!(now.abs_diff(guest) < 60, "{machine}: {guest} is not {now}");
        ended.expect(0);
    }
    let ended = Boot::mode("microvm,rtc=off", "wall").run();
    assert!(ended.text.contains("neither the hypervisor nor a real time clock"), "{}", ended.text);
    ended.expect(2);
}

#[test]
fn random_bytes_differ_from_boot_to_boot() {
    let words: Vec<String> = ["microvm", "microvm", "pc"]
        .iter()
        .map(|machine| {
            let ended = Boot::mode(machine, "random").run();
            ended.expect(0);
            assert!(ended.text.starts_with("random "), "{}", ended.text);
            ended.text
        })
        .collect();
    assert!(words[0] != words[1] && words[1] != words[2] && words[0] != words[2], "{words:?}");
}

#[test]
fn without_a_source_of_entropy_there_are_no_random_bytes() {
    let ended = Boot::mode("microvm", "random").cpu("qemu64").run();
    assert!(ended.text.contains("the machine has no source of random bits"), "{}", ended.text);
    ended.expect(2);
}

#[test]
fn all_memory_of_small_and_large_machines_is_the_programs() {
    for (machine, memory) in
        [("microvm", 4), ("microvm", 64), ("pc", 1_000), ("q35", 3_000), ("microvm", 5_000), ("q35", 5_000)]
    {
        let ended = Boot::mode(machine, "heap").memory(memory).run();
        ended.expect(101);
        let lines: Vec<&str> = ended.text.lines().collect();
        let [.., "all given back", panicked, "on purpose", "exit status 101"] = lines[..] else {
            panic!("{machine}: {}", ended.text);
        };
        assert!(panicked.starts_with("panicked at src/main.rs:"), "{panicked}");
        let first = ended.text.lines().next().expect("it says how much there is");
        let bytes: u64 =
            first.split(' ').nth(1).and_then(|word| word.parse().ok()).expect("a number of bytes");
        let missing = (u64::from(memory) << 20) - bytes;
        assert!(missing < 2 << 20, "{machine}: {bytes} of {memory} MiB");
    }
}

#[test]
fn an_idle_guest_leaves_the_processor_alone() {
    for machine in MACHINES {
        let mut running = Boot::mode(machine, "idle").start();
        running.line("idle");
        let (start, before) = (Instant::now(), running.used());
        // Just before it wakes up.
        std::thread::sleep(Duration::from_millis(2_500));
        let (elapsed, used) = (start.elapsed(), running.used() - before);
        assert!(u128::from(used) * 10 < elapsed.as_millis() / 20, "{machine}: {used}0 ms of {elapsed:?}");
        running.line("awake");
        // The timer is measured while the machine starts, and must not be measured wrong.
        let slept = start.elapsed().as_millis();
        assert!(slept.abs_diff(3_000) < 300, "{machine}: 3 s were {slept} ms");
        running.end().expect(0);
    }
}
