//! How a program ends: by itself, because it was asked to, or because it did not when it was.

use crate::guest::{Boot, MACHINES};

#[test]
fn the_power_button_ends_a_program_that_does_not_heed_it() {
    for machine in MACHINES {
        for mode in ["ignore", "spin"] {
            let mut running = Boot::mode(machine, mode).start();
            running.line("waiting");
            running.tell("system_powerdown");
            let ended = running.end();
            assert_eq!(ended.text, "waiting", "{machine} {mode}");
            ended.expect(0);
        }
    }
}

#[test]
fn the_power_button_asks_a_program_to_stop() {
    for machine in MACHINES {
        let mut running = Boot::mode(machine, "heed").start();
        running.line("waiting");
        running.tell("system_powerdown");
        let ended = running.end();
        assert_eq!(ended.text, "waiting\nstopping\nstopped", "{machine}");
        ended.expect(0);
    }
}

#[test]
fn a_failure_is_told_before_the_background_is_waited_for() {
    let mut running = Boot::mode("microvm", "abandon").start();
    running.line("guest: the work is abandoned");
    // There is time until the background is given up; the failure still counts.
    running.tell("system_powerdown");
    running.end().expect(1);
    Boot::mode("pc", "abandon").run().expect(1);
}

#[test]
fn control_alt_delete_asks_a_program_to_stop() {
    for machine in ["pc", "q35"] {
        let mut running = Boot::mode(machine, "heed").start();
        running.line("waiting");
        running.tell("sendkey ctrl-alt-delete");
        let ended = running.end();
        assert_eq!(ended.text, "waiting\nstopping\nstopped", "{machine}");
        ended.expect(0);
    }
}

#[test]
fn a_program_that_does_not_stop_is_stopped() {
    for machine in MACHINES {
        let mut running = Boot::mode(machine, "dawdle").start();
        running.line("waiting");
        running.tell("system_powerdown");
        running.line("stopping");
        running.tell("system_powerdown");
        let ended = running.end();
        assert!(ended.text.contains("guest: asked to stop a second time"), "{machine}: {}", ended.text);
        ended.expect(3);
    }
    let mut running = Boot::mode("microvm", "dawdle").start();
    running.line("waiting");
    running.tell("system_powerdown");
    let ended = running.end();
    assert!(ended.text.contains("guest: still busy 5 s after it was asked to stop"), "{}", ended.text);
    ended.expect(3);
}

#[test]
fn a_machine_that_cannot_tell_the_exit_code_is_switched_off() {
    for machine in MACHINES {
        for (mode, text) in [("hello", "hello"), ("job", "guest: the job failed\nexit status 1")] {
            let ended = Boot::mode(machine, mode).without_debug_exit().run();
            assert_eq!(ended.text, text, "{machine}");
            ended.expect_off();
        }
    }
}
